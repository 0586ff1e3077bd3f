import type { DataSource, EntityManager } from 'typeorm';
import type { Interaction } from '../domain/interaction.js';
import { project } from '../domain/interaction.js';
import type { PolicySet } from '../domain/policy.js';
import { policyFor } from '../domain/policy.js';
import type { Obstacle } from '../domain/score.js';
import type { Direction, DropStage, Instant, InteractionStatus } from '../domain/words.js';
import type { InteractionFilter } from './list/filter.js';
import { interactionWhere } from './list/filter.js';
import { Params } from './list/params.js';
import type { TenantFrame } from './read-model.js';
import type { KnownCall } from './trace/call-store.js';
import { loadCalls } from './trace/call-store.js';
import type { TenantSurroundings } from './trace/surroundings.js';
import { loadSurroundings } from './trace/surroundings.js';

/** Most interactions that one trial judges. */
export const TRIAL_CAP = 10_000;
const PAGE = 500;

export type Judged = Pick<Interaction, 'status' | 'dropStage' | 'dropDetail' | 'isProvisional' | 'why'>;

export interface PolicyDifference {
  interactionId: string;
  before: Judged;
  after: Judged;
}

/** How many interactions have a status, under the present policy and under the one that is tried. */
export interface TrialTotal {
  status: InteractionStatus;
  dropStage: DropStage | null;
  before: number;
  after: number;
}

export interface PolicyTrial {
  /** How many were judged: the latest to begin. */
  judged: number;
  /** True: more match than were judged. */
  isCapped: boolean;
  judgedAt: Instant;
  totals: TrialTotal[];
  differences: PolicyDifference[];
  /** Pairs of legs of the judged interactions that only one of the policies would link. */
  linkDifferences: LinkDifference[];
}

/** Two legs that one policy links by itself and the other puts before a person. */
export interface LinkDifference {
  dialerLegId: string;
  assistantLegId: string;
  isLinkedBefore: boolean;
  isLinkedAfter: boolean;
}

interface Candidate {
  id: string;
  startedAt: Instant;
  legIds: string[];
}

/**
 * Judges stored interactions by their present policy and by another one, both at this moment, so that any
 * difference is the policy's (rule R26). One snapshot, read only: the database itself refuses to write.
 */
export async function tryPolicy(
  db: DataSource,
  frame: TenantFrame,
  policy: PolicySet,
  filter: InteractionFilter | null,
  cap = TRIAL_CAP,
): Promise<PolicyTrial> {
  return db.transaction('REPEATABLE READ', async (tx) => {
    await tx.query('set transaction read only');
    const tenant = await loadSurroundings(tx, frame.tenantId, frame.now);
    const trial = new Trial(tenant, policy, frame.now);
    let last: Candidate | null = null;
    while (trial.judged < cap) {
      const size: number = Math.min(PAGE, cap - trial.judged);
      const page: Candidate[] = await candidates(tx, frame, filter, last, size);
      await trial.judge(tx, page);
      last = page.at(-1) ?? null;
      if (page.length < size || last === null) return trial.result(false);
    }
    return trial.result((await candidates(tx, frame, filter, last, 1)).length > 0);
  });
}

class Trial {
  judged = 0;
  private readonly totals = new Map<string, TrialTotal>();
  private readonly differences: PolicyDifference[] = [];
  private readonly linkDifferences: LinkDifference[] = [];

  constructor(
    private readonly tenant: TenantSurroundings,
    private readonly policy: PolicySet,
    private readonly now: Instant,
  ) {}

  async judge(tx: EntityManager, page: readonly Candidate[]): Promise<void> {
    const { tenantId } = this.tenant;
    const ids = page.flatMap(({ legIds }) => legIds);
    const calls = await loadCalls(tx, tenantId, ids);
    for (const pair of await weighedPairs(tx, tenantId, ids)) this.compareLinks(pair);
    const callOf = new Map(calls.map((one) => [one.call.id, one]));
    for (const { id, legIds } of page)
      this.compare(
        id,
        legIds.flatMap((legId) => callOf.get(legId) ?? []),
      );
  }

  result(isCapped: boolean): PolicyTrial {
    const totals = [...this.totals.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    return {
      judged: this.judged,
      isCapped,
      judgedAt: this.now,
      totals,
      differences: this.differences,
      linkDifferences: this.linkDifferences,
    };
  }

  private compare(interactionId: string, known: readonly KnownCall[]): void {
    if (known.length === 0) return;
    this.judged += 1;
    const before = this.under(this.tenant.policy, known);
    const after = this.under(this.policy, known);
    this.totalOf(before).before += 1;
    this.totalOf(after).after += 1;
    if (differs(before, after)) this.differences.push({ interactionId, before, after });
  }

  private compareLinks({ dialerLegId, assistantLegId, direction, obstacles }: WeighedPair): void {
    const isFree = obstacles.every((obstacle) => obstacle === 'AUTOMATIC_OFF');
    const links = (policy: PolicySet) => isFree && policyFor(policy, 'VOICE', direction).linkAutomatically;
    const [isLinkedBefore, isLinkedAfter] = [links(this.tenant.policy), links(this.policy)];
    if (isLinkedBefore !== isLinkedAfter)
      this.linkDifferences.push({ dialerLegId, assistantLegId, isLinkedBefore, isLinkedAfter });
  }

  private under(policy: PolicySet, known: readonly KnownCall[]): Judged {
    const calls = known.map(({ call }) => call);
    const around = { ...this.tenant, policy, now: this.now, ignoredKeys: new Map(), marks: [] };
    const { status, dropStage, dropDetail, isProvisional, why } = project(calls, around).interaction;
    return { status, dropStage, dropDetail, isProvisional, why };
  }

  private totalOf({ status, dropStage }: Judged): TrialTotal {
    const name = nameOf({ status, dropStage });
    const total = this.totals.get(name) ?? { status, dropStage, before: 0, after: 0 };
    this.totals.set(name, total);
    return total;
  }
}

interface WeighedPair {
  dialerLegId: string;
  assistantLegId: string;
  direction: Direction | null;
  obstacles: Obstacle[];
}

/** The pairs, linked or suggested, of these dialers' legs: each pair once. */
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
      where p.tenant_id = $1 and p.dialer_leg_id = any($2::uuid[])
      order by p.dialer_leg_id, p.assistant_leg_id`,
    [tenantId, legIds],
  );

const nameOf = ({ status, dropStage }: Pick<Judged, 'status' | 'dropStage'>): string =>
  `${status}/${dropStage ?? ''}`;

const differs = (before: Judged, after: Judged): boolean =>
  nameOf(before) !== nameOf(after) ||
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
