import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { TimelineAnalyzer } from '../analysis/analyze.js';
import type { Analyst } from '../domain/verdict/analyst.js';
import type { Services } from '../graphql/context.js';
import { maskErrors, maskingFormatError } from '../graphql/errors.js';
import { buildThroughlineSchema } from '../graphql/schema.js';
import { Ingest } from '../ingest/receive.js';
import { ANALYZE_TASK, readAnalysisJob } from '../storage/analysis/analysis-start.js';
import { AnalysisStore } from '../storage/analysis/analysis-store.js';
import { SessionReader } from '../storage/analysis/session-reader.js';
import type { RelayOptions } from '../control/relay.js';
import { KeyStore } from '../storage/key-store.js';
import { MarkStore } from '../storage/marks/mark-store.js';
import type { PolicyStore } from '../storage/policy-store.js';
import { Decisions } from '../storage/trace/decisions.js';
import { DeletionStore } from '../storage/removal/deletion-store.js';
import { ErasureStore } from '../storage/removal/erasure-store.js';
import { ERASE_CUSTOMER } from '../storage/removal/ledger.js';
import { RetentionStore } from '../storage/removal/retention-store.js';
import { SourceStore } from '../storage/source-store.js';
import { TenantStore } from '../storage/tenant-store.js';
import { TraceStore } from '../storage/trace/trace-store.js';
import { analystOf, timesOf } from './analyst.js';
import { makeApollo } from './apollo.js';
import { Authenticator } from './authenticate.js';
import type { Config } from './config.js';
import { makeControl } from './control.js';
import type { Database } from './database.js';
import { Downloads } from './exports/downloads.js';
import { faultName } from './fault.js';
import { buildHttp, publicUrl } from './http.js';
import type { Jobs } from './jobs.js';
import { startJobs } from './jobs.js';
import { makeLive } from './live.js';
import { Measurer } from './measurer.js';
import { Metrics } from './metrics.js';
import type { RecordingTuning } from './recordings/recordings.js';
import { makeRecordings } from './recordings/recordings.js';
import { Sweeper } from './sweeper.js';
import { serveWebSocket } from './websocket.js';
import { makeStores } from './stores.js';

export interface ServerOptions {
  config: Config;
  database: Database;
  log: Logger;
  /** The key that GraphiQL fills in; demo mode only. */
  demo?: { key: string; tenant: string } | null;
  /** Where the built GraphiQL is, if not beside the compiled server. */
  graphiqlDir?: string;
  now?: () => number;
  heartbeatMs?: number;
  /** How often the sources are measured, in ms. */
  measureMs?: number;
  /** Default: the model that the configuration names, else the built-in rules. */
  analyst?: Analyst;
  /** How long the listener stays open after readiness has turned false, in ms. */
  drainMs?: number;
  /** How long vendors are waited for when somebody acts on a call, and how audio is relayed; for tests. */
  control?: { timeoutMs?: number; relay?: Omit<RelayOptions, 'hearing'> };
  recordings?: RecordingTuning;
}

export interface RunningServer {
  url: string;
  schema: GraphQLSchema;
  /** Every address that has a route, with its method. */
  addresses: readonly string[];
  ingest: Ingest;
  tenants: TenantStore;
  keys: KeyStore;
  sources: SourceStore;
  policies: PolicyStore;
  trace: TraceStore;
  /** Lets running work end, sends clients away, and leaves nothing behind. The database is its opener's to close. */
  close(): Promise<void>;
}

/** Ties the knots: every part is made here, by hand, and given what it needs. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, database, log } = options;
  const now = options.now ?? Date.now;
  const metrics = new Metrics();
  const report = (where: string) => (error: unknown) => {
    metrics.errors.labels(where).inc();
    log.error({ where, fault: faultName(error) }, 'internal error');
  };
  const stores = await makeStores(database, config.secret);
  const live = await makeLive(options, stores, now, report);
  const trace = new TraceStore(database.db, () => live.sequencer.nudge());
  const ingest = new Ingest({ ...stores, trace, now });
  const erasures = new ErasureStore(database.db, () => live.sequencer.nudge());
  const authenticator = new Authenticator(stores.keys, stores.tenants, stores.links, now);
  const control = await makeControl({
    database,
    reader: stores.readers.actions,
    sealer: stores.sealer,
    links: stores.links,
    authenticator,
    publicUrl: () => publicUrl(http, config),
    onCommit: () => live.sequencer.nudge(),
    queue: config.subscriptionQueue,
    now,
    report,
    options: options.control ?? {},
  });
  const times = timesOf(config);
  const analyzer = new TimelineAnalyzer({
    analyses: new AnalysisStore(database.db, () => live.sequencer.nudge(), times),
    sessions: new SessionReader(database.db),
    analyst: options.analyst ?? analystOf(config),
    now,
    signEveryMs: times.lease / 3,
  });
  const retention = new RetentionStore(database.db, () => live.sequencer.nudge());
  const services: Services = {
    readers: stores.readers,
    policies: stores.policies,
    marks: new MarkStore(database.db, () => live.sequencer.nudge()),
    watermarks: stores.watermarks,
    deletions: new DeletionStore(database.db, stores.cursors, () => live.sequencer.nudge()),
    erasures,
    retention,
    sourceAdmin: stores.sourceAdmin,
    keyAdmin: stores.keyAdmin,
    decisions: new Decisions(database.db, () => live.sequencer.nudge()),
    receiver: ingest,
    analyses: analyzer,
    live: live.feed,
    analysisUpdates: live.analyses,
    links: stores.links,
    publicUrl: () => publicUrl(http, config),
    liveActions: control.feed,
    liveHandOffs: live.handOffs,
    monitor: control.desk,
    now,
  };
  const recordings = makeRecordings({
    config,
    db: database.db,
    now,
    onCommit: () => live.sequencer.nudge(),
    onError: report('recordings'),
    tuning: options.recordings,
  });
  const schema = await buildThroughlineSchema();
  const reportMasked = report('graphql');
  const apollo = makeApollo(schema, maskingFormatError(reportMasked));
  await apollo.start();
  let draining = false;
  const isReady = async () => !draining && (await answers(database));
  const downloads = new Downloads({ perTenant: config.maxExportsPerTenant, onError: report('exports') });
  const source = { db: database.db, readers: stores.readers };
  const { app: http, addresses } = await buildHttp({
    config,
    log,
    apollo,
    services,
    ingest,
    analyses: stores.readers.analyses,
    authenticator,
    metrics,
    isReady,
    exports: { source, services, schema, authenticator, downloads },
    recordings,
    graphiql: {
      bundleDir: options.graphiqlDir ?? fileURLToPath(new URL('../../graphiql', import.meta.url)),
      demoKey: () => options.demo?.key ?? null,
      tenant: () => options.demo?.tenant ?? null,
    },
  });
  const sockets = serveWebSocket(http.server, {
    schema,
    services,
    authenticator,
    metrics,
    now,
    maxSocketsPerTenant: config.maxSocketsPerTenant,
    maskErrors: maskErrors(reportMasked),
    others: (request, socket, head) => control.sockets.take(request, socket, head),
  });
  const sweeper = new Sweeper({
    trace,
    feed: stores.feed,
    funnel: stores.funnel,
    analyzer,
    retention,
    now,
    retentionMs: config.feedRetentionHours * 3_600_000,
    onSwept: (count) => metrics.swept.inc(count),
    onError: report('sweeper'),
  });
  const measurer = new Measurer({
    stats: stores.stats,
    now,
    onMeasured: (alarms) => metrics.joinAlarms.set(alarms),
    onError: report('measurer'),
    ...(options.measureMs === undefined ? {} : { intervalMs: options.measureMs }),
  });
  const jobs: Jobs = {
    ...recordings.jobs,
    [ERASE_CUSTOMER]: (payload) => erasures.work(payload, now()),
    [ANALYZE_TASK]: (payload, { isLast }) => analyzer.run(readAnalysisJob(payload), isLast),
  };
  const worker = await startJobs(database.url, jobs, {
    concurrency: config.jobConcurrency,
    onError: report('jobs'),
  });
  metrics.watch(() => ({
    subscribers: live.fanOut.subscribers,
    actionSubscribers: control.feed.subscribers,
    listeners: control.sockets.size,
    isLeader: live.sequencer.isLeader,
  }));
  await http.listen({ port: config.port, host: config.host });
  live.sequencer.start();
  sweeper.start();
  control.start();
  measurer.start();
  const { port } = http.server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    schema,
    addresses,
    ingest,
    trace,
    tenants: stores.tenants,
    keys: stores.keys,
    sources: stores.sources,
    policies: stores.policies,
    close: async () => {
      draining = true;
      await pause(options.drainMs ?? 0);
      live.fanOut.close();
      await control.close();
      await sockets.close();
      await apollo.stop();
      downloads.close();
      await http.close();
      analyzer.close();
      await worker.close();
      await recordings.audio.close();
      await sweeper.stop();
      await measurer.stop();
      await stores.keys.settled();
      await stores.activity.flush().catch(report('activity'));
      await live.sequencer.stop();
      await live.bus.close();
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does the database answer within a second? */
async function answers({ db }: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 1_000);
  });
  const asked = db.query('select 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
