import type { DataSource } from 'typeorm';
import { SourceEntity } from './entities/tenant.entity.js';
import { columnsOf, selectList } from './select.js';

/** A SourceRow of the table `source s`. */
export const sourceColumns = (db: DataSource): string =>
  `${selectList(columnsOf(db, SourceEntity, ['secret']), 's')}, s.secret is not null as "hasSecret"`;
