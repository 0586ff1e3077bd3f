import { changedFields } from '../../domain/canonical.js';
import { marksOf } from '../../domain/funnel.js';
import type { Interaction, Projection, Surroundings } from '../../domain/interaction.js';
import { project } from '../../domain/interaction.js';
import type { Mark } from '../../domain/mark.js';
import { oneVariant } from '../../domain/phone.js';
import type { AttemptEnd } from '../../domain/words.js';
import { normalizeAddress } from '../address.js';
import { customerKeysOf } from '../customer-keys.js';
import type { CallChange } from '../entities/change.entity.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { interactionLabels } from '../list/labels.js';
import type { KnownCall } from './call-store.js';
import type { Cause } from './cause.js';
import type { Former } from './redirects.js';
import type { TenantSurroundings } from './surroundings.js';

/** An interaction whose state is to be computed anew from its calls. */
export interface Due {
  interactionId: string;
  calls: KnownCall[];
  /** Calls that the cause itself changed. */
  callChanges: CallChange[];
  cause: Cause;
  /** What it was before it was merged, when it is there again. */
  former?: Former | undefined;
}

type Row = InteractionEntity;

/** The fields of an interaction that a client can see change; the rest is for the clockwork. */
const VISIBLE = [
  'reference',
  'externalIds',
  'channel',
  'direction',
  'platform',
  'customerAddress',
  'customerName',
  'did',
  'carrier',
  'startedAt',
  'endedAt',
  'durationMs',
  'lastMessageAt',
  'status',
  'dropStage',
  'dropDetail',
  'isProvisional',
  'expectedBy',
  'faultDomain',
  'why',
  'outcome',
  'outcomeReason',
  'segments',
  'alignment',
  'transfers',
  'campaign',
  'flow',
  'functions',
  'tags',
  'sentiment',
  'reviewFlags',
  'annotations',
  'summary',
  'cost',
  'hasRecording',
  'isTest',
  'disagreements',
  'finalAt',
  'lateByMs',
  'resolution',
] as const satisfies readonly (keyof Interaction)[];

/** What becomes of an interaction: its row, and what of it is new to those who see it. */
export interface NextState {
  one: Due;
  old: Row | undefined;
  row: Row;
  fields: string[];
  ends: LegEnd[];
}

/** What follows for a leg's end from the interaction as a whole. */
export interface LegEnd {
  legId: string;
  endPresumed: boolean;
  attemptEnd: AttemptEnd | null;
  attemptEndDerived: boolean;
}

export const legIdsOf = ({ calls }: Pick<Due, 'calls'>): string[] => calls.map(({ call }) => call.id);

/** The interaction as its calls now make it, beside what it was. */
export function nextState(
  tenant: TenantSurroundings,
  one: Due,
  old: Row | undefined,
  { now, deletedAt, marks }: { now: number; deletedAt: number | null; marks: readonly Mark[] },
): NextState {
  const calls = one.calls.map(({ call }) => call);
  const projection = project(calls, surroundingsOf(tenant, one, marks, now));
  const { interaction: state } = projection;
  const isOther = old === undefined || old.deletedAt !== deletedAt;
  const fields: string[] = isOther ? [...VISIBLE] : changedFields<Interaction>(old, state, VISIBLE);
  if (one.callChanges.length > 0) fields.push('calls');
  const { e164, reversed } = normalizeAddress(state.customerAddress, tenant.defaultCountry);
  const customerE164 = e164 === null ? null : oneVariant(e164);
  const changed = fields.length > 0;
  const customerKeys = customerKeysOf(
    e164,
    one.calls.flatMap(({ keys }) => keys),
    tenant.defaultCountry,
  );
  const row: Row = {
    ...state,
    customerKeys,
    labels: interactionLabels(tenant.tenantId, { ...state, customerKeys }),
    stageMarks: marksOf(state.stages),
    calledBackAt: old?.customerE164 === customerE164 ? old.calledBackAt : null,
    tenantId: tenant.tenantId,
    id: one.interactionId,
    customerE164,
    customerReversed: reversed,
    deletedAt,
    revision: (old?.revision ?? one.former?.revision ?? 0) + (changed ? 1 : 0),
    createdAt: old?.createdAt ?? one.former?.createdAt ?? now,
    updatedAt: changed ? now : (old?.updatedAt ?? now),
  };
  return { one, old, row, fields, ends: turnedEnds(one, projection) };
}

export function surroundingsOf(
  tenant: TenantSurroundings,
  one: Pick<Due, 'calls'>,
  marks: readonly Mark[],
  now: number,
): Surroundings {
  const legIds = new Set(legIdsOf(one));
  return {
    ...tenant,
    now,
    lastReceivedAt: Math.max(...one.calls.map(({ call }) => call.lastReceivedAt)),
    keys: new Map(one.calls.map(({ call, keys }) => [call.id, keys])),
    normalAddress: (raw) => normalizeAddress(raw, tenant.defaultCountry).e164,
    marks: marks.filter(({ legId }) => legIds.has(legId)),
    ignoredKeys: new Map(one.calls.map(({ call, ignoredKeys }) => [call.id, ignoredKeys])),
    resolutions: one.calls.flatMap(({ resolution }) => resolution ?? []),
    hasSuggestion: one.calls.some(({ isSuggested }) => isSuggested),
  };
}

/** Legs whose end is presumed or derived, or no longer, with this state. */
const turnedEnds = (one: Due, projection: Projection): LegEnd[] =>
  one.calls.flatMap((known) => {
    const end = endOf(known.call.id, projection);
    const isSame =
      end.endPresumed === known.endPresumed &&
      end.attemptEnd === known.attemptEnd &&
      end.attemptEndDerived === known.attemptEndDerived;
    return isSame ? [] : [end];
  });

function endOf(legId: string, { presumedEnds, cancelled }: Projection): LegEnd {
  const attempt = cancelled.get(legId);
  return {
    legId,
    endPresumed: presumedEnds.has(legId),
    attemptEnd: attempt === undefined ? null : 'CANCELLED_ANSWERED_ELSEWHERE',
    attemptEndDerived: attempt?.isDerived ?? false,
  };
}
