import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { buildSchema, graphql, parse, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { EventEmitter, on } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { registerGraphiql } from '../../src/app/graphiql.js';
import { examples } from '../../src/app/graphiql/examples.js';
import { buildThroughlineSchema } from '../../src/graphql/schema.js';
import { chromiumPath, launchChromium } from '../support/chromium.js';
import { GraphiqlPage, type OpenOptions } from '../support/graphiql-page.js';

const BUNDLE = fileURLToPath(new URL('../../dist/graphiql', import.meta.url));
const KEY = 'tl_demo_key';

describe('the examples', () => {
  it.each(examples)(
    '$title: a comment, then one operation that is named like the tab',
    ({ title, query }) => {
      expect(query).toMatch(/^# \S.*\.\n(query|subscription) /);
      const operations = parse(query).definitions.filter(({ kind }) => kind === 'OperationDefinition');
      const name = title.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());
      expect(operations).toEqual([
        expect.objectContaining({ name: expect.objectContaining({ value: name }) }),
      ]);
    },
  );

  it.each(examples)('$title: asks for what the schema has', ({ query }) => {
    expect(validate(buildThroughlineSchema(), parse(query)).map(({ message }) => message)).toEqual([]);
  });

  it('the first has no variables: GraphiQL would not show them', () => {
    expect(examples[0]?.variables).toBeUndefined();
  });
});

describe('the files', () => {
  const app = Fastify();
  const unbuilt = Fastify();
  const options = { demoKey: () => KEY, tenant: () => 'demo' };
  const assets = async () =>
    [...(await app.inject('/graphiql/')).body.matchAll(/"(\/graphiql\/assets\/[^"]+)"/g)].map(
      ([, path = '']) => path,
    );

  beforeAll(async () => {
    registerGraphiql(app, { bundleDir: BUNDLE, ...options });
    registerGraphiql(unbuilt, { bundleDir: `${BUNDLE}-absent`, ...options });
    await Promise.all([app.ready(), unbuilt.ready()]);
  });

  afterAll(async () => {
    await Promise.all([app.close(), unbuilt.close()]);
  });

  it('leads to the folder, with the linked query', async () => {
    const response = await app.inject('/graphiql?query={a}');
    expect([response.statusCode, response.headers['location']]).toEqual([308, '/graphiql/?query={a}']);
  });

  it.each(['/graphiql', '/graphiql/', '/graphiql/config.json', '/graphiql/none', '/graphiql/assets/none.js'])(
    '%s bears the security headers',
    async (path) => {
      const { headers } = await app.inject(path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'self'; script-src 'self'; style-src/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
    },
  );

  it('has the page asked for each time, and its files kept for ever', async () => {
    expect((await app.inject('/graphiql/')).headers['cache-control']).toBe('no-cache');
    const paths = await assets();
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) {
      const { statusCode, headers } = await app.inject(path);
      expect([path, statusCode]).toEqual([path, 200]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  it('sends a script compressed to whoever takes it', async () => {
    const script = (await assets()).find((path) => path.endsWith('.js')) ?? '';
    const plain = await app.inject(script);
    const small = await app.inject({ url: script, headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': plain.headers['content-type'],
      'cache-control': plain.headers['cache-control'],
      vary: 'accept-encoding',
    });
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length);
  });

  it('lets nobody keep the demo key', async () => {
    const response = await app.inject('/graphiql/config.json');
    expect(response.json()).toEqual({ demoKey: KEY, tenant: 'demo' });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('is not found by another name', async () => {
    expect((await app.inject('/graphiql/none')).statusCode).toBe(404);
    expect((await app.inject('/graphiql/../package.json')).statusCode).toBe(404);
  });

  it('says how to build a page that is not there', async () => {
    const response = await unbuilt.inject('/graphiql/');
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      503,
      'text/plain; charset=utf-8',
    ]);
    expect(response.body).toContain('npm run build');
  });
});

// CI has to have a browser; a laptop may do without.
const withBrowser = chromiumPath() || process.env['CI'] ? describe : describe.skip;

withBrowser('the page in Chromium', () => {
  let browser: Browser;
  let server: StubServer;
  let page: GraphiqlPage | undefined;

  const open = async (options?: OpenOptions) =>
    (page = await GraphiqlPage.open(browser, server.url, options));

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startStub()]);
  });

  afterEach(async () => {
    server.demoKey = KEY;
    await page?.close();
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), server?.close()]);
  });

  it('loads without an error and without a request to the outside, and shows every example', async () => {
    const graphiql = await open();
    await graphiql.query('# The ten latest interactions');
    await graphiql.headers(`"Bearer ${KEY}"`);
    expect(await graphiql.tabs()).toEqual([
      'LatestInteractions',
      'OneInteractionDrilledDown',
      'DroppedToday',
      'Reconcile',
      'FunnelOfTheWeek',
      'TimelineAnalyses',
      'LiveFeed',
      'ViewerAndSources',
      'FollowOneCall',
    ]);
    for (const { title, query } of examples) {
      await graphiql.selectTab(title);
      await graphiql.query(query.split('\n')[0] ?? '');
      await graphiql.headers(`"Bearer ${KEY}"`);
    }
    expect(graphiql.outside).toEqual([]);
    expect(graphiql.errors).toEqual([]);
  });

  it('runs a query with the demo key', async () => {
    const graphiql = await open();
    await graphiql.selectTab('Latest interactions');
    await graphiql.run();
    const shown = await graphiql.response('"+12025550123"');
    expect(shown).toContain('"status": "DROPPED"');
    expect(server.headers?.authorization).toBe(`Bearer ${KEY}`);
    expect(server.headers?.accept).toMatch(/^application\/graphql-response\+json/);
    expect(graphiql.errors).toEqual([]);
  });

  it('runs what is typed, with the headers and the variables that are typed', async () => {
    const graphiql = await open();
    await graphiql.setQuery('query Some($first: Int) { interactions(first: $first) { nodes { id } } }');
    await graphiql.setVariables({ first: 1 });
    await graphiql.setHeaders({ authorization: 'Bearer typed' });
    await graphiql.run();
    expect(await graphiql.response('"i1"')).not.toContain('"i2"');
    expect(server.headers?.authorization).toBe('Bearer typed');
  });

  it('shows an event that was published after the subscription started', async () => {
    const graphiql = await open();
    await graphiql.selectTab('Live feed');
    await graphiql.run();
    await graphiql.response('"FeedSnapshotStart"');
    server.publish({ __typename: 'InteractionRemoved', cursor: 'c7', id: 'i7', reason: 'MERGED' });
    expect(await graphiql.response('"i7"')).toContain('"reason": "MERGED"');
    await graphiql.stop();
    expect(server.connectionParams).toEqual({ authorization: `Bearer ${KEY}` });
    expect(graphiql.outside).toEqual([]);
    expect(graphiql.errors).toEqual([]);
  });

  it('never writes a key to the disk, not with the history either', async () => {
    const graphiql = await open();
    await graphiql.run();
    await graphiql.response('"i1"');
    await graphiql.setHeaders({ authorization: 'Bearer typed' });
    await graphiql.page.waitForFunction(() => localStorage.getItem('throughline:graphiql:queries'));
    const kept = await graphiql.page.evaluate(() => JSON.stringify(localStorage));
    expect(kept).toContain('LatestInteractions');
    expect(kept).not.toContain('Bearer');
  });

  it('keeps the tabs of a visitor who comes back, and fills the key in again', async () => {
    const graphiql = await open();
    await graphiql.selectTab('Dropped today');
    await graphiql.setQuery('query Mine { interactions { nodes { id } } }');
    await graphiql.page.waitForFunction(() =>
      localStorage.getItem('throughline:graphiql:tabState')?.includes('query Mine'),
    );
    server.demoKey = 'tl_new_key';
    await graphiql.reload();
    await graphiql.query('query Mine');
    await graphiql.headers('"Bearer tl_new_key"');
    expect(await graphiql.activeTab()).toBe('Mine');
    expect(await graphiql.tabs()).toHaveLength(examples.length);
  });

  it('gives a query from the history the key of today', async () => {
    const graphiql = await open();
    await graphiql.run();
    await graphiql.response('"i1"');
    server.demoKey = 'tl_new_key';
    await graphiql.reload();
    await graphiql.selectTab('Live feed');
    await graphiql.page.getByRole('button', { name: 'Show History' }).click();
    await graphiql.page.locator('.graphiql-history-item-label', { hasText: 'LatestInteractions' }).click();
    await graphiql.query('query LatestInteractions');
    await graphiql.headers('"Bearer tl_new_key"');
  });

  it('shows the examples even if another GraphiQL left its tabs at this address', async () => {
    const tab = { id: '1', hash: '', title: 'Other', query: 'query Other { a }', response: null };
    const left = {
      activeTabIndex: 0,
      tabs: [{ ...tab, variables: null, headers: null, operationName: 'Other' }],
    };
    const graphiql = await open({
      prepare: (context) =>
        context.addInitScript((state) => {
          localStorage.setItem('graphiql:tabState', state);
        }, JSON.stringify(left)),
    });
    await graphiql.query('# The ten latest interactions');
    expect(await graphiql.tabs()).toHaveLength(examples.length);
  });

  it('opens a linked query in a tab of its own, on the first visit and on the next', async () => {
    const query = 'query Linked($first: Int) { interactions(first: $first) { nodes { id } } }';
    const graphiql = await open({ search: `?${new URLSearchParams({ query, variables: '{"first":1}' })}` });
    for (const visit of ['first', 'next']) {
      if (visit === 'next') await graphiql.reload();
      await graphiql.query('query Linked');
      expect(await graphiql.activeTab()).toBe('Linked');
      expect(await graphiql.tabs()).toHaveLength(examples.length + 1);
      await graphiql.run();
      expect(await graphiql.response('"i1"')).not.toContain('"i2"');
    }
  });

  it('works without config.json, and says where the key goes', async () => {
    const graphiql = await open({
      prepare: (context) => context.route('**/config.json', (route) => route.abort()),
    });
    await graphiql.headers('"Bearer <your key>"');
    await graphiql.run();
    await graphiql.response('"i1"');
  });
});

interface StubServer {
  url: string;
  demoKey: string | null;
  /** Of the last request. */
  headers: IncomingHttpHeaders | undefined;
  /** Of the last connection. */
  connectionParams: unknown;
  publish(event: Record<string, unknown>): void;
  close(): Promise<void>;
}

/** As much of the schema as the examples that are run need, served without our own code. */
const SCHEMA = buildSchema(`
  type Query { interactions(first: Int): InteractionConnection! }
  type Subscription { interactionFeed(windowMinutes: Int): InteractionFeedEvent! }
  type InteractionConnection { nodes: [Interaction!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Interaction {
    id: ID! startedAt: String channel: String status: String outcome: String durationText: String
    customer: Customer segments: [Segment!]!
  }
  type Customer { address: String }
  type Segment { role: String state: String }
  union InteractionFeedEvent = FeedSnapshotStart | InteractionUpserted | InteractionRemoved
    | FeedSnapshotEnd | FeedHeartbeat | FeedResyncRequired
  type FeedSnapshotStart { cursor: String! count: Int! }
  type InteractionUpserted { cursor: String! revision: Int! changedFields: [String!]! interaction: Interaction! }
  type InteractionRemoved { cursor: String! id: ID! reason: String! }
  type FeedSnapshotEnd { cursor: String! }
  type FeedHeartbeat { cursor: String! }
  type FeedResyncRequired { cursor: String! reason: String! }
`);

const INTERACTIONS = ['i1', 'i2'].map((id) => ({
  id,
  status: 'DROPPED',
  customer: { address: '+12025550123' },
  segments: [{ role: 'DIALER', state: 'PRESENT' }],
}));

async function startStub(): Promise<StubServer> {
  const app: FastifyInstance = Fastify();
  const hub = new EventEmitter();
  const stopping = new AbortController();
  const sockets = new WebSocketServer({ server: app.server, path: '/graphql' });

  const rootValue = {
    interactions: ({ first = 10 }) => ({
      nodes: INTERACTIONS.slice(0, first),
      pageInfo: { hasNextPage: false },
    }),
    async *interactionFeed() {
      const events = on(hub, 'event', { signal: stopping.signal });
      yield { interactionFeed: { __typename: 'FeedSnapshotStart', cursor: 'c1', count: 0 } };
      for await (const [event] of events) yield { interactionFeed: event };
    },
  };
  const live = useServer(
    {
      schema: SCHEMA,
      roots: { subscription: rootValue },
      onConnect: ({ connectionParams }) => void (stub.connectionParams = connectionParams),
    },
    sockets,
  );
  const stub: StubServer = {
    url: '',
    demoKey: KEY,
    headers: undefined,
    connectionParams: undefined,
    publish: (event) => void hub.emit('event', event),
    async close() {
      stopping.abort();
      await live.dispose();
      await app.close();
    },
  };
  app.post<{ Body: { query: string; variables?: Record<string, unknown>; operationName?: string } }>(
    '/graphql',
    ({ headers, body }) => {
      stub.headers = headers;
      const { query, variables, operationName } = body;
      return graphql({ schema: SCHEMA, source: query, rootValue, variableValues: variables, operationName });
    },
  );
  registerGraphiql(app, { bundleDir: BUNDLE, demoKey: () => stub.demoKey, tenant: () => 'demo' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  stub.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return stub;
}
