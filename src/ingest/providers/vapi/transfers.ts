import type { JsonObject, ToolCall, Transfer } from '../../../domain/record.js';
import type { Instant, TransferState } from '../../../domain/words.js';
import { objectOf, objectsOf, said, textOf } from '../read.js';

/**
 * Vapi gives transfers no id. The target names them, so that what is told live and in the report is
 * the same transfer; only the report can tell a second attempt at the same target from the first.
 */
const transferId = (target: string, attempt: number): string =>
  attempt === 1 ? `transfer:${target}` : `transfer:${target}#${attempt}`;

/** A hand-over to another assistant of the squad stays inside this call: no target, no transfer. */
export const targetOf = (destination: JsonObject): string | undefined =>
  textOf(destination.number) ?? textOf(destination.sipUri);

/** `transfer-update` and the status `forwarding` both say: it was asked for. Neither says that it rang. */
export function liveTransfer(message: JsonObject, at: Instant): Transfer[] | undefined {
  const destination = objectOf(message.destination);
  const target = targetOf(destination);
  if (target === undefined) return undefined;
  return [
    said({
      id: transferId(target, 1),
      initiator: 'AI',
      state: 'REQUESTED',
      target,
      requestedAt: at,
      ...kindOf(destination),
    }),
  ];
}

const STATES = new Map<string, TransferState>([
  ['connected', 'BRIDGED'],
  ['completed', 'ENDED'],
  ['no-answer', 'FAILED'],
  ['busy', 'FAILED'],
  ['voicemail', 'FAILED'],
  ['failed', 'FAILED'],
  ['cancelled', 'CANCELLED'],
]);

/** The report's list; where it has none, the one transfer that the reason of the end speaks of. */
export function reportedTransfers(
  message: JsonObject,
  endedReason: string | undefined,
  toolCalls: readonly ToolCall[],
): Transfer[] | undefined {
  const listed = objectsOf(objectOf(message.artifact).transfers);
  const entries = listed.length > 0 ? listed : impliedEntries(message, endedReason);
  const attempts = new Map<string, number>();
  const transfers = entries.flatMap((entry) => {
    const target = targetOf(objectOf(entry.destination));
    if (target === undefined) return [];
    const attempt = (attempts.get(target) ?? 0) + 1;
    attempts.set(target, attempt);
    return reported(entry, target, attempt, hasLeft(endedReason), askedAt(toolCalls, target, attempt));
  });
  return transfers.length === 0 ? undefined : transfers;
}

function reported(
  entry: JsonObject,
  target: string,
  attempt: number,
  left: boolean,
  requestedAt: Instant | undefined,
): Transfer {
  const status = textOf(entry.status);
  const state = STATES.get(status ?? '') ?? 'REQUESTED';
  return said({
    id: transferId(target, attempt),
    initiator: 'AI',
    state,
    target,
    requestedAt,
    failureReason: state === 'FAILED' ? status : undefined,
    ...kindOf(entry, objectOf(entry.destination)),
    ...(left && state === 'BRIDGED' ? { observable: false } : {}),
  });
}

/** Once the call was forwarded, Vapi is out of it, whatever the mode was. */
const hasLeft = (endedReason: string | undefined): boolean => endedReason === 'assistant-forwarded-call';

/** Older reports have only the destination and the reason of the end. */
function impliedEntries(message: JsonObject, endedReason: string | undefined): JsonObject[] {
  const destination = objectOf(message.destination);
  const failure = /^call\.forwarding\.(?:operator-)?(.+)$/.exec(endedReason ?? '')?.[1];
  if (failure !== undefined) return [{ destination, status: failure }];
  return hasLeft(endedReason) ? [{ destination, status: 'connected' }] : [];
}

/** Blind: the assistant leaves at once and cannot see what follows. */
function kindOf(...stated: JsonObject[]): Partial<Transfer> {
  const modes = stated.flatMap((one) => [textOf(one.mode), textOf(objectOf(one.transferPlan).mode)]);
  const mode = modes.find((one) => one !== undefined) ?? '';
  if (mode.startsWith('blind')) return { kind: 'BLIND', observable: false };
  return mode.startsWith('warm') ? { kind: 'WARM' } : {};
}

/** When the assistant called the tool that names this target, for the nth time. */
const askedAt = (toolCalls: readonly ToolCall[], target: string, attempt: number): Instant | undefined =>
  toolCalls.filter((call) => objectOf(call.arguments).destination === target)[attempt - 1]?.startedAt ??
  undefined;
