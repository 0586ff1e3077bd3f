import { BadUserInput } from '../../domain/errors.js';
import type { Instant } from '../../domain/words.js';
import type { Range } from '../read-model.js';
import type { Params } from './params.js';
import { isStorable, storable } from './params.js';

/**
 * A condition of a WHERE clause as text, or null when it is not asked for. What can match nothing is
 * `false`, so that a list that contains it is empty and its negation is not.
 */
export type Condition = string | null;

export const MAX_DEPTH = 5;
/** Filters in one filter, however they are nested: each may search several tables. */
export const MAX_FILTERS = 100;

/** A filter made of filters. An empty `and` holds for every row, an empty `or` for none. */
export interface Nested<F> {
  and?: F[] | null;
  or?: F[] | null;
  not?: F | null;
}

export const all = (conditions: readonly Condition[]): string =>
  conditions.filter((one) => one !== null).join(' and ') || 'true';

const any = (conditions: readonly string[]): string => `(${conditions.join(' or ') || 'false'})`;

/** The whole condition of a nested filter; `own` says what its own fields mean. */
export function nested<F extends Nested<F>>(filter: F, own: (filter: F) => Condition[]): string {
  let filters = 0;
  const conditionOf = (one: F, depth: number): string => {
    if (depth > MAX_DEPTH) throw new BadUserInput('filter', `is nested more than ${MAX_DEPTH} levels deep`);
    if (++filters > MAX_FILTERS) throw new BadUserInput('filter', `has more than ${MAX_FILTERS} parts`);
    const inner = (part: F) => `(${conditionOf(part, depth + 1)})`;
    return all([
      ...own(one),
      ...(one.and ?? []).map(inner),
      one.or ? any(one.or.map(inner)) : null,
      one.not ? negation(inner(one.not)) : null,
    ]);
  };
  return conditionOf(filter, 0);
}

/** Holds for every row for which the condition does not, those included where it is unknown. */
const negation = (condition: string): string => `${condition} is not true`;

export function equals(column: string, value: string | null | undefined, params: Params): Condition {
  if (value === null || value === undefined) return null;
  return isStorable(value) ? `${column} = ${params.add(value, 'text')}` : 'false';
}

/** A single value is compared by `=`, which leaves an index its order; no value at all matches nothing. */
export function oneOf(
  column: string,
  values: readonly string[] | null | undefined,
  params: Params,
): Condition {
  if (values === null || values === undefined) return null;
  const [first, ...others] = storable(values);
  if (first === undefined) return 'false';
  if (others.length === 0) return equals(column, first, params);
  return `${column} = any(${params.add([first, ...others], 'text[]')})`;
}

/** Has any of the labels (see labels.ts). */
export const hasLabel = (alias: string, labels: readonly string[], params: Params): string =>
  labels.length === 0 ? 'false' : `${alias}.labels && ${params.add(labels, 'text[]')}`;

export function is(expression: string, value: boolean | null | undefined, params: Params): Condition {
  return value === null || value === undefined ? null : `(${expression}) = ${params.add(value, 'boolean')}`;
}

/** From inclusive, to exclusive. */
export function during(column: string, range: Range<Instant> | null | undefined, params: Params): Condition {
  const from = limit(range?.from, (at) => `${column} >= ${params.instant(at)}`);
  const to = limit(range?.to, (at) => `${column} < ${params.instant(at)}`);
  return from === null && to === null ? null : all([from, to]);
}

/** Both ends inclusive. */
export function between(column: string, range: Range<number>, params: Params): Condition {
  const from = limit(range.from, (value) => `${column} >= ${params.whole(Math.ceil(value))}`);
  const to = limit(range.to, (value) => `${column} <= ${params.whole(Math.floor(value))}`);
  return from === null && to === null ? null : all([from, to]);
}

/** Nothing is on either side of what is not a number. */
function limit(value: number | null | undefined, compare: (value: number) => string): Condition {
  if (value === null || value === undefined) return null;
  return Number.isNaN(value) ? 'false' : compare(value);
}
