import type { JsonObject } from '../../domain/record.js';
import { readVerdict } from '../../domain/verdict/json.js';
import { endedLabel } from '../../domain/verdict/label.js';
import type { Issue, SessionContext, VerdictOutcome } from '../../domain/verdict/verdict.js';
import type { OutcomeDetailType, SessionOutcomeType } from './session.type.js';
import type { TimelineVerdictType } from './verdict.type.js';

/** A stored verdict of any version in the form that clients see. */
export function shownVerdict(result: JsonObject): TimelineVerdictType {
  const verdict = readVerdict(result);
  return {
    ...verdict,
    sessionContext: verdict.sessionContext && {
      ...verdict.sessionContext,
      participants: verdict.sessionContext.participants ?? [],
    },
    outcome: verdict.outcome && shownOutcome(verdict.outcome, verdict.sessionContext),
    interactions: verdict.interactions ?? [],
    issues: verdict.issues.map(shownIssue),
  };
}

const shownOutcome = (outcome: VerdictOutcome, context: SessionContext | null): SessionOutcomeType => ({
  result: outcome.result,
  endedBy: outcome.endedBy,
  endedByLabel: endedLabel(context?.referenceType ?? null, context?.direction ?? null, outcome.endedBy),
  reason: outcome.reason,
  detail: outcome.detail && shownDetail(outcome.detail),
});

function shownDetail(detail: Record<string, string>): OutcomeDetailType {
  const text = (name: string) => detail[name] ?? null;
  const whole = (name: string, factor = 1) => {
    const value = Number(detail[name] ?? NaN);
    return Number.isFinite(value) ? Math.round(value * factor) : null;
  };
  const flag = (name: string) => (detail[name] === undefined ? null : detail[name] === 'true');
  return {
    durationMs: whole('duration_sec', 1_000),
    hangupReason: text('hangup_reason'),
    chatPlatform: text('chat_platform'),
    lastActivityBy: text('last_activity_by'),
    turnsSelf: whole('turns_self'),
    turnsPeer: whole('turns_peer'),
    unanswered: flag('unanswered'),
    deliveryFailures: whole('delivery_failures'),
    threadSpanMs: whole('thread_span_sec', 1_000),
    truncated: flag('truncated'),
  };
}

const shownIssue = ({ evidence, ...issue }: Issue) => ({
  ...issue,
  evidence: evidence.map(({ timestamp, ...event }) => ({ ...event, at: timestamp })),
});
