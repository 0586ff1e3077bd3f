import type { AnalysisReader } from '../storage/analysis/analysis-reader.js';
import type { ActionReader } from '../storage/control/action-reader.js';
import type { AuditReader } from '../storage/audit/audit-reader.js';
import type { CallReader } from '../storage/call-reader.js';
import type { CustomerReader } from '../storage/customer-reader.js';
import type { KeyReader } from '../storage/key-admin.js';
import type { InteractionReader } from '../storage/interaction-reader.js';
import type { FunnelReader } from '../storage/queries/funnel.js';
import type { ReconciliationReader } from '../storage/reconciliation-reader.js';
import type { RelationReader } from '../storage/relation-reader.js';
import type { SourceReader } from '../storage/source-reader.js';
import type { TimelineReader } from '../storage/timeline-reader.js';

/** What resolvers and loaders read with. */
export interface Readers {
  audit: AuditReader;
  reconciliation: ReconciliationReader;
  interactions: InteractionReader;
  customers: CustomerReader;
  calls: CallReader;
  timeline: TimelineReader;
  sources: SourceReader;
  keys: KeyReader;
  funnel: FunnelReader;
  relations: RelationReader;
  analyses: AnalysisReader;
  actions: ActionReader;
}
