import { BadUserInput } from '../../domain/errors.js';
import type { PageArgs } from '../read-model.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 100;

export interface PageSize {
  size: number;
  /** False: the page is the end of the list, not its beginning. */
  isForward: boolean;
}

/**
 * How many rows a page has, and from which end they are taken. Without `first` and `last` it is 50,
 * from the end when only `before` is given: whoever has a place to stop at wants the rows next to it.
 */
export function pageSize(args: PageArgs): PageSize {
  const { first = null, last = null, after = null, before = null } = args;
  if (first !== null && last !== null) throw new BadUserInput('first', 'and last cannot be given together');
  if (last !== null) return { size: inBounds('last', last), isForward: false };
  if (first !== null) return { size: inBounds('first', first), isForward: true };
  return { size: DEFAULT_PAGE_SIZE, isForward: before === null || after !== null };
}

function inBounds(field: 'first' | 'last', size: number): number {
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE)
    throw new BadUserInput(field, `must be between 1 and ${MAX_PAGE_SIZE}`);
  return size;
}
