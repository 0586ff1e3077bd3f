import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** The columns of an entity's table; a field that the entity gains is read without another change. */
export function columnsOf(
  db: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  without: readonly string[] = [],
): ColumnMetadata[] {
  return db.getMetadata(entity).columns.filter((column) => !without.includes(column.propertyName));
}

/** `i.started_at as "startedAt", …`: rows come as plain objects of the entity's shape. */
export const selectList = (columns: readonly ColumnMetadata[], alias: string): string =>
  columns.map((column) => `${alias}.${column.databaseName} as "${column.propertyName}"`).join(', ');
