import type { Instant } from '../words.js';

/** What a timeline analysis says of one interaction, and the closed sets of its words. */

export const ANALYSIS_STATUSES = ['PROGRESSING', 'COMPLETED', 'FAILED'] as const;
export type TimelineAnalysisStatus = (typeof ANALYSIS_STATUSES)[number];

export const OVERALL_STATUSES = ['OK', 'WARNING', 'ERROR'] as const;
export type OverallStatus = (typeof OVERALL_STATUSES)[number];

export const SEVERITIES = ['INFO', 'WARNING', 'ERROR'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const REFERENCE_TYPES = [
  'CALL',
  'CONVERSATION',
  'AI',
  'API',
  'TRANSCRIBE',
  'RECORDING',
  'CAMPAIGN',
] as const;
export type ReferenceType = (typeof REFERENCE_TYPES)[number];

export const SESSION_CHANNELS = ['VOICE', 'CHAT', 'AI', 'API'] as const;
export type SessionChannel = (typeof SESSION_CHANNELS)[number];

export const SESSION_DIRECTIONS = ['INBOUND', 'OUTBOUND'] as const;
export type SessionDirection = (typeof SESSION_DIRECTIONS)[number];

export const PARTICIPANT_ROLES = ['SOURCE', 'DESTINATION', 'SELF', 'PEER'] as const;
export type ParticipantRole = (typeof PARTICIPANT_ROLES)[number];

export const ORIGIN_KINDS = ['TRANSCRIPTION', 'RECORDING'] as const;
export type OriginKind = (typeof ORIGIN_KINDS)[number];

export const ORIGIN_TYPES = ['CALL', 'CONVERSATION', 'CONFBRIDGE'] as const;
export type OriginType = (typeof ORIGIN_TYPES)[number];

export const RESULTS = ['COMPLETED', 'FAILED', 'NO_ANSWER', 'BUSY', 'IN_PROGRESS', 'UNKNOWN'] as const;
export type SessionResult = (typeof RESULTS)[number];

export const ENDED_BY = ['REMOTE', 'LOCAL'] as const;
export type EndedBy = (typeof ENDED_BY)[number];

export interface Participant {
  role: ParticipantRole;
  address: string;
}

/** Who, when, how and on which channel. What cannot be resolved is null. */
export interface SessionContext {
  /** Null: none resolves, which the JSON form writes as an empty text. */
  referenceType: ReferenceType | null;
  channel: SessionChannel | null;
  direction: SessionDirection | null;
  directionRaw: string | null;
  /** Null rather than empty. */
  participants: Participant[] | null;
  flowName: string | null;
  startedAt: Instant | null;
  originKind: OriginKind | null;
  originType: OriginType | null;
  multiLeg: boolean;
  aiHandled: boolean;
  humanInvolved: boolean;
}

/** How the session ended. The detail is of the channel: every value is text, as the source system would print it. */
export interface VerdictOutcome {
  result: SessionResult;
  endedBy: EndedBy | null;
  reason: string | null;
  detail: Record<string, string> | null;
}

/** Counts of transcription turns, and times in ms. A time without inputs is null. */
export interface VerdictMetrics {
  turnsUser: number;
  turnsBot: number;
  firstResponseMs: number | null;
  avgResponseMs: number | null;
  maxResponseMs: number | null;
  maxGapMs: number | null;
}

export interface ResourceUse {
  type: string;
  count: number;
}

export interface ResourceSummary {
  resourceType: string;
  summary: string;
}

/** An event of the interaction's timeline that supports an issue. */
export interface Evidence {
  evidenceIndex: number;
  eventType: string;
  timestamp: Instant;
  resourceId: string;
}

export interface Issue {
  severity: Severity;
  area: string;
  summary: string;
  evidence: Evidence[];
}

export const VERDICT_VERSIONS = [1, 2, 3] as const;
export type VerdictVersion = (typeof VERDICT_VERSIONS)[number];

/** The version that is made. Earlier ones are read: 2 has no header blocks, 1 has no `interactions` either. */
export const VERDICT_VERSION = 3;

export interface Verdict {
  version: VerdictVersion;
  overallStatus: OverallStatus;
  inputReduced: boolean;
  sessionContext: SessionContext | null;
  outcome: VerdictOutcome | null;
  metrics: VerdictMetrics | null;
  resourcesUsed: ResourceUse[];
  /** Null in version 1, which has none; a list, be it empty, in every later one. */
  interactions: ResourceSummary[] | null;
  narrative: string;
  issues: Issue[];
}

/** The worst of the issues; OK exactly when there is none. An issue that only informs is still no OK. */
export function overallOf(issues: readonly { severity: Severity }[]): OverallStatus {
  if (issues.length === 0) return 'OK';
  return issues.some(({ severity }) => severity === 'ERROR') ? 'ERROR' : 'WARNING';
}
