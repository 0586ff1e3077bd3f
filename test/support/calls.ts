import type { Call } from '../../src/domain/call.js';
import { foldCall } from '../../src/domain/call.js';
import { canonicalJson } from '../../src/domain/canonical.js';
import type { Surroundings } from '../../src/domain/interaction.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { NeutralRecord, StoredRecord } from '../../src/domain/record.js';
import type { Role } from '../../src/domain/words.js';

/** Builders for tests of the pure domain: whole objects of which a test names what it cares about. */

/** Noon of a day; everything else is seconds from it. */
export const NOON = Date.parse('2026-09-14T12:00:00.000Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const at = (seconds: number): number => NOON + seconds * SECOND;

type Said = Partial<NeutralRecord>;

/** A statement as stored. Its canonical text stands for the hash: equal bodies, equal hashes. */
export function stored(said: Said, receivedAt = NOON): StoredRecord {
  const record: NeutralRecord = { externalId: 'c1', occurredAt: NOON, role: 'DIALER', ...said };
  const { version = null, occurredAt } = record;
  return { id: 'r', version, occurredAt, receivedAt, hash: canonicalJson(record), record };
}

/** The call that these statements make. */
export const folded = (...said: Said[]): Call =>
  foldCall(
    { id: 'leg', sourceId: 'source' },
    said.map((one) => stored(one)),
  );

/** A call in any state; its id is its external id, or its role when it has none. */
export function call(role: Role, fields: Partial<Call> = {}): Call {
  const externalId = fields.externalId ?? role.toLowerCase();
  const base = foldCall({ id: externalId, sourceId: role.toLowerCase() }, [stored({ externalId, role })]);
  return { ...base, ...fields };
}

/** From `answer` to `end` in seconds, as its system reports it when all is well. */
export function ended(role: Role, answer: number | null, end: number, fields: Partial<Call> = {}): Call {
  const startedAt = at(answer ?? 0);
  return call(role, {
    state: 'TERMINAL',
    status: answer === null ? 'NO_ANSWER' : 'COMPLETED',
    startedAt,
    answeredAt: answer === null ? null : startedAt,
    endedAt: at(end),
    firstEventAt: startedAt,
    lastEventAt: at(end),
    ...fields,
  });
}

/** Answered or ringing, last heard of at `last`. */
export function open(role: Role, answer: number | null, last: number, fields: Partial<Call> = {}): Call {
  return {
    ...ended(role, answer, last),
    state: answer === null ? 'RINGING' : 'ACTIVE',
    status: answer === null ? 'RINGING' : 'ACTIVE',
    endedAt: null,
    ...fields,
  };
}

export const surroundings = (fields: Partial<Surroundings> = {}): Surroundings => ({
  policy: DEFAULT_POLICY,
  watermarks: {},
  lagP99: {},
  seesHumans: false,
  now: at(3_600),
  ignoredKeys: new Map(),
  marks: [],
  ...fields,
});
