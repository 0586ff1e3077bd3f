import { expect } from '@jest/globals';
import { SourceStats } from '../../src/storage/source-stats.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { rebuildTenant } from '../../src/storage/trace/rebuild.js';
import { sortedBriefs } from './canonical.js';
import type { Act, JoiningScenario, Look } from './joining-scenarios.js';
import type { Brief, SentRecord, SourceName, Step, TenantName } from './scenarios.js';
import { BASE, isoAt, SOURCES } from './scenarios.js';
import { TestServer } from './server.js';

const TENANTS: readonly TenantName[] = ['a', 'b'];
const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/** The steps of one copy of a scenario up to each of its looks, in the order in which they are sent. */
export type Order = readonly (readonly Step[])[];

/** Which steps come between one look and the next. */
export const windowsOf = ({ steps, then }: JoiningScenario): Step[][] =>
  then.map(({ atMs }, place) => {
    const since = then[place - 1]?.atMs ?? -Infinity;
    return steps.filter((step) => step.atMs > since && step.atMs <= atMs);
  });

/**
 * Plays scenarios through the doors of a real server. Each order is a copy of the scenario with ids and numbers of
 * its own; all copies are sent side by side, first the first record of each, then the second of each.
 */
export class ScenarioPlayer {
  private plays = 0;

  private constructor(
    private readonly clock: { now: number },
    private readonly server: TestServer,
  ) {}

  static async start(): Promise<ScenarioPlayer> {
    const clock = { now: BASE };
    const server = await TestServer.start({ now: () => clock.now, measureMs: 3_600_000 });
    return new ScenarioPlayer(clock, server);
  }

  /** Compares what the scenario says is to be seen at each look with what is to be seen of every copy. */
  async play(scenario: JoiningScenario, orders: readonly Order[]): Promise<void> {
    this.plays += 1;
    const stage = await Stage.open(this.server, `play ${this.plays}`, this.clock);
    for (const [place, look] of scenario.then.entries()) {
      this.clock.now = look.atMs;
      await stage.send(orders.map((windows) => windows[place] ?? []));
      await stage.settle();
      for (const act of look.acts ?? []) await stage.act(act, orders);
      await stage.settle();
      expect(await stage.seen(orders.length)).toEqual([wanted(look)]);
    }
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

interface Sight {
  interactions: Brief[];
  relations: string[];
}

const wanted = ({ interactions, relations = [] }: Look): Sight => ({
  interactions: sortedBriefs(interactions),
  relations,
});

const MARK = '~';

/** The step with ids, keys and numbers of the copy's own. */
function asCopy({ record, ...step }: Step, copy: number): Step {
  const mark = (id: string) => `${id}${MARK}${copy}`;
  const number = (address: string) => address.slice(0, -4) + String(copy).padStart(4, '0');
  const { keys, customer, did } = record as SentRecord & {
    keys?: { value: string }[];
    customer?: { address: string };
    did?: string;
  };
  return {
    ...step,
    record: {
      ...record,
      externalId: mark(record.externalId),
      ...(keys === undefined ? {} : { keys: keys.map((key) => ({ ...key, value: mark(key.value) })) }),
      ...(customer === undefined ? {} : { customer: { address: number(customer.address) } }),
      ...(did === undefined ? {} : { did: number(did) }),
    },
  };
}

interface ShownLeg {
  role: string;
  externalId: string;
  attemptEnd?: string | null;
}
interface Shown {
  status: Brief['status'];
  dropStage: Brief['dropStage'];
  dropDetail: Brief['dropDetail'];
  outcome: Brief['outcome'];
  why: { code: Brief['why'] };
  legs: ShownLeg[];
  disagreements: { code: string }[];
  relations: { kind: string; interaction: { legs: ShownLeg[] } }[];
}
interface ShownPage {
  interactions: { nodes: Shown[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

const INTERACTIONS = `query ($after: String) { interactions(first: 100, after: $after) {
  nodes { status dropStage dropDetail outcome why { code } legs { role externalId attemptEnd } disagreements { code }
          relations { kind interaction { legs { role externalId } } } }
  pageInfo { hasNextPage endCursor } } }`;

const legNames = (legs: readonly ShownLeg[]): string[] =>
  legs.map(({ role, externalId }) => `${role.toLowerCase()}/${externalId.split(MARK)[0] ?? ''}`).sort();

const copyOf = ({ legs }: Shown): number => Number(legs[0]?.externalId.split(MARK)[1]);

/** Two tenants of one play, with a dialer, an assistant and a desk each. */
class Stage {
  private constructor(
    private readonly server: TestServer,
    private readonly keys: Record<TenantName, string>,
    private readonly ids: Record<TenantName, string>,
    private readonly clock: { now: number },
  ) {}

  static async open(server: TestServer, name: string, clock: { now: number }): Promise<Stage> {
    const keys = { a: '', b: '' };
    const ids = { a: '', b: '' };
    for (const tenant of TENANTS) {
      keys[tenant] = await server.key(`${name} ${tenant}`);
      ids[tenant] = (await server.server.tenants.ensure(`${name} ${tenant}`)).id;
      for (const source of SOURCE_NAMES)
        await server.source(`${name} ${tenant}`, source, 'neutral', SOURCES[source]);
    }
    return new Stage(server, keys, ids, clock);
  }

  /** The first step of every copy, then the second of every copy, and so on; those of a single copy at once. */
  async send(copies: readonly (readonly Step[])[]): Promise<void> {
    const length = Math.max(...copies.map((steps) => steps.length));
    const size = copies.length > 1 ? 1 : Math.max(1, length);
    for (let place = 0; place < length; place += size) {
      const steps = copies.flatMap((one, copy) =>
        one.slice(place, place + size).map((step) => asCopy(step, copy)),
      );
      for (const tenant of TENANTS)
        for (const source of SOURCE_NAMES)
          await this.post(
            tenant,
            source,
            steps.filter((step) => step.tenant === tenant && step.source === source),
          );
    }
  }

  private async post(tenant: TenantName, source: SourceName, steps: readonly Step[]): Promise<void> {
    if (steps.length === 0) return;
    const { status, body } = await this.server.post(
      `/ingest/${source}`,
      JSON.stringify(steps.map(({ record }) => record)),
      { authorization: `Bearer ${this.keys[tenant]}`, 'content-type': 'application/json' },
    );
    const results = (body['results'] ?? []) as { status: string }[];
    expect({ status, refused: results.filter((one) => !/^(ACCEPTED|DUPLICATE)$/.test(one.status)) }).toEqual({
      status: 200,
      refused: [],
    });
  }

  /** Until nothing is due, neither here nor in the server's own sweeper. */
  async settle(): Promise<void> {
    const { trace } = this.server.server;
    const { db } = this.server.database;
    for (let due = 1; due > 0;) {
      await trace.sweep(this.clock.now);
      await trace.match(this.clock.now);
      const [row]: { due: number }[] = await db.query(
        `select ((select count(*) from orphan where check_at <= $1)
               + (select count(*) from interaction where next_evaluation_at <= $1))::int as due`,
        [new Date(this.clock.now)],
      );
      due = row?.due ?? 0;
    }
  }

  async act(act: Act, orders: readonly Order[]): Promise<void> {
    const { db } = this.server.database;
    if (act.kind === 'TOLD') await this.tell(act.seconds);
    if (act.kind === 'MEASURED') await this.measure(act.offsetMs);
    if (act.kind === 'UNLINKED') await this.unlink(act.leg);
    if (act.kind === 'REPLAYED') {
      await this.send(orders.map((windows) => windows.flat().reverse()));
      await rebuildTenant(db, this.ids.a, new Map(), this.clock.now, () => undefined);
    }
  }

  private async tell(seconds: number): Promise<void> {
    for (const source of ['dialer', 'assistant']) {
      const answer = await this.server.graphql(
        this.keys.a,
        `mutation ($source: String!, $at: DateTime!) {
           reportWatermark(input: { source: $source, at: $at }) { userErrors { message } } }`,
        { source, at: isoAt(seconds) },
      );
      expect(answer).toMatchObject({ data: { reportWatermark: { userErrors: [] } }, errors: [] });
    }
  }

  private async measure(offsetMs: number): Promise<void> {
    await new SourceStats(this.server.database.db).measureTenant(this.ids.a, this.clock.now);
    const { data } = await this.server.graphql<{ sources: { clockOffsets: { offsetMs: number }[] }[] }>(
      this.keys.a,
      '{ sources { clockOffsets { offsetMs } } }',
    );
    const measured = data.sources.flatMap(({ clockOffsets }) => clockOffsets.map((one) => one.offsetMs));
    expect(measured).toHaveLength(2);
    for (const one of measured) expect(Math.abs(one - offsetMs)).toBeLessThanOrEqual(500);
  }

  private async unlink(leg: string): Promise<void> {
    const { db } = this.server.database;
    const decisions = new Decisions(db);
    const by = { actor: { id: 'key-1', role: 'SUPERVISOR' as const }, reason: 'another call' };
    const legs: { id: string }[] = await db.query(
      'select id from leg where tenant_id = $1 and starts_with(external_id, $2) order by id',
      [this.ids.a, leg + MARK],
    );
    for (const { id } of legs) await decisions.unlink(this.ids.a, id, by, this.clock.now);
  }

  /** What is to be seen of the copies, each different sight once: one, when all are the same. */
  async seen(copies: number): Promise<Sight[]> {
    const shown = [...(await this.shown('a')), ...(await this.shown('b'))];
    const sights = Array.from({ length: copies }, (_, copy) =>
      JSON.stringify(sightOf(shown.filter((one) => copyOf(one.shown) === copy))),
    );
    return [...new Set(sights)].map((text) => JSON.parse(text) as Sight);
  }

  private async shown(tenant: TenantName): Promise<{ tenant: TenantName; shown: Shown }[]> {
    const nodes: Shown[] = [];
    for (let after: string | null = null, more = true; more;) {
      const answer: { data: ShownPage; errors: object[] } = await this.server.graphql<never>(
        this.keys[tenant],
        INTERACTIONS,
        { after },
      );
      expect(answer.errors).toEqual([]);
      const { interactions } = answer.data;
      nodes.push(...interactions.nodes);
      after = interactions.pageInfo.endCursor;
      more = interactions.pageInfo.hasNextPage;
    }
    return nodes.map((shown) => ({ tenant, shown }));
  }
}

const sightOf = (all: readonly { tenant: TenantName; shown: Shown }[]): Sight => ({
  interactions: sortedBriefs(all.map(({ tenant, shown }) => briefOf(tenant, shown))),
  relations: all
    .flatMap(({ shown: { legs, relations } }) =>
      relations.map(({ kind, interaction }) =>
        [legNames(legs).join(' + '), kind, legNames(interaction.legs).join(' + ')].join(' '),
      ),
    )
    .sort(),
});

const briefOf = (tenant: TenantName, { why, legs, disagreements, ...shown }: Shown): Brief => ({
  tenant,
  legs: legNames(legs),
  status: shown.status,
  dropStage: shown.dropStage,
  dropDetail: shown.dropDetail,
  why: why.code,
  outcome: shown.outcome,
  disagreements: disagreements.map(({ code }) => code).sort(),
  cancelled: legNames(legs.filter(({ attemptEnd }) => attemptEnd === 'CANCELLED_ANSWERED_ELSEWHERE')),
});
