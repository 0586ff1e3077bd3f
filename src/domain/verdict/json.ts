import type { Json, JsonObject } from '../record.js';
import type { Instant } from '../words.js';
import { isOneOf } from '../words.js';
import type {
  Evidence,
  Issue,
  Participant,
  ResourceSummary,
  ResourceUse,
  SessionContext,
  Verdict,
  VerdictMetrics,
  VerdictOutcome,
} from './verdict.js';
import {
  ENDED_BY,
  ORIGIN_KINDS,
  ORIGIN_TYPES,
  OVERALL_STATUSES,
  PARTICIPANT_ROLES,
  REFERENCE_TYPES,
  RESULTS,
  SESSION_CHANNELS,
  SESSION_DIRECTIONS,
  SEVERITIES,
  VERDICT_VERSIONS,
} from './verdict.js';

/**
 * The JSON form of a verdict: snake_case names, words in lower case, and what is absent is a key that is
 * not there, never null. It is what is stored, and what clients get.
 */
export const verdictJson = (verdict: Verdict): JsonObject =>
  present({
    version: verdict.version,
    overall_status: lower(verdict.overallStatus),
    input_reduced: verdict.inputReduced,
    session_context: verdict.sessionContext && contextJson(verdict.sessionContext),
    outcome: verdict.outcome && outcomeJson(verdict.outcome),
    metrics: verdict.metrics && metricsJson(verdict.metrics),
    resources_used: verdict.resourcesUsed.map(({ type, count }) => ({ type, count })),
    interactions:
      verdict.interactions?.map(({ resourceType, summary }) => ({ resource_type: resourceType, summary })) ??
      null,
    narrative: verdict.narrative,
    issues: verdict.issues.map(issueJson),
  });

/** The object without the keys whose value is null. */
const present = (object: Record<string, Json>): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

const lower = (word: string | null): string | null => word?.toLowerCase() ?? null;
const instantText = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

const contextJson = (context: SessionContext): JsonObject =>
  present({
    reference_type: lower(context.referenceType) ?? '',
    channel: lower(context.channel) ?? '',
    direction: lower(context.direction),
    direction_raw: context.directionRaw,
    participants:
      context.participants?.map(({ role, address }) => ({ role: role.toLowerCase(), address })) ?? null,
    flow_name: context.flowName,
    started_at: instantText(context.startedAt),
    origin_kind: lower(context.originKind),
    origin_type: lower(context.originType),
    multi_leg: context.multiLeg,
    ai_handled: context.aiHandled,
    human_involved: context.humanInvolved,
  });

const outcomeJson = ({ result, endedBy, reason, detail }: VerdictOutcome): JsonObject =>
  present({ result: lower(result), ended_by: lower(endedBy), reason, detail });

const metricsJson = (metrics: VerdictMetrics): JsonObject =>
  present({
    turns_user: metrics.turnsUser,
    turns_bot: metrics.turnsBot,
    first_response_ms: metrics.firstResponseMs,
    avg_response_ms: metrics.avgResponseMs,
    max_response_ms: metrics.maxResponseMs,
    max_gap_ms: metrics.maxGapMs,
  });

const issueJson = ({ severity, area, summary, evidence }: Issue): JsonObject => ({
  severity: severity.toLowerCase(),
  area,
  summary,
  evidence: evidence.map(({ evidenceIndex, eventType, timestamp, resourceId }) => ({
    evidence_index: evidenceIndex,
    event_type: eventType,
    timestamp: new Date(timestamp).toISOString(),
    resource_id: resourceId,
  })),
});

/** A stored verdict of any version. What an old or foreign one does not say as it should is absent, never a fault. */
export function readVerdict(json: JsonObject): Verdict {
  const version = VERDICT_VERSIONS.find((one) => one === json['version']) ?? 1;
  const later = version >= 2;
  return {
    version,
    overallStatus: word(OVERALL_STATUSES, json['overall_status']) ?? 'WARNING',
    inputReduced: json['input_reduced'] === true,
    sessionContext: readObject(json['session_context'], readContext),
    outcome: readObject(json['outcome'], readOutcome),
    metrics: readObject(json['metrics'], readMetrics),
    resourcesUsed: readList(json['resources_used'], readResource),
    interactions: later ? readList(json['interactions'], readSummary) : null,
    narrative: text(json['narrative']) ?? '',
    issues: readList(json['issues'], readIssue),
  };
}

type Field = Json | undefined;

const text = (value: Field): string | null => (typeof value === 'string' ? value : null);
const whole = (value: Field): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : null;

function instant(value: Field): Instant | null {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

function word<T extends string>(words: readonly T[], value: Field): T | null {
  const said = text(value)?.toUpperCase();
  return isOneOf(words, said) ? said : null;
}

const isObject = (value: Field): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const readObject = <T>(value: Field, read: (object: JsonObject) => T): T | null =>
  isObject(value) ? read(value) : null;

const readList = <T>(value: Field, read: (object: JsonObject) => T): T[] =>
  Array.isArray(value) ? value.filter(isObject).map(read) : [];

const readContext = (json: JsonObject): SessionContext => ({
  referenceType: word(REFERENCE_TYPES, json['reference_type']),
  channel: word(SESSION_CHANNELS, json['channel']),
  direction: word(SESSION_DIRECTIONS, json['direction']),
  directionRaw: text(json['direction_raw']),
  participants: Array.isArray(json['participants'])
    ? readList(json['participants'], readParticipant).filter((one) => one !== null)
    : null,
  flowName: text(json['flow_name']),
  startedAt: instant(json['started_at']),
  originKind: word(ORIGIN_KINDS, json['origin_kind']),
  originType: word(ORIGIN_TYPES, json['origin_type']),
  multiLeg: json['multi_leg'] === true,
  aiHandled: json['ai_handled'] === true,
  humanInvolved: json['human_involved'] === true,
});

function readParticipant(json: JsonObject): Participant | null {
  const role = word(PARTICIPANT_ROLES, json['role']);
  return role === null ? null : { role, address: text(json['address']) ?? '' };
}

const readOutcome = (json: JsonObject): VerdictOutcome => ({
  result: word(RESULTS, json['result']) ?? 'UNKNOWN',
  endedBy: word(ENDED_BY, json['ended_by']),
  reason: text(json['reason']),
  detail: readObject(json['detail'], (detail) =>
    Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, printed(value)])),
  ),
});

const printed = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const readMetrics = (json: JsonObject): VerdictMetrics => ({
  turnsUser: whole(json['turns_user']) ?? 0,
  turnsBot: whole(json['turns_bot']) ?? 0,
  firstResponseMs: whole(json['first_response_ms']),
  avgResponseMs: whole(json['avg_response_ms']),
  maxResponseMs: whole(json['max_response_ms']),
  maxGapMs: whole(json['max_gap_ms']),
});

const readResource = (json: JsonObject): ResourceUse => ({
  type: text(json['type']) ?? '',
  count: whole(json['count']) ?? 0,
});

const readSummary = (json: JsonObject): ResourceSummary => ({
  resourceType: text(json['resource_type']) ?? '',
  summary: text(json['summary']) ?? '',
});

const readIssue = (json: JsonObject): Issue => ({
  severity: word(SEVERITIES, json['severity']) ?? 'INFO',
  area: text(json['area']) ?? '',
  summary: text(json['summary']) ?? '',
  evidence: readList(json['evidence'], readEvidence),
});

const readEvidence = (json: JsonObject): Evidence => ({
  evidenceIndex: whole(json['evidence_index']) ?? 0,
  eventType: text(json['event_type']) ?? '',
  timestamp: instant(json['timestamp']) ?? 0,
  resourceId: text(json['resource_id']) ?? '',
});
