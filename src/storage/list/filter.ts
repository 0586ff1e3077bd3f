import type { DisagreementCode } from '../../domain/disagreements.js';
import { DISAGREEMENT_CODES } from '../../domain/disagreements.js';
import { isOneOf } from '../../domain/words.js';
import type {
  CallStatus,
  Channel,
  Direction,
  DisconnectedBy,
  DropDetail,
  DropStage,
  Instant,
  InteractionStatus,
  Outcome,
  Role,
} from '../../domain/words.js';
import type { DatePreset, Range, TenantFrame } from '../read-model.js';
import type { Condition, Nested } from './condition.js';
import { all, between, during, equals, hasLabel, is, nested, oneOf } from './condition.js';
import { presetRange } from './date-preset.js';
import type { LabelKind } from './labels.js';
import { labelOf, labelPrefix, sentimentLabel, tagName, tagValue } from './labels.js';
import type { Params } from './params.js';
import { mustSeeSources } from './hidden.js';
import { isStorable, storable } from './params.js';
import { callCustomerIs, callSearch, interactionCustomerIs, interactionSearch } from './search.js';
import { callSaid, interactionSaid } from './transcript.js';

export const QUICK_FILTERS = ['DROPPED_TODAY', 'WAITING_TO_SYNC', 'LIVE'] as const;
export type QuickFilter = (typeof QUICK_FILTERS)[number];

/** A tag by its name, and by its value when one is given; case does not matter. */
export interface TagFilter {
  name: string;
  value?: string | null;
}

type Maybe<T> = T | null | undefined;

/**
 * What the lists of interactions and calls have in common. All given fields must hold; null and absent
 * are not asked for; a list means any of its values.
 */
export interface ListFilter {
  /** From inclusive, to exclusive. */
  startedAt?: Maybe<Range<Instant>>;
  datePreset?: Maybe<DatePreset>;
  channel?: Maybe<Channel[]>;
  direction?: Maybe<Direction[]>;
  outcome?: Maybe<Outcome[]>;
  campaign?: Maybe<string>;
  flow?: Maybe<string>;
  /** The name of a source that reported it, or one of its legs. */
  source?: Maybe<string>;
  /** A phone number in any spelling or its end, a reference, an external id, or the value of a key. */
  search?: Maybe<string>;
  /** Words and quoted phrases that one entry of the transcript has, all of them. */
  transcriptSearch?: Maybe<string>;
  /** An address in any spelling, or the id that a system gives the customer. */
  customer?: Maybe<string>;
  tags?: Maybe<TagFilter[]>;
  sentiment?: Maybe<string[]>;
  flagged?: Maybe<boolean>;
  hasRecording?: Maybe<boolean>;
  isTest?: Maybe<boolean>;
  minDurationMs?: Maybe<number>;
  maxDurationMs?: Maybe<number>;
}

export interface InteractionFilter extends ListFilter, Nested<InteractionFilter> {
  status?: Maybe<InteractionStatus[]>;
  dropStage?: Maybe<DropStage[]>;
  dropDetail?: Maybe<DropDetail[]>;
  /** Whether it is told what a dropped trace lacks. */
  hasDropDetail?: Maybe<boolean>;
  /** Something of this kind does not fit together in it. */
  disagreement?: Maybe<DisagreementCode[]>;
  /** Whether a person has resolved it. */
  resolved?: Maybe<boolean>;
  quick?: Maybe<QuickFilter>;
}

export interface CallFilter extends ListFilter, Nested<CallFilter> {
  status?: Maybe<CallStatus[]>;
  role?: Maybe<Role[]>;
  disconnectedBy?: Maybe<DisconnectedBy[]>;
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
  mustSeeSources(filter.source, frame, 'filter.source');
  const labels = new Labels('i', frame, params);
  return [
    ...listConditions(filter, { startedAt: 'i.started_at', durationMs: 'i.duration_ms' }, labels),
    oneOf('i.status', filter.status, params),
    labels.oneOf('dropStage', filter.dropStage),
    labels.oneOf('dropDetail', filter.dropDetail),
    is('i.drop_detail is not null', filter.hasDropDetail, params),
    disagrees(filter.disagreement),
    labels.has('resolved', filter.resolved),
    interactionSearch(filter.search, frame, params),
    interactionSaid(filter.transcriptSearch, frame, params),
    interactionCustomerIs(filter.customer, frame, params),
    quickly(filter.quick, frame, params),
  ];
}

function callConditions(filter: CallFilter, frame: TenantFrame, params: Params): Condition[] {
  mustSeeSources(filter.source, frame, 'filter.source');
  const labels = new Labels('c', frame, params);
  return [
    ...listConditions(filter, { startedAt: 'c.sorted_at', durationMs: 'c.duration_ms' }, labels),
    oneOf('c.status', filter.status, params),
    labels.oneOf('role', filter.role),
    labels.oneOf('disconnectedBy', filter.disconnectedBy),
    callSearch(filter.search, frame, params),
    callSaid(filter.transcriptSearch, frame, params),
    callCustomerIs(filter.customer, frame, params),
  ];
}

function listConditions(
  filter: ListFilter,
  columns: { startedAt: string; durationMs: string },
  labels: Labels,
): Condition[] {
  const { frame, params } = labels;
  return [
    during(columns.startedAt, filter.startedAt, params),
    presetIs(columns.startedAt, filter.datePreset, frame, params),
    between(columns.durationMs, { from: filter.minDurationMs, to: filter.maxDurationMs }, params),
    labels.oneOf('channel', filter.channel),
    labels.oneOf('direction', filter.direction),
    labels.oneOf('outcome', filter.outcome),
    labels.oneOf('campaign', one(filter.campaign)),
    labels.oneOf('flow', one(filter.flow)),
    labels.source(filter.source),
    labels.tags(filter.tags),
    labels.oneOf('sentiment', filter.sentiment?.map(sentimentLabel)),
    labels.has('flagged', filter.flagged),
    labels.has('recorded', filter.hasRecording),
    labels.has('test', filter.isTest),
  ];
}

const one = (value: Maybe<string>): string[] | null => (value == null ? null : [value]);

/** Conditions on the labels of the rows of a list, by the alias of its table. */
class Labels {
  constructor(
    private readonly alias: string,
    readonly frame: TenantFrame,
    readonly params: Params,
  ) {}

  /** No value at all matches nothing. */
  oneOf(kind: LabelKind, values: Maybe<readonly string[]>): Condition {
    return values == null ? null : this.any(storable(values).map((value) => this.label(kind, value)));
  }

  has(kind: LabelKind, value: Maybe<boolean>): Condition {
    return value == null ? null : is(this.any([this.label(kind)]), value, this.params);
  }

  tags(tags: Maybe<readonly TagFilter[]>): Condition {
    if (tags == null) return null;
    const stored = tags.filter(({ name, value }) => isStorable(name + (value ?? '')));
    return this.any(
      stored.map(({ name, value }) =>
        value == null ? this.label('tag', tagName(name)) : this.label('tagValue', tagValue(name, value)),
      ),
    );
  }

  /** Labels have the id of a source, for its name may change. */
  source(name: Maybe<string>): Condition {
    const isNamed = equals('s.name', name, this.params);
    if (isNamed === null) return null;
    const tenant = this.params.add(this.frame.tenantId, 'uuid');
    const prefix = this.params.add(labelPrefix(this.frame.tenantId, 'source'), 'text');
    const ids = `select ${prefix} || s.id from source s where s.tenant_id = ${tenant} and ${isNamed}`;
    return `${this.alias}.labels && array(${ids})`;
  }

  private any(labels: readonly string[]): string {
    return hasLabel(this.alias, labels, this.params);
  }

  private label(kind: LabelKind, value?: string): string {
    return labelOf(this.frame.tenantId, kind, value);
  }
}

const presetIs = (
  column: string,
  preset: Maybe<DatePreset>,
  frame: TenantFrame,
  params: Params,
): Condition => (preset ? during(column, presetRange(preset, frame), params) : null);

/** The code stands in the text of the statement, so that an index on one code can answer. */
const disagrees = (codes: Maybe<DisagreementCode[]>): Condition =>
  codes == null ? null : `(${codes.filter(isDisagreement).map(hasDisagreement).join(' or ') || 'false'})`;

const isDisagreement = (code: unknown): boolean => isOneOf(DISAGREEMENT_CODES, code);
const hasDisagreement = (code: DisagreementCode) => `i.disagreements @> '[{"code":"${code}"}]'`;

/** The chips above the list. */
function quickly(quick: Maybe<QuickFilter>, frame: TenantFrame, params: Params): Condition {
  switch (quick) {
    case null:
    case undefined:
      return null;
    case 'LIVE':
      return equals('i.status', 'IN_PROGRESS', params);
    case 'DROPPED_TODAY':
      return all([equals('i.status', 'DROPPED', params), presetIs('i.started_at', 'TODAY', frame, params)]);
    case 'WAITING_TO_SYNC':
      return `(i.status in ('DROPPED', 'PARTIAL')
        and ((i.status = 'DROPPED' and i.drop_stage = 'SYNC_GAP') or (i.status = 'PARTIAL' and i.expected_by is not null)))`;
  }
}
