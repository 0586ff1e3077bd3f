import type { ExecutionResult } from 'graphql';
import { graphql } from 'graphql';
import type { DataSource } from 'typeorm';
import type { ApiRole } from '../../src/domain/words.js';
import { buildThroughlineSchema } from '../../src/graphql/schema.js';
import type { GraphQLContext, Services } from '../../src/graphql/context.js';
import { createContext } from '../../src/graphql/context.js';
import { AnalysisReader } from '../../src/storage/analysis/analysis-reader.js';
import { CallReader } from '../../src/storage/call-reader.js';
import { ActionReader } from '../../src/storage/control/action-reader.js';
import { CustomerReader } from '../../src/storage/customer-reader.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { KeyAdmin, KeyReader } from '../../src/storage/key-admin.js';
import { MarkStore } from '../../src/storage/marks/mark-store.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { AuditReader } from '../../src/storage/audit/audit-reader.js';
import { ReconciliationReader } from '../../src/storage/reconciliation-reader.js';
import { RelationReader } from '../../src/storage/relation-reader.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { LinkSigner } from '../../src/storage/signed-link.js';
import { RetentionStore } from '../../src/storage/removal/retention-store.js';
import { SourceAdmin } from '../../src/storage/source-admin.js';
import { SourceReader } from '../../src/storage/source-reader.js';
import { TimelineReader } from '../../src/storage/timeline-reader.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';

export const schema = buildThroughlineSchema();

/** A part of the server that the test at hand must not reach. */
const unused = (part: string): never =>
  new Proxy(
    {},
    {
      get: (_target, name) => () => {
        throw new Error(`${part}.${String(name)} is not part of this test`);
      },
    },
  ) as never;

export function servicesOn(db: DataSource, parts: Partial<Services> = {}): Services {
  const cursors = new CursorCodec('secret', 'instance');
  const readers = {
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
  const policies = new PolicyStore(db);
  const marks = new MarkStore(db);
  const watermarks = new WatermarkStore(db);
  const deletions = new DeletionStore(db, cursors);
  const decisions = new Decisions(db);
  return {
    readers,
    policies,
    marks,
    watermarks,
    deletions,
    erasures: new ErasureStore(db),
    retention: new RetentionStore(db),
    sourceAdmin: new SourceAdmin(db, ['neutral', 'twilio', 'vapi']),
    keyAdmin: new KeyAdmin(db),
    decisions,
    receiver: unused('receiver'),
    analyses: unused('analyses'),
    live: unused('live'),
    analysisUpdates: unused('analysisUpdates'),
    links: new LinkSigner('secret', 'instance'),
    publicUrl: () => 'https://throughline.example',
    liveActions: unused('liveActions'),
    liveHandOffs: unused('liveHandOffs'),
    monitor: unused('monitor'),
    now: () => 0,
    ...parts,
  };
}

export const contextFor = (
  services: Services,
  frame: TenantFrame,
  role: ApiRole = 'ADMIN',
): GraphQLContext => {
  const { tenantId, timeZone, defaultCountry } = frame;
  const viewer = {
    tenantId,
    timeZone,
    defaultCountry,
    tenantName: 'Acme',
    role,
    keyId: 'key',
    expiresAt: null,
  };
  return createContext({ ...services, now: () => frame.now }, viewer, 'request-1');
};

/** Runs a document as one request. Values are plain objects, so that they compare with literals. */
export async function run(
  context: GraphQLContext,
  source: string,
  variableValues: Record<string, unknown> = {},
): Promise<ExecutionResult<Record<string, unknown>>> {
  const result = await graphql({ schema, source, contextValue: context, variableValues });
  const data = JSON.parse(JSON.stringify(result.data ?? null)) as Record<string, unknown> | null;
  return { ...result, data };
}

/** The data of a request that has no errors. */
export async function dataOf(...request: Parameters<typeof run>): Promise<Record<string, unknown>> {
  const { data, errors = [] } = await run(...request);
  const [error] = errors;
  if (error !== undefined)
    throw new Error(`${error.message} at ${String(error.path)}`, { cause: error.originalError });
  return data ?? {};
}
