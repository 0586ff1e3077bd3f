import type { NeutralRecord } from '../../../domain/record.js';
import type { SourceFacts } from '../adapter.js';
import { distinctKeys, instantOf, said, textOf } from '../read.js';
import type { Fields } from './payload.js';
import { endReason, keys, outcome, parties, progress } from './payload.js';

/** The names of the Call resource (REST) under which callbacks tell the same. */
const NAMES = [
  ['sid', 'CallSid'],
  ['parent_call_sid', 'ParentCallSid'],
  ['status', 'CallStatus'],
  ['direction', 'Direction'],
  ['from', 'From'],
  ['to', 'To'],
  ['caller_name', 'CallerName'],
  ['answered_by', 'AnsweredBy'],
] as const;

/** Whoever polls Twilio's REST API may pass a call on as it is: only there is its price. */
export const isResource = (fields: Fields): boolean =>
  fields.CallSid === undefined && /^CA\w+$/.test(fields.sid ?? '') && fields.status !== undefined;

/** The call as Twilio had it when the resource was last updated. Its times are whole seconds. */
export function ofResource(resource: Fields, source: SourceFacts, receivedAt: number): NeutralRecord {
  const fields: Fields = Object.fromEntries(
    NAMES.flatMap(([theirs, name]) =>
      textOf(resource[theirs]) === undefined ? [] : [[name, resource[theirs] ?? '']],
    ),
  );
  const startedAt = instantOf(resource.start_time);
  const endedAt = instantOf(resource.end_time);
  return said({
    externalId: fields.CallSid ?? '',
    occurredAt: instantOf(resource.date_updated) ?? receivedAt,
    role: source.role,
    channel: 'VOICE' as const,
    carrier: 'twilio',
    keys: distinctKeys(keys({}, fields)),
    ...parties(fields),
    ...progress(fields, 'call', endedAt),
    queuedAt: instantOf(resource.date_created),
    startedAt,
    // Of a call of ours the start is the answer; an incoming call starts before.
    answeredAt: wasAnswered(fields) ? startedAt : undefined,
    endedAt,
    endReason: endReason(fields),
    outcome: outcome(fields),
    cost: priceOf(resource),
  });
}

const wasAnswered = ({ CallStatus, Direction }: Fields): boolean =>
  Direction !== 'inbound' && (CallStatus === 'completed' || CallStatus === 'in-progress');

/** A price is what is taken from the account, below zero; there is none until the call has been priced. */
function priceOf({ price, price_unit: unit }: Fields): NeutralRecord['cost'] | undefined {
  const amount = /^-?(\d+(?:\.\d+)?)$/.exec(price ?? '')?.[1];
  return amount === undefined ? undefined : { amount, currency: (textOf(unit) ?? 'USD').toUpperCase() };
}
