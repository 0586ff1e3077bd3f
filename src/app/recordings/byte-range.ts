import type { ByteRange } from '../../storage/recording/audio-store.js';

/** Which bytes a request is answered with (RFC 9110, 14): all of them, a part, or none that exists. */
export type Selection = { kind: 'WHOLE' | 'UNSATISFIABLE' } | ({ kind: 'PART' } & ByteRange);

const WHOLE: Selection = { kind: 'WHOLE' };
const UNSATISFIABLE: Selection = { kind: 'UNSATISFIABLE' };

/**
 * Reads `Range` and `If-Range` for something of this size. A range that cannot be read, or more than one,
 * is answered with the whole, as the standard allows; so is one of another version than ours.
 */
export function selectBytes(
  size: number,
  etag: string,
  { range, ifRange }: { range: string | undefined; ifRange: string | undefined },
): Selection {
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return WHOLE;
  const [, first, last] = /^bytes *= *(\d*) *- *(\d*) *$/i.exec(range.trim()) ?? [];
  if (first === undefined || last === undefined || first + last === '') return WHOLE;
  return first === '' ? lastBytes(size, Number(last)) : bytesFrom(size, Number(first), last);
}

const lastBytes = (size: number, count: number): Selection =>
  count === 0 || size === 0
    ? UNSATISFIABLE
    : { kind: 'PART', start: Math.max(0, size - count), end: size - 1 };

function bytesFrom(size: number, start: number, last: string): Selection {
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return WHOLE;
  return start >= size ? UNSATISFIABLE : { kind: 'PART', start, end };
}
