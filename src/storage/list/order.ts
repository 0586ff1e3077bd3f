import type { CallRow, InteractionRow } from '../read-model.js';
import type { KeysetList, OrderDirection, SortColumn } from './keyset.js';

export const INTERACTION_ORDER_FIELDS = ['STARTED_AT', 'UPDATED_AT', 'DURATION'] as const;
export type InteractionOrderField = (typeof INTERACTION_ORDER_FIELDS)[number];

export const CALL_ORDER_FIELDS = ['STARTED_AT', 'UPDATED_AT', 'DURATION'] as const;
export type CallOrderField = (typeof CALL_ORDER_FIELDS)[number];

interface Order<Field> {
  field?: Field | null;
  direction?: OrderDirection | null;
}
/** Without a field by start, without a direction descending. */
export type InteractionOrder = Order<InteractionOrderField>;
export type CallOrder = Order<CallOrderField>;

/** Columns of `interaction i`. One without a duration has not ended; it stands last in either direction. */
const INTERACTION_SORTS: Record<InteractionOrderField, SortColumn<InteractionRow>> = {
  STARTED_AT: { sql: 'i.started_at', property: 'startedAt', type: 'timestamptz', isNullable: false },
  UPDATED_AT: { sql: 'i.updated_at', property: 'updatedAt', type: 'timestamptz', isNullable: false },
  DURATION: { sql: 'i.duration_ms', property: 'durationMs', type: 'bigint', isNullable: true },
};

/** Columns of `call c`, in the same order. */
const CALL_SORTS: Record<CallOrderField, SortColumn<CallRow>> = {
  STARTED_AT: { sql: 'c.sorted_at', property: 'sortedAt', type: 'timestamptz', isNullable: false },
  UPDATED_AT: { sql: 'c.updated_at', property: 'updatedAt', type: 'timestamptz', isNullable: false },
  DURATION: { sql: 'c.duration_ms', property: 'durationMs', type: 'bigint', isNullable: true },
};

type Ordering<T extends { id: string }> = Pick<KeysetList<T>, 'kind' | 'sort' | 'direction'>;

export const interactionOrdering = (order: InteractionOrder | null | undefined): Ordering<InteractionRow> =>
  ordering('interactions', INTERACTION_SORTS, order ?? {}, 'STARTED_AT');

export const callOrdering = (order: CallOrder | null | undefined): Ordering<CallRow> =>
  ordering('calls', CALL_SORTS, order ?? {}, 'STARTED_AT');

function ordering<Field extends string, T extends { id: string }>(
  list: string,
  sorts: Record<Field, SortColumn<T>>,
  order: Order<Field>,
  defaultField: Field,
): Ordering<T> {
  const field = order.field ?? defaultField;
  const direction = order.direction ?? 'DESC';
  return { kind: `${list}/${field}/${direction}`, sort: sorts[field], direction };
}
