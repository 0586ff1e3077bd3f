import { execFile } from 'node:child_process';
import { expect } from '@jest/globals';
import { SourceStats } from '../../src/storage/source-stats.js';
import type { Act } from './joining-scenarios.js';
import type { Delivery, NativeCall } from './native.js';
import { callSid, twilioCallback, vapiId, vapiMessage } from './native.js';
import type { Shown, ShownLeg, ShownPage, Sight } from './scenario-sight.js';
import { copyOf, INTERACTIONS, MARK, sightOf, unmarked } from './scenario-sight.js';
import type { SentRecord, SourceName, Step, TenantName } from './scenarios.js';
import { isoAt, SOURCES } from './scenarios.js';
import type { TestServer } from './server.js';

const TENANTS: readonly TenantName[] = ['a', 'b'];
const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/** Whether dialer and assistant send neutral records, or what Twilio and Vapi send; a desk's records are neutral. */
export type Wire = 'neutral' | 'native';

const PROVIDERS: Record<Wire, Record<SourceName, string>> = {
  neutral: { dialer: 'neutral', assistant: 'neutral', human: 'neutral' },
  native: { dialer: 'twilio', assistant: 'vapi', human: 'neutral' },
};
const SECRET = 'a-webhook-secret';
/** Vendors deliver side by side, and again what a busy server has not taken. */
const AT_ONCE = 4;
const ATTEMPTS = 5;

/** The number in the place of another, of the copy's own. */
const numberOf = (address: string, copy: number): string =>
  address.slice(0, -4) + String(copy).padStart(4, '0');

/** The step with ids, keys and numbers of the copy's own. */
function asCopy({ record, ...step }: Step, copy: number): Step {
  const mark = (id: string) => `${id}${MARK}${copy}`;
  const number = (address: string) => numberOf(address, copy);
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

interface Staging {
  wire: Wire;
  calls: ReadonlyMap<string, NativeCall>;
  clock: { now: number };
}

/** Two tenants of one play, with a dialer, an assistant and a desk each. */
export class Stage {
  /** The scenario's ids by those of the vendors. */
  private readonly names = new Map<string, string>();
  private readonly urls = new Map<string, string>();

  private constructor(
    private readonly server: TestServer,
    private readonly keys: Record<TenantName, string>,
    private readonly ids: Record<TenantName, string>,
    private readonly name: string,
    private readonly staging: Staging,
  ) {}

  static async open(server: TestServer, name: string, staging: Staging): Promise<Stage> {
    const keys = { a: '', b: '' };
    const ids = { a: '', b: '' };
    const stage = new Stage(server, keys, ids, name, staging);
    for (const tenant of TENANTS) {
      keys[tenant] = await server.key(stage.tenantName(tenant));
      ids[tenant] = (await server.server.tenants.ensure(stage.tenantName(tenant))).id;
      for (const source of SOURCE_NAMES) await stage.addSource(tenant, source);
    }
    return stage;
  }

  private tenantName(tenant: TenantName): string {
    return `${this.name} ${tenant}`;
  }

  private async addSource(tenant: TenantName, source: SourceName): Promise<void> {
    const provider = PROVIDERS[this.staging.wire][source];
    const secret = provider === 'neutral' ? null : SECRET;
    const url = await this.server.source(this.tenantName(tenant), source, provider, SOURCES[source], secret);
    this.urls.set(`${tenant}/${source}`, url);
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
          await this.deliver(
            tenant,
            source,
            steps.filter((step) => step.tenant === tenant && step.source === source),
          );
    }
  }

  private async deliver(tenant: TenantName, source: SourceName, steps: readonly Step[]): Promise<void> {
    if (PROVIDERS[this.staging.wire][source] === 'neutral') await this.post(tenant, source, steps);
    else await sideBySide(steps, (step) => this.postNative(tenant, step));
  }

  private async postNative(tenant: TenantName, step: Step): Promise<void> {
    const { source, record } = step;
    const url = this.urls.get(`${tenant}/${source}`) ?? '';
    const known = this.staging.calls.get(`${source}/${unmarked(record.externalId)}`);
    if (known === undefined) throw new Error(`nothing is known of ${record.externalId}`);
    const copy = Number(record.externalId.split(MARK)[1]);
    const call = { ...known, customer: known.customer === null ? null : numberOf(known.customer, copy) };
    const isDialer = source === 'dialer';
    this.names.set((isDialer ? callSid : vapiId)(record.externalId), record.externalId);
    const delivery = (isDialer ? twilioCallback : vapiMessage)(step, url, SECRET, call);
    const { status, body } = await this.insist(delivery);
    const { accepted, duplicates, rejected } = body as Record<string, number>;
    expect({ status, taken: (accepted ?? 0) + (duplicates ?? 0), rejected }).toEqual({
      status: 200,
      taken: 1,
      rejected: 0,
    });
  }

  private async insist({ url, body, headers }: Delivery): ReturnType<TestServer['post']> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.server.post(url, body, headers);
      if (answer.status !== 503 || attempt === ATTEMPTS) return answer;
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
      await trace.sweep(this.staging.clock.now);
      await trace.match(this.staging.clock.now);
      const [row]: { due: number }[] = await db.query(
        `select ((select count(*) from orphan where check_at <= $1)
               + (select count(*) from interaction where next_evaluation_at <= $1))::int as due`,
        [new Date(this.staging.clock.now)],
      );
      due = row?.due ?? 0;
    }
  }

  async act(act: Act, orders: readonly (readonly (readonly Step[])[])[]): Promise<void> {
    if (act.kind === 'TOLD') await this.tell(act.seconds);
    if (act.kind === 'MEASURED') await this.measure(act.offsetMs);
    if (act.kind === 'UNLINKED') await this.unlink(act.leg);
    if (act.kind === 'REPLAYED') {
      await this.send(orders.map((windows) => windows.flat().reverse()));
      await this.rebuild();
    }
  }

  /** The command goes by the clock on the wall; then the scenario's own clock judges what it made. */
  private async rebuild(): Promise<void> {
    const { db, url } = this.server.database;
    const legs = await db.query<{ n: number }[]>('select count(*)::int as n from leg where tenant_id = $1', [
      this.ids.a,
    ]);
    const said = await command(['rebuild', '--tenant', this.tenantName('a')], url);
    expect(said).toContain(`${String(legs[0]?.n)} legs of ${this.tenantName('a')} were made anew.`);
    await db.query('update interaction set next_evaluation_at = $2 where tenant_id = $1', [
      this.ids.a,
      new Date(this.staging.clock.now),
    ]);
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
    await new SourceStats(this.server.database.db).measureTenant(this.ids.a, this.staging.clock.now);
    const { data } = await this.server.graphql<{ sources: { clockOffsets: { offsetMs: number }[] }[] }>(
      this.keys.a,
      '{ sources { clockOffsets { offsetMs } } }',
    );
    const measured = data.sources.flatMap(({ clockOffsets }) => clockOffsets.map((one) => one.offsetMs));
    expect(measured).toHaveLength(2);
    for (const one of measured) expect(Math.abs(one - offsetMs)).toBeLessThanOrEqual(500);
  }

  private async unlink(leg: string): Promise<void> {
    const legs = (await this.shown('a'))
      .flatMap(({ shown }) => shown.legs)
      .filter(({ externalId }) => unmarked(externalId) === leg);
    for (const { id } of legs) {
      const answer = await this.server.graphql(
        this.keys.a,
        `mutation ($id: ID!) { unlinkLeg(input: { legId: $id, reason: "another call" }) {
           interaction { legs { id } } userErrors { message } } }`,
        { id },
      );
      expect(answer).toMatchObject({
        data: { unlinkLeg: { interaction: { legs: [{ id }] }, userErrors: [] } },
        errors: [],
      });
    }
  }

  /** With the scenario's ids in the place of the vendors'. */
  private named(node: Shown): Shown {
    const named = (legs: readonly ShownLeg[]) =>
      legs.map((leg) => ({ ...leg, externalId: this.names.get(leg.externalId) ?? leg.externalId }));
    return {
      ...node,
      legs: named(node.legs),
      relations: node.relations.map(({ kind, interaction }) => ({
        kind,
        interaction: { legs: named(interaction.legs) },
      })),
    };
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
      nodes.push(...interactions.nodes.map((node) => this.named(node)));
      after = interactions.pageInfo.endCursor;
      more = interactions.pageInfo.hasNextPage;
    }
    return nodes.map((shown) => ({ tenant, shown }));
  }
}

/** So many at a time. */
async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The command line as the operating system runs it; answers what it printed. */
const command = (words: string[], url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, DATABASE_URL: url };
    execFile(process.execPath, ['dist/src/main.js', ...words], { env }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr)),
    );
  });
