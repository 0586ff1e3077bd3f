import type { EntityManager } from 'typeorm';
import { HEAT_RULES } from '../../domain/heat.js';
import type { OrphanEntity } from '../entities/bond.entity.js';
import { properties } from './call-store.js';
import { isHidden } from './suggestions.js';

export type OrphanRow = Omit<OrphanEntity, 'checkAt'>;

/** Most candidates that one block of one leg gives; from here on its number is hot anyway. */
const BLOCK = HEAT_RULES.legs + 1;
/** Rounds of looking at the candidates of candidates: what a leg changes reaches no further (see `Neighbourhood`). */
const ROUNDS = 4;
/** Legs in one neighbourhood: a larger one is looked at leg by leg, and that of one leg is judged in part. */
const MOST_LEGS = 400;

/** An assistant may start so long before the answer or after the end of the dialer's leg, in ms (rule R15). */
const SLACK = 5_000;
/** How long a call may have gone on before an assistant comes to it, in ms. */
const LONGEST_WAIT = 4 * 3_600_000;
/** Without a likeness of numbers only a start just after the answer is worth a suggestion, in ms. */
const SOON = 30_000;

/**
 * Orphans and who may be whose other half. Legs in `settled` have all their candidates here, so that a decision
 * about a pair of them needs nothing else: it depends on the candidates of both sides.
 */
export interface Neighbourhood {
  legs: Map<string, OrphanRow>;
  settled: Set<string>;
  pairs: { dialer: OrphanRow; assistant: OrphanRow }[];
  /** True: it has so many legs that it was not followed to its end. */
  isCut: boolean;
}

/** The neighbourhood of some legs, one statement a round. `skewMs`: how far clocks may be apart. */
export async function loadNeighbourhood(
  tx: EntityManager,
  tenantId: string,
  seeds: readonly string[],
  skewMs: number,
  rounds = ROUNDS,
): Promise<Neighbourhood> {
  const legs = new Map<string, OrphanRow>();
  const settled = new Set<string>();
  const pairs = new Map<string, Neighbourhood['pairs'][number]>();
  let frontier = [...seeds];
  let round = 0;
  for (; round < rounds && frontier.length > 0 && legs.size < MOST_LEGS; round += 1) {
    const found = await candidatesOf(tx, tenantId, frontier, skewMs);
    for (const { seed, candidate } of found) {
      legs.set(seed.legId, seed);
      if (candidate === null) continue;
      legs.set(candidate.legId, candidate);
      const [dialer, assistant] = seed.role === 'DIALER' ? [seed, candidate] : [candidate, seed];
      pairs.set(`${dialer.legId}/${assistant.legId}`, { dialer, assistant });
    }
    for (const id of frontier) settled.add(id);
    frontier = [...legs.keys()].filter((id) => !settled.has(id));
  }
  return { legs, settled, pairs: [...pairs.values()], isCut: round < rounds && frontier.length > 0 };
}

interface Found {
  seed: OrphanRow;
  candidate: OrphanRow | null;
}

/**
 * The orphans that may be the other half of the seeds: by the end of the customer's number, or by the number
 * dialled just before the assistant began. Both blocks read an index from the nearest in time on, tens of rows at
 * most however many legs there are. A seed without candidates comes with null; one that is no orphan does not come.
 */
async function candidatesOf(
  tx: EntityManager,
  tenantId: string,
  seeds: readonly string[],
  skewMs: number,
): Promise<Found[]> {
  const rows: { seed: object; candidate: object | null }[] = await tx.query(CANDIDATES, [
    tenantId,
    seeds,
    skewMs,
  ]);
  return rows.map(({ seed, candidate }) => ({
    seed: properties(seed) as unknown as OrphanRow,
    candidate: candidate === null ? null : (properties(candidate) as unknown as OrphanRow),
  }));
}

const ms = (amount: number): string => `(${amount} + $3::int) * interval '1 millisecond'`;

const isThere = (alias: string): string => `not ${isHidden('$1', `${alias}.leg_id`)}`;

/** One index, read from the nearest in time on. */
const block = (key: string, role: 'DIALER' | 'ASSISTANT', from: string, to: string): string =>
  `(select c.* from orphan c
     where c.tenant_id = $1 and c.role = '${role}' and c.${key} = s.${key} and c.at between ${from} and ${to}
       and ${isThere('c')}
     order by c.at ${role === 'DIALER' ? 'desc' : 'asc'} limit ${BLOCK})`;

const CANDIDATES = `
  select to_jsonb(s) as seed, to_jsonb(c) as candidate
    from orphan s
    left join lateral (
      ${block('customer_tail', 'ASSISTANT', `s.at - ${ms(SLACK)}`, `coalesce(s.ended_at, s.at) + ${ms(SLACK)}`)}
      union ${block('did', 'ASSISTANT', `s.at - ${ms(SLACK)}`, `s.at + ${ms(SOON)}`)}
    ) c on true
   where s.tenant_id = $1 and s.leg_id = any($2::uuid[]) and s.role = 'DIALER' and ${isThere('s')}
  union all
  select to_jsonb(s), to_jsonb(c)
    from orphan s
    left join lateral (
      ${block('customer_tail', 'DIALER', `s.at - ${ms(LONGEST_WAIT)}`, `s.at + ${ms(SLACK)}`)}
      union ${block('did', 'DIALER', `s.at - ${ms(SOON)}`, `s.at + ${ms(SLACK)}`)}
    ) c on true
   where s.tenant_id = $1 and s.leg_id = any($2::uuid[]) and s.role = 'ASSISTANT' and ${isThere('s')}`;
