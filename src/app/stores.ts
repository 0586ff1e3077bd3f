import type { Readers } from '../graphql/context.js';
import { AnalysisReader } from '../storage/analysis/analysis-reader.js';
import { CallReader } from '../storage/call-reader.js';
import { ActionReader } from '../storage/control/action-reader.js';
import { FeedStore } from '../storage/feed-store.js';
import { FunnelReader } from '../storage/queries/funnel.js';
import { FunnelStore } from '../storage/trace/funnel-store.js';
import { CustomerReader } from '../storage/customer-reader.js';
import { InteractionReader } from '../storage/interaction-reader.js';
import { SOURCE_PROVIDERS } from '../ingest/providers/index.js';
import { KeyAdmin, KeyReader } from '../storage/key-admin.js';
import { KeyStore } from '../storage/key-store.js';
import { CursorCodec } from '../storage/list/cursor.js';
import { PolicyStore } from '../storage/policy-store.js';
import { AuditReader } from '../storage/audit/audit-reader.js';
import { ReconciliationReader } from '../storage/reconciliation-reader.js';
import { RelationReader } from '../storage/relation-reader.js';
import { RejectedStore } from '../storage/rejected-store.js';
import { Sealer } from '../storage/seal.js';
import { LinkSigner } from '../storage/signed-link.js';
import { SourceActivity } from '../storage/source-activity.js';
import { SourceReader } from '../storage/source-reader.js';
import { SourceAdmin } from '../storage/source-admin.js';
import { SourceStats } from '../storage/source-stats.js';
import { SourceStore } from '../storage/source-store.js';
import { TenantStore } from '../storage/tenant-store.js';
import { TimelineReader } from '../storage/timeline-reader.js';
import { WatermarkStore } from '../storage/watermark-store.js';
import type { Database } from './database.js';
import { loadInstance } from './database.js';

/** Everything that reads and writes the database, made by hand. */
export async function makeStores(database: Database, secret: string | null) {
  const { db } = database;
  const instance = await loadInstance(db);
  const signing = secret ?? instance.secret;
  const cursors = new CursorCodec(signing, instance.id);
  const readers: Readers = {
    interactions: new InteractionReader(db, cursors),
    calls: new CallReader(db, cursors),
    customers: new CustomerReader(db),
    timeline: new TimelineReader(db, cursors),
    sources: new SourceReader(db, cursors),
    keys: new KeyReader(db, cursors),
    funnel: new FunnelReader(db),
    relations: new RelationReader(db),
    analyses: new AnalysisReader(db, cursors),
    actions: new ActionReader(db, cursors),
    reconciliation: new ReconciliationReader(db),
    audit: new AuditReader(db, cursors),
  };
  return {
    cursors,
    links: new LinkSigner(signing, instance.id),
    sealer: new Sealer(`${signing}/${instance.id}`),
    readers,
    keys: new KeyStore(db),
    tenants: new TenantStore(db),
    sources: new SourceStore(db),
    sourceAdmin: new SourceAdmin(db, SOURCE_PROVIDERS),
    keyAdmin: new KeyAdmin(db),
    policies: new PolicyStore(db),
    watermarks: new WatermarkStore(db),
    stats: new SourceStats(db),
    rejected: new RejectedStore(db),
    activity: new SourceActivity(db),
    feed: new FeedStore(db),
    funnel: new FunnelStore(db),
  };
}

export type Stores = Awaited<ReturnType<typeof makeStores>>;
