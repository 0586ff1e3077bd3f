import type {
  CallStatus,
  Channel,
  Direction,
  DisconnectedBy,
  DropStage,
  Instant,
  InteractionStatus,
  Outcome,
  Role,
} from '../../domain/words.js';
import type { DatePreset, Range, TenantFrame } from '../read-model.js';
import { hadSegment } from './as-of.js';
import type { Condition, Nested } from './condition.js';
import { all, between, during, equals, is, nested, oneOf } from './condition.js';
import { presetRange } from './date-preset.js';
import type { Params } from './params.js';
import { callSearch, customerIs, interactionSearch } from './search.js';

export const QUICK_FILTERS = ['DROPPED_TODAY', 'WAITING_TO_SYNC', 'LIVE'] as const;
export type QuickFilter = (typeof QUICK_FILTERS)[number];

/** All given fields must hold; null and absent are not asked for; a list means any of its values. */
export interface InteractionFilter extends Nested<InteractionFilter> {
  /** From inclusive, to exclusive. */
  startedAt?: Range<Instant> | null;
  datePreset?: DatePreset | null;
  status?: InteractionStatus[] | null;
  dropStage?: DropStage[] | null;
  channel?: Channel[] | null;
  direction?: Direction[] | null;
  outcome?: Outcome[] | null;
  campaign?: string | null;
  flow?: string | null;
  /** The name of a source that reported one of its legs. */
  source?: string | null;
  /** A phone number in any spelling or its end, a reference, an external id, or the value of a key. */
  search?: string | null;
  customer?: string | null;
  isTest?: boolean | null;
  hasRecording?: boolean | null;
  minDurationMs?: number | null;
  maxDurationMs?: number | null;
  flagged?: boolean | null;
  quick?: QuickFilter | null;
}

export interface CallFilter extends Nested<CallFilter> {
  startedAt?: Range<Instant> | null;
  datePreset?: DatePreset | null;
  status?: CallStatus[] | null;
  role?: Role[] | null;
  source?: string | null;
  direction?: Direction[] | null;
  isTest?: boolean | null;
  search?: string | null;
  campaign?: string | null;
  disconnectedBy?: DisconnectedBy[] | null;
}

/** The condition on `interaction i`: the tenant's own, not deleted, and what is asked for. */
export function interactionWhere(
  filter: InteractionFilter | null | undefined,
  frame: TenantFrame,
  params: Params,
): string {
  const own = (one: InteractionFilter) => interactionConditions(one, frame, params);
  return `i.tenant_id = ${params.add(frame.tenantId, 'uuid')} and i.deleted_at is null and ${nested(filter ?? {}, own)}`;
}

/** The condition on `call c join leg l`: the tenant's own, not deleted, and what is asked for. */
export function callWhere(filter: CallFilter | null | undefined, frame: TenantFrame, params: Params): string {
  const own = (one: CallFilter) => callConditions(one, frame, params);
  return `c.tenant_id = ${params.add(frame.tenantId, 'uuid')} and l.deleted_at is null and ${nested(filter ?? {}, own)}`;
}

function interactionConditions(filter: InteractionFilter, frame: TenantFrame, params: Params): Condition[] {
  return [
    during('i.started_at', filter.startedAt, params),
    presetIs('i.started_at', filter.datePreset, frame, params),
    oneOf('i.status', filter.status, params),
    oneOf('i.drop_stage', filter.dropStage, params),
    oneOf('i.channel', filter.channel, params),
    oneOf('i.direction', filter.direction, params),
    oneOf('i.outcome', filter.outcome, params),
    equals('i.campaign', filter.campaign, params),
    equals('i.flow', filter.flow, params),
    hasLegOf(filter.source, frame, params),
    interactionSearch(filter.search, frame, params),
    customerIs('i.customer_e164', filter.customer, frame, params),
    is('i.is_test', filter.isTest, params),
    is('i.has_recording', filter.hasRecording, params),
    between('i.duration_ms', { from: filter.minDurationMs, to: filter.maxDurationMs }, params),
    is("i.review_flags <> '[]'::jsonb", filter.flagged, params),
    quickly(filter.quick, frame, params),
  ];
}

function callConditions(filter: CallFilter, frame: TenantFrame, params: Params): Condition[] {
  return [
    during('c.sorted_at', filter.startedAt, params),
    presetIs('c.sorted_at', filter.datePreset, frame, params),
    oneOf('c.status', filter.status, params),
    oneOf('l.role', filter.role, params),
    exists(
      'source s',
      ['s.tenant_id = l.tenant_id', 's.id = l.source_id'],
      equals('s.name', filter.source, params),
    ),
    oneOf('l.direction', filter.direction, params),
    is('c.is_test', filter.isTest, params),
    callSearch(filter.search, frame, params),
    equals('c.campaign', filter.campaign, params),
    oneOf('c.disconnected_by', filter.disconnectedBy, params),
  ];
}

const presetIs = (
  column: string,
  preset: DatePreset | null | undefined,
  frame: TenantFrame,
  params: Params,
): Condition => (preset ? during(column, presetRange(preset, frame), params) : null);

function hasLegOf(source: string | null | undefined, frame: TenantFrame, params: Params): Condition {
  const isNamed = equals('s.name', source, params);
  if (isNamed === null) return null;
  if (frame.asOf !== undefined)
    return hadSegment(
      'sourceId',
      `select s.id from source s where s.tenant_id = ${params.add(frame.tenantId, 'uuid')} and ${isNamed}`,
    );
  return exists(
    'leg l join source s on s.tenant_id = l.tenant_id and s.id = l.source_id',
    ['l.tenant_id = i.tenant_id', 'l.interaction_id = i.id'],
    isNamed,
  );
}

const exists = (from: string, joins: readonly string[], condition: Condition): Condition =>
  condition === null ? null : `exists (select 1 from ${from} where ${all([...joins, condition])})`;

/** The chips above the list. */
function quickly(quick: QuickFilter | null | undefined, frame: TenantFrame, params: Params): Condition {
  switch (quick) {
    case null:
    case undefined:
      return null;
    case 'LIVE':
      return equals('i.status', 'IN_PROGRESS', params);
    case 'DROPPED_TODAY':
      return all([equals('i.status', 'DROPPED', params), presetIs('i.started_at', 'TODAY', frame, params)]);
    case 'WAITING_TO_SYNC':
      return `((i.status = 'DROPPED' and i.drop_stage = 'SYNC_GAP')
        or (i.status = 'PARTIAL' and i.expected_by is not null))`;
  }
}
