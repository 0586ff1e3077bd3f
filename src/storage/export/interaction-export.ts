import type { DataSource } from 'typeorm';
import { InteractionEntity } from '../entities/interaction.entity.js';
import type { InteractionFilter } from '../list/filter.js';
import { interactionWhere } from '../list/filter.js';
import type { InteractionOrder } from '../list/order.js';
import { interactionOrdering } from '../list/order.js';
import { Params } from '../list/params.js';
import type { InteractionRow, TenantFrame } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';
import { SnapshotScan } from './snapshot-scan.js';

export interface WantedInteractions {
  filter: InteractionFilter | null;
  orderBy: InteractionOrder | null;
}

/** Every interaction that the filter asks for, in the order of the list; of each only the named properties. */
export function scanInteractions<P extends keyof InteractionRow>(
  db: DataSource,
  frame: TenantFrame,
  { filter, orderBy }: WantedInteractions,
  properties: readonly P[],
): Promise<SnapshotScan<Pick<InteractionRow, P>>> {
  const wanted = new Set<string>(properties);
  const columns = columnsOf(db, InteractionEntity).filter((column) => wanted.has(column.propertyName));
  const params = new Params();
  const where = interactionWhere(filter, frame, params);
  const { sort, direction } = interactionOrdering(orderBy);
  return SnapshotScan.open(
    db,
    `select ${selectList(columns, 'i')} from interaction i where ${where}
    order by ${sort.isNullable ? `${sort.sql} is null, ` : ''}${sort.sql} ${direction}, i.id ${direction}`,
    params.values,
  );
}
