import type { Monitor } from '../control/monitor.js';
import { may } from '../domain/permissions.js';
import type { ApiRole, Instant } from '../domain/words.js';
import type { AnalysisStarter } from '../analysis/starter.js';
import type { Receiver } from '../ingest/results.js';
import type { AnalysisUpdates, LiveActions, LiveFeed, LiveHandOffs } from '../live/events.js';
import type { KeyAdmin } from '../storage/key-admin.js';
import type { MarkStore } from '../storage/marks/mark-store.js';
import type { PolicyStore } from '../storage/policy-store.js';
import type { TenantFrame } from '../storage/read-model.js';
import type { Actor } from '../storage/audit/audit-log.js';
import type { DeletionStore } from '../storage/removal/deletion-store.js';
import type { ErasureStore } from '../storage/removal/erasure-store.js';
import type { LinkSigner } from '../storage/signed-link.js';
import type { RetentionStore } from '../storage/removal/retention-store.js';
import type { SourceAdmin } from '../storage/source-admin.js';
import type { Decisions } from '../storage/trace/decisions.js';
import type { WatermarkStore } from '../storage/watermark-store.js';
import type { Loaders } from './loaders.js';
import { createLoaders } from './loaders.js';
import type { Readers } from './readers.js';

export type { Readers } from './readers.js';

/** Who is asking, however they proved it. */
export interface Viewer {
  tenantId: string;
  tenantName: string;
  role: ApiRole;
  /** Names the credential, never its secret: the id of an API key or of a token. */
  keyId: string;
  timeZone: string;
  defaultCountry: string;
  /** Null: it does not expire. */
  expiresAt: Instant | null;
}

/** What outlives a request. */
export interface Services {
  readers: Readers;
  policies: PolicyStore;
  marks: MarkStore;
  watermarks: WatermarkStore;
  deletions: DeletionStore;
  erasures: ErasureStore;
  analyses: AnalysisStarter;
  analysisUpdates: AnalysisUpdates;
  retention: RetentionStore;
  sourceAdmin: SourceAdmin;
  keyAdmin: KeyAdmin;
  decisions: Decisions;
  receiver: Receiver;
  live: LiveFeed;
  links: LinkSigner;
  /** Where clients reach this server, without a slash at its end. */
  publicUrl: () => string;
  liveActions: LiveActions;
  liveHandOffs: LiveHandOffs;
  monitor: Monitor;
  now: () => Instant;
}

/** What every resolver gets: one a request, and one a subscription. */
export interface GraphQLContext extends Services {
  viewer: Viewer;
  /** The tenant whose data this is, and what "now" means throughout the request. */
  frame: TenantFrame;
  loaders: Loaders;
  requestId: string;
}

export function createContext(services: Services, viewer: Viewer, requestId: string): GraphQLContext {
  return { ...services, viewer, requestId, ...fresh(services, viewer) };
}

/** Who the audit log names. */
export const actorOf = ({ keyId, role }: Viewer): Actor => ({ id: keyId, role });

/** For each event of a subscription: what an earlier event loaded must not be served again. */
export function refresh(context: GraphQLContext): void {
  Object.assign(context, fresh(context, context.viewer));
}

/** Each event of a subscription is resolved with loaders of its own: what an earlier one loaded may be old. */
export function latest<T>(event: T, context: GraphQLContext): T {
  refresh(context);
  return event;
}

function fresh(services: Services, viewer: Viewer): Pick<GraphQLContext, 'frame' | 'loaders'> {
  const { readers, monitor } = services;
  const { tenantId, timeZone, defaultCountry } = viewer;
  const hidesSources = !may(viewer.role, 'READ_SOURCES');
  const frame = { tenantId, timeZone, defaultCountry, now: services.now(), hidesSources };
  return { frame, loaders: createLoaders(readers, monitor, frame) };
}
