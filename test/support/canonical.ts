import { cancelledElsewhere } from '../../src/domain/attempts.js';
import type { Call } from '../../src/domain/call.js';
import { foldCall } from '../../src/domain/call.js';
import type { Interaction } from '../../src/domain/interaction.js';
import { project } from '../../src/domain/interaction.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { Brief, TenantName } from './scenarios.js';

/** An interaction with its calls, without the ids of its making: legs have their external names. */
export type CanonicalInteraction = Record<string, unknown> & { calls: Record<string, unknown>[] };

const record = { externalId: '', occurredAt: 0, role: 'DIALER' } as const;
const emptyCall = foldCall({ id: '', sourceId: '' }, [
  { id: '', version: null, occurredAt: 0, receivedAt: 0, hash: '', record },
]);
const { interaction: emptyInteraction } = project([emptyCall], {
  policy: DEFAULT_POLICY,
  watermarks: {},
  lagP99: {},
  seesHumans: false,
  now: 0,
  ignoredKeys: new Map(),
  marks: [],
});
/** What the domain itself knows; rows have more, which is not part of the state. */
const CALL_FIELDS = Object.keys(emptyCall).filter((name) => name !== 'id' && name !== 'sourceId');
const INTERACTION_FIELDS = Object.keys(emptyInteraction).filter((name) => name !== 'sourceIds');

/**
 * The state of one tenant in a form that does not depend on ids or order, so that it can be compared
 * across runs. External ids must be unique within a role.
 */
export function canonicalState(
  interactions: readonly Interaction[],
  calls: readonly Call[],
): CanonicalInteraction[] {
  const callOf = new Map(calls.map((call) => [call.id, call]));
  return interactions
    .map((interaction) => canonicalInteraction(interaction, callOf))
    .sort((a, b) => compare(String(a['externalIds']), String(b['externalIds'])));
}

function canonicalInteraction(
  interaction: Interaction,
  callOf: ReadonlyMap<string, Call>,
): CanonicalInteraction {
  const nameOf = (legId: string) => legName(callOf.get(legId));
  const calls = callsOf(interaction, callOf);
  return {
    ...only(INTERACTION_FIELDS, interaction),
    segments: interaction.segments.map(({ legId, ...segment }) => ({
      ...segment,
      sourceId: null,
      leg: legId === null ? null : nameOf(legId),
    })),
    transfers: interaction.transfers.map(({ legId, ...transfer }) => ({ ...transfer, leg: nameOf(legId) })),
    disagreements: interaction.disagreements.map((one) => ({
      ...one,
      claims: one.claims.map(({ legId, value }) => ({ value, leg: nameOf(legId) })),
    })),
    calls: calls.map((call) => ({ leg: legName(call), ...only(CALL_FIELDS, call) })),
  };
}

/** The few words of a scenario about an interaction. */
export function briefOf(tenant: TenantName, interaction: Interaction, calls: readonly Call[]): Brief {
  const { status, dropStage, dropDetail, why, outcome, disagreements } = interaction;
  const callOf = new Map(calls.map((call) => [call.id, call]));
  const own = callsOf(interaction, callOf);
  const names = (some: readonly Call[]) => some.map(legName).sort(compare);
  const elsewhere = cancelledElsewhere(own);
  return {
    tenant,
    legs: names(own),
    status,
    dropStage,
    dropDetail,
    why: why.code,
    outcome,
    disagreements: disagreements.map((one) => one.code).sort(compare),
    cancelled: names(own.filter(({ id }) => elsewhere.has(id))),
  };
}

/** Tenant by tenant, by the first leg. */
export const sortedBriefs = (briefs: readonly Brief[]): Brief[] =>
  [...briefs].sort((a, b) => compare(a.tenant, b.tenant) || compare(a.legs[0] ?? '', b.legs[0] ?? ''));

const legName = (call: Call | undefined): string =>
  call === undefined ? '?' : `${call.role.toLowerCase()}/${call.externalId}`;

const callsOf = (interaction: Interaction, callOf: ReadonlyMap<string, Call>): Call[] =>
  interaction.segments.flatMap(({ legId }) => (legId === null ? [] : (callOf.get(legId) ?? [])));

const only = (fields: readonly string[], value: object): Record<string, unknown> =>
  Object.fromEntries(fields.map((name) => [name, (value as Record<string, unknown>)[name]]));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
