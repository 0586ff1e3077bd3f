import { UnreadableBody } from '../../domain/errors.js';

export const MAX_RECORDS = 1_000;
const LINES = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
]);

/** Text that should have been a record: it is rejected, and kept, by itself. */
export class UnreadableRecord {
  constructor(
    readonly text: string,
    /** What is wrong, and in which line where there are lines; it quotes nothing. */
    readonly reason: string,
  ) {}
}

/**
 * The records of one request: a JSON object, an array, or one object a line. Each is still to be
 * parsed, so that a bad one does not take the good ones with it; repeated ones stay repeated.
 * Throws UnreadableBody when there is nothing to keep, or too much.
 */
export function readNeutralBody(rawBody: Buffer, contentType: string): unknown[] {
  const body = decode(rawBody);
  if (body.trim() === '') throw new UnreadableBody('The body is empty.');
  const records = hasLines(body, contentType) ? readLines(body) : readWhole(body);
  if (records.length === 0)
    throw new UnreadableBody('The body is an empty list: there is nothing to record.');
  if (records.length <= MAX_RECORDS) return records;
  throw new UnreadableBody(`The body has ${records.length} records; a request takes at most ${MAX_RECORDS}.`);
}

function decode(rawBody: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
  } catch {
    throw new UnreadableBody('The body is not UTF-8.');
  }
}

/** Said by the content type, or seen: the first of several lines is an object by itself. */
function hasLines(body: string, contentType: string): boolean {
  if (LINES.has((contentType.split(';')[0] ?? '').trim().toLowerCase())) return true;
  const [first = '', ...others] = body.trim().split('\n');
  return others.length > 0 && isObject(tryJson(first).value);
}

function readLines(body: string): unknown[] {
  return body.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const { value, fault } = tryJson(line);
    if (fault !== null) return [new UnreadableRecord(line, `Line ${index + 1} is not JSON: ${fault}.`)];
    if (!isObject(value)) return [new UnreadableRecord(line, `Line ${index + 1} is not a JSON object.`)];
    return [value];
  });
}

function readWhole(body: string): unknown[] {
  const { value, fault } = tryJson(body);
  if (fault !== null) return [new UnreadableRecord(body, `The body is not JSON: ${fault}.`)];
  if (Array.isArray(value)) return value;
  if (isObject(value)) return [value];
  const reason = 'The body must be a JSON object, a list of them, or one object a line.';
  return [new UnreadableRecord(body, reason)];
}

function tryJson(text: string): { value: unknown; fault: string | null } {
  try {
    return { value: JSON.parse(text), fault: null };
  } catch (error) {
    return { value: undefined, fault: withoutExcerpt((error as Error).message) };
  }
}

/** The engine quotes the body in its message; what customers said has no place in an error. */
const withoutExcerpt = (message: string): string =>
  message.replace(/,? ?(\.\.\.)?".*$/s, '').replace(/^$/, 'Unexpected text');

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
