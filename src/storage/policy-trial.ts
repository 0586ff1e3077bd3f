import type { DataSource, EntityManager } from 'typeorm';
import type { Interaction } from '../domain/interaction.js';
import { project } from '../domain/interaction.js';
import type { PolicySet } from '../domain/policy.js';
import { linksCalls } from '../domain/policy.js';
import type { Obstacle } from '../domain/score.js';
import type { Direction, DropStage, Instant, InteractionStatus } from '../domain/words.js';
import type { LinkDifference, LinkTrial, PairOfLegs, TriedInteraction } from './link-trial.js';
import { tryLinks } from './link-trial.js';
import type { InteractionFilter } from './list/filter.js';
import { interactionWhere } from './list/filter.js';
import { Params } from './list/params.js';
import type { TenantFrame } from './read-model.js';
import type { KnownCall } from './trace/call-store.js';
import { loadCalls } from './trace/call-store.js';
import { nameOf } from './trace/matcher.js';
import { surroundingsOf } from './trace/next-state.js';
import type { TenantSurroundings } from './trace/surroundings.js';
import { loadSurroundings } from './trace/surroundings.js';

/** Most interactions that one trial is asked about. */
export const TRIAL_CAP = 10_000;
/** Most pairs of legs whose links one trial follows. */
export const LINK_CAP = 1_000;
const PAGE = 500;

export type Judged = Pick<Interaction, 'status' | 'dropStage' | 'dropDetail' | 'isProvisional' | 'why'>;

/** What the policies make of one interaction, of which at least one makes something. */
export interface PolicyDifference {
  /** Of one that would be parted from another, that other. */
  interactionId: string;
  /** Null for an interaction that would be parted from another. */
  before: Judged | null;
  /** Null for an interaction that would become part of another. */
  after: Judged | null;
}

/** How many interactions have a status, under the present policy and under the one that is tried. */
export interface TrialTotal {
  status: InteractionStatus;
  dropStage: DropStage | null;
  before: number;
  after: number;
}

export interface PolicyTrial {
  /** How many were judged: the latest to begin, and those that the tried policy would join with one of them. */
  judged: number;
  /** True: more match than were judged. */
  isCapped: boolean;
  /** True: more links may be others than were followed; the rest were judged as they are. */
  areLinksCapped: boolean;
  judgedAt: Instant;
  totals: TrialTotal[];
  differences: PolicyDifference[];
  /** Pairs of legs, one of a judged interaction, that only one of the policies would link. */
  linkDifferences: LinkDifference[];
}

interface Candidate {
  id: string;
  startedAt: Instant;
  legIds: string[];
}

/**
 * Judges stored interactions by their present policy and by another one, both at this moment, so that any
 * difference is the policy's (rule R26); by the other one with the links that it would make. One snapshot, read
 * only: the database itself refuses to write.
 */
export async function tryPolicy(
  db: DataSource,
  frame: TenantFrame,
  policy: PolicySet,
  filter: InteractionFilter | null,
  { cap = TRIAL_CAP, linkCap = LINK_CAP } = {},
): Promise<PolicyTrial> {
  return db.transaction('REPEATABLE READ', async (tx) => {
    await tx.query('set transaction read only');
    const tenant = await loadSurroundings(tx, frame.tenantId, frame.now);
    const trial = new Trial(tenant, policy, frame.now);
    let last: Candidate | null = null;
    let isCapped = true;
    while (isCapped && trial.asked < cap) {
      const size: number = Math.min(PAGE, cap - trial.asked);
      const page: Candidate[] = await candidates(tx, frame, filter, last, size);
      await trial.judge(tx, page);
      last = page.at(-1) ?? null;
      isCapped = page.length === size;
    }
    isCapped &&= (await candidates(tx, frame, filter, last, 1)).length > 0;
    await trial.followLinks(tx, linkCap);
    return trial.result(isCapped);
  });
}

class Trial {
  /** How many interactions of the filter it has seen. */
  asked = 0;
  /** In the order in which they were judged. */
  private readonly outcomes = new Map<string, Omit<PolicyDifference, 'interactionId'>>();
  private readonly parted: PolicyDifference[] = [];
  private readonly suspects = new Map<string, PairOfLegs>();
  private linkDifferences: LinkDifference[] = [];
  private areLinksCapped = false;

  constructor(
    private readonly tenant: TenantSurroundings,
    private readonly policy: PolicySet,
    private readonly now: Instant,
  ) {}

  /** Judges interactions with their links as they are, and notes whose links may be others. */
  async judge(tx: EntityManager, page: readonly Candidate[]): Promise<void> {
    this.asked += page.length;
    const { tenantId } = this.tenant;
    const ids = page.flatMap(({ legIds }) => legIds);
    const calls = await loadCalls(tx, tenantId, ids);
    for (const pair of await weighedPairs(tx, tenantId, ids))
      if (this.isSuspect(pair)) this.suspects.set(nameOf(pair), pair);
    const callOf = new Map(calls.map((one) => [one.call.id, one]));
    for (const { id, legIds } of page) {
      const own = legIds.flatMap((legId) => callOf.get(legId) ?? []);
      if (own.length > 0)
        this.outcomes.set(id, { before: this.presently(own), after: this.under(this.policy, own) });
    }
  }

  /** Judges those anew that the tried policy would part or join. */
  async followLinks(tx: EntityManager, most: number): Promise<void> {
    if (this.suspects.size === 0) return;
    this.areLinksCapped = this.suspects.size > most;
    const suspects = [...this.suspects.values()].slice(0, most);
    const trial = await tryLinks(tx, this.tenant, this.policy, suspects, this.now);
    this.linkDifferences = trial.differences;
    for (const one of trial.interactions) this.follow(one, trial.present);
  }

  /** Of what was not asked about, only what would be joined with what was. */
  private follow(
    { interactionId, isParted, absorbed, calls }: TriedInteraction,
    present: LinkTrial['present'],
  ): void {
    const members = [interactionId, ...absorbed];
    if (!members.some((id) => this.outcomes.has(id))) return;
    const after = this.under(this.policy, calls);
    if (isParted) return void this.parted.push({ interactionId, before: null, after });
    for (const id of members) {
      const before = this.outcomes.get(id)?.before ?? this.presently(present.get(id) ?? []);
      this.outcomes.set(id, { before, after: id === interactionId ? after : null });
    }
  }

  result(isCapped: boolean): PolicyTrial {
    const judged = [...this.outcomes].map(([interactionId, outcome]) => ({ interactionId, ...outcome }));
    const all = [...judged, ...this.parted];
    return {
      judged: judged.length,
      isCapped,
      areLinksCapped: this.areLinksCapped,
      judgedAt: this.now,
      totals: totalsOf(all),
      differences: all.filter(({ before, after }) => differs(before, after)),
      linkDifferences: this.linkDifferences,
    };
  }

  private isSuspect({ direction, obstacles }: WeighedPair): boolean {
    const isFree = obstacles.every((obstacle) => obstacle === 'AUTOMATIC_OFF');
    return isFree && linksCalls(this.tenant.policy, direction) !== linksCalls(this.policy, direction);
  }

  private presently(calls: KnownCall[]): Judged {
    return this.under(this.tenant.policy, calls);
  }

  private under(policy: PolicySet, calls: KnownCall[]): Judged {
    const around = surroundingsOf({ ...this.tenant, policy }, { calls }, [], this.now);
    const { interaction } = project(
      calls.map(({ call }) => call),
      around,
    );
    const { status, dropStage, dropDetail, isProvisional, why } = interaction;
    return { status, dropStage, dropDetail, isProvisional, why };
  }
}

/** Totals by status and drop stage, in the order of their names. */
function totalsOf(outcomes: readonly PolicyDifference[]): TrialTotal[] {
  const totals = new Map<string, TrialTotal>();
  const add = (judged: Judged | null, column: 'before' | 'after') => {
    if (judged === null) return;
    const { status, dropStage } = judged;
    const total = totals.get(stateOf(judged)) ?? { status, dropStage, before: 0, after: 0 };
    total[column] += 1;
    totals.set(stateOf(judged), total);
  };
  for (const { before, after } of outcomes) {
    add(before, 'before');
    add(after, 'after');
  }
  return [...totals.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
}

interface WeighedPair extends PairOfLegs {
  direction: Direction | null;
  obstacles: Obstacle[];
}

/** The pairs, linked or suggested, of these legs. */
const weighedPairs = (
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<WeighedPair[]> =>
  tx.query(
    `select p.dialer_leg_id as "dialerLegId", p.assistant_leg_id as "assistantLegId", p.obstacles,
            coalesce(d.direction, a.direction) as direction
       from leg_pair p
       join leg d on d.tenant_id = p.tenant_id and d.id = p.dialer_leg_id
       join leg a on a.tenant_id = p.tenant_id and a.id = p.assistant_leg_id
      where p.tenant_id = $1 and (p.dialer_leg_id = any($2::uuid[]) or p.assistant_leg_id = any($2::uuid[]))
      order by p.dialer_leg_id, p.assistant_leg_id`,
    [tenantId, legIds],
  );

const stateOf = ({ status, dropStage }: Pick<Judged, 'status' | 'dropStage'>): string =>
  `${status}/${dropStage ?? ''}`;

const differs = (before: Judged | null, after: Judged | null): boolean =>
  before === null ||
  after === null ||
  stateOf(before) !== stateOf(after) ||
  before.dropDetail !== after.dropDetail ||
  before.isProvisional !== after.isProvisional;

/** The next interactions that match, the latest to begin first, with their legs. */
async function candidates(
  tx: EntityManager,
  frame: TenantFrame,
  filter: InteractionFilter | null,
  after: Candidate | null,
  limit: number,
): Promise<Candidate[]> {
  const params = new Params();
  const where = interactionWhere(filter, frame, params);
  const rest =
    after === null
      ? 'true'
      : `(i.started_at, i.id) < (${params.instant(after.startedAt)}, ${params.add(after.id, 'uuid')})`;
  return tx.query(
    `select i.id, i.started_at as "startedAt",
            array(select l.id from leg l where l.tenant_id = i.tenant_id and l.interaction_id = i.id) as "legIds"
       from interaction i where ${where} and ${rest}
      order by i.started_at desc, i.id desc limit ${params.add(limit, 'integer')}`,
    params.values,
  );
}
