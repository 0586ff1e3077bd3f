import type { EntityManager } from 'typeorm';
import type { PolicySet } from '../domain/policy.js';
import type { Instant } from '../domain/words.js';
import type { Bonds, StoredPair } from './trace/bonds.js';
import { loadBonds } from './trace/bonds.js';
import type { KnownCall } from './trace/call-store.js';
import { loadCalls } from './trace/call-store.js';
import { weighAround } from './trace/judge.js';
import { nameOf } from './trace/matcher.js';
import { fellowLegs } from './trace/correlation.js';
import { identify, regroup } from './trace/rejoin.js';
import type { TenantSurroundings } from './trace/surroundings.js';

/** A dialer's and an assistant's leg that circumstances may link. */
export type PairOfLegs = Pick<StoredPair, 'dialerLegId' | 'assistantLegId'>;

/** Two legs that one policy links by itself and the other puts before a person. */
export interface LinkDifference extends PairOfLegs {
  isLinkedBefore: boolean;
  isLinkedAfter: boolean;
}

/** An interaction as the links of the tried policy would make it. */
export interface TriedInteraction {
  /** Which it would be; of one that would be parted from another, that other. */
  interactionId: string;
  isParted: boolean;
  /** Interactions that would become part of it. */
  absorbed: string[];
  /** Its calls, with the suggestions that would stand. */
  calls: KnownCall[];
}

/** What becomes of the interactions that a tried policy would part or join, or would take a suggestion from or to. */
export interface LinkTrial {
  differences: LinkDifference[];
  interactions: TriedInteraction[];
  /** The calls of the same interactions as they are. */
  present: ReadonlyMap<string, KnownCall[]>;
}

/** Legs that are weighed at once. */
const BATCH = 50;

/**
 * Links and parts in thought what the policy would, of pairs that it may concern; writes nothing. Sessions of written
 * threads are cut as they are.
 */
export async function tryLinks(
  tx: EntityManager,
  tenant: TenantSurroundings,
  policy: PolicySet,
  suspects: readonly PairOfLegs[],
  now: Instant,
): Promise<LinkTrial> {
  const shifts = await shiftsOf(tx, tenant, policy, suspects, now);
  if (shifts.turned.length === 0) return { differences: [], interactions: [], present: new Map() };
  const { tenantId } = tenant;
  const touched = [...shifts.turned, ...shifts.come, ...shifts.gone].flatMap(legsOf);
  const { fellows } = await fellowLegs(tx, tenantId, [...new Set(touched)]);
  const known = await loadCalls(tx, tenantId, fellows);
  const bonds = await loadBonds(
    tx,
    tenantId,
    known.map(({ call }) => call.id),
  );
  const tried = known.map(withSuggestions(shifts));
  const { joined, joinable } = regroup(tried, retied(bonds, shifts.turned), tenant.policy);
  const { assignments, merged } = await identify(tx, tenantId, joined.groups, { known, wishes: {} });
  const present = byInteraction(known);
  const callOf = new Map(joinable.map((one) => [one.call.id, one]));
  return {
    differences: shifts.turned.map(({ dialerLegId, assistantLegId, isLinked }) => {
      return { dialerLegId, assistantLegId, isLinkedBefore: !isLinked, isLinkedAfter: isLinked };
    }),
    interactions: assignments.map(({ interactionId, group }) => {
      const isParted = !present.has(interactionId);
      const calls = group.legIds.flatMap((id) => callOf.get(id) ?? []);
      return {
        interactionId: isParted ? (calls[0]?.interactionId ?? '') : interactionId,
        isParted,
        absorbed: merged.filter(({ survivorId }) => survivorId === interactionId).map(({ id }) => id),
        calls,
      };
    }),
    present,
  };
}

/** What a policy does otherwise than the present one. */
interface Shifts {
  /** Pairs as the policy has them, of which it links what the other does not, or the reverse. */
  turned: StoredPair[];
  /** Suggestions that would come, and that would go, for legs of those pairs. */
  come: StoredPair[];
  gone: StoredPair[];
  /** The suggestions that are stored of those legs and of those around them. */
  suggestions: StoredPair[];
}

async function shiftsOf(
  tx: EntityManager,
  tenant: TenantSurroundings,
  policy: PolicySet,
  suspects: readonly PairOfLegs[],
  now: Instant,
): Promise<Shifts> {
  const found = { turned: new Pairs(), come: new Pairs(), gone: new Pairs(), suggestions: new Pairs() };
  for (let place = 0; place < suspects.length; place += BATCH) {
    const batch = suspects.slice(place, place + BATCH);
    const { stored, decide } = await weighAround(tx, tenant, batch.flatMap(legsOf), now);
    const [before, after] = [new Pairs(decide(tenant.policy)), new Pairs(decide(policy))];
    const linked = (pairs: Pairs, pair: PairOfLegs) => pairs.get(pair)?.isLinked === true;
    const turned = batch.flatMap((pair) => {
      if (linked(before, pair) === linked(after, pair)) return [];
      const weighed = after.get(pair) ?? before.get(pair);
      return weighed === undefined ? [] : [{ ...weighed, isLinked: linked(after, pair) }];
    });
    const legs = new Set(turned.flatMap(legsOf));
    const suggestedIn = (pairs: Pairs) =>
      pairs.list().filter((pair) => !pair.isLinked && legsOf(pair).some((id) => legs.has(id)));
    const isIn = (pairs: Pairs) => (pair: PairOfLegs) => pairs.get(pair)?.isLinked === false;
    found.turned.add(turned);
    found.come.add(suggestedIn(after).filter((pair) => !isIn(before)(pair)));
    found.gone.add(suggestedIn(before).filter((pair) => !isIn(after)(pair)));
    found.suggestions.add(stored.filter(({ isLinked }) => !isLinked));
  }
  const { turned, come, gone, suggestions } = found;
  return { turned: turned.list(), come: come.list(), gone: gone.list(), suggestions: suggestions.list() };
}

/** Pairs, each once. */
class Pairs {
  private readonly byName = new Map<string, StoredPair>();

  constructor(pairs: readonly StoredPair[] = []) {
    this.add(pairs);
  }

  add(pairs: readonly StoredPair[]): void {
    for (const pair of pairs) this.byName.set(nameOf(pair), pair);
  }

  get(pair: PairOfLegs): StoredPair | undefined {
    return this.byName.get(nameOf(pair));
  }

  list(): StoredPair[] {
    return [...this.byName.values()];
  }
}

const legsOf = ({ dialerLegId, assistantLegId }: PairOfLegs): string[] => [dialerLegId, assistantLegId];

/** The call with the word whether a suggestion would stand for it. */
function withSuggestions({ come, gone, suggestions }: Shifts): (known: KnownCall) => KnownCall {
  const arrived = new Set(come.flatMap(legsOf));
  const left = new Set(gone.map(nameOf));
  const losers = new Set(gone.flatMap(legsOf));
  const stay = new Set(suggestions.filter((pair) => !left.has(nameOf(pair))).flatMap(legsOf));
  return (known) => {
    const { id } = known.call;
    const keeps = known.isSuggested && (!losers.has(id) || stay.has(id));
    return { ...known, isSuggested: arrived.has(id) || keeps };
  };
}

/** The bonds with the weak links that the policy makes, and without those that it does not. */
function retied(bonds: Bonds, turned: readonly StoredPair[]): Bonds {
  const names = new Set(turned.map(nameOf));
  const tied = turned
    .filter(({ isLinked }) => isLinked)
    .map((stored) => ({
      dialerId: stored.dialerLegId,
      assistantId: stored.assistantLegId,
      points: stored.points,
      stored,
    }));
  return { ...bonds, weak: [...bonds.weak.filter(({ stored }) => !names.has(nameOf(stored))), ...tied] };
}

function byInteraction(known: readonly KnownCall[]): Map<string, KnownCall[]> {
  const calls = new Map<string, KnownCall[]>();
  for (const one of known)
    calls.set(one.interactionId ?? '', [...(calls.get(one.interactionId ?? '') ?? []), one]);
  return calls;
}
