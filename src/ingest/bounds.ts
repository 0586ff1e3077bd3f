import { InvalidPayload } from '../domain/errors.js';
import { INSTANT_FAULTS, isPlausible } from '../domain/instant.js';
import type { NeutralRecord } from '../domain/record.js';

/** What an index of the database can hold, with room to spare. */
const NAME_LIMIT = 256;

const NAMES = [
  'reference',
  'campaign',
  'flow',
  'did',
  'carrier',
  'statusRaw',
  'endReason',
  'disconnectedByRaw',
] as const;
const TIMES = ['occurredAt', 'queuedAt', 'ringAt', 'answeredAt', 'startedAt', 'endedAt'] as const;

/**
 * What an adapter made of a payload, within the bounds that neutral records have from the start: an id or a
 * time that cannot be stored refuses the record, a key that is too long is no key, and a long word is cut.
 */
export function bounded(record: NeutralRecord): NeutralRecord {
  if (record.externalId === '' || record.externalId.length > NAME_LIMIT)
    throw new InvalidPayload('externalId', `must have 1 to ${NAME_LIMIT} characters.`);
  for (const name of TIMES) {
    const at = record[name];
    if (at != null && !isPlausible(at)) throw new InvalidPayload(name, INSTANT_FAULTS.range);
  }
  const cut = Object.fromEntries(
    NAMES.flatMap((name) => (isLong(record[name]) ? [[name, record[name].slice(0, NAME_LIMIT)]] : [])),
  );
  const keys = record.keys?.filter((key) => !isLong(key.value) && !isLong(key.namespace));
  return { ...record, ...cut, ...(keys === undefined ? {} : { keys }) };
}

const isLong = (text: string | null | undefined): text is string => text != null && text.length > NAME_LIMIT;
