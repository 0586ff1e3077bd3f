import type { CallEvent, Message } from '../record.js';
import type { Session } from './session.js';
import { tagOf, talkLegs } from './session.js';
import type { SessionResult, VerdictOutcome } from './verdict.js';

/** More messages than a thread is judged by. */
export const THREAD_LIMIT = 5_000;

/** How a conversation stands: by its last message. A delivery that failed fails its message, not the thread. */
export function threadOutcome(session: Session): VerdictOutcome {
  const legs = talkLegs(session.calls);
  const all = legs.flatMap((call) => call.messages).sort(byTime);
  const messages = all.slice(-THREAD_LIMIT);
  const statuses = deliveries(legs.flatMap((call) => call.events));
  const last = messages.at(-1);
  const status = last === undefined ? null : (statuses.get(last.id) ?? null);
  return {
    result: resultOf(session, last, status),
    endedBy: null,
    reason: status,
    detail: {
      chat_platform: platformOf(session),
      ...(last === undefined ? {} : { last_activity_by: sideOf(last) }),
      turns_self: String(messages.filter((one) => sideOf(one) === 'self').length),
      turns_peer: String(messages.filter((one) => sideOf(one) === 'peer').length),
      unanswered: String(last !== undefined && sideOf(last) === 'peer'),
      delivery_failures: String([...statuses.values()].filter(isFailure).length),
      thread_span_sec: String(spanSeconds(messages)),
      truncated: String(all.length > THREAD_LIMIT),
    },
  };
}

const time = (message: Message): number => message.startedAt ?? message.endedAt ?? 0;
const byTime = (a: Message, b: Message): number => time(a) - time(b);

/** `self` is the business, whoever of it writes; `peer` is the customer. */
const sideOf = (message: Message): 'self' | 'peer' => (message.speaker === 'CUSTOMER' ? 'peer' : 'self');

function resultOf(session: Session, last: Message | undefined, status: string | null): SessionResult {
  if (session.interaction.endedAt === null) return 'IN_PROGRESS';
  if (last === undefined) return 'UNKNOWN';
  return isFailure(status) ? 'FAILED' : 'COMPLETED';
}

const isFailure = (status: string | null): boolean =>
  /fail|undeliver|reject|error|expired/i.test(status ?? '');

/**
 * The latest delivery status of each message, by its id: events whose data has a `messageId` and a
 * `status`, or whose type ends in the status, such as `message.failed`.
 */
function deliveries(events: readonly CallEvent[]): Map<string, string> {
  const told = events.flatMap(({ type, data }) => {
    if (data === null || typeof data !== 'object' || Array.isArray(data)) return [];
    const id = data['messageId'] ?? data['message_id'];
    const status = data['status'] ?? /^message[._](\w+)$/.exec(type ?? '')?.[1];
    return typeof id === 'string' && typeof status === 'string' ? [[id, status] as const] : [];
  });
  return new Map(told);
}

function spanSeconds(messages: readonly Message[]): number {
  const times = messages.map(time).filter((at) => at > 0);
  const [first, last] = [times[0], times.at(-1)];
  return first === undefined || last === undefined ? 0 : Math.round((last - first) / 1_000);
}

/** The platform that the messages went over: `message` is the carrier's own, which SMS is. */
function platformOf({ calls, interaction }: Session): string {
  const named = [tagOf(calls, 'chat_platform'), interaction.carrier];
  const known = named.map((name) => /whatsapp|line/i.exec(name ?? '')?.[0].toLowerCase());
  return known.find((name) => name !== undefined) ?? 'message';
}
