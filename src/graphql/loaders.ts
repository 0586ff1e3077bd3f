import DataLoader from 'dataloader';
import type { Json } from '../domain/record.js';
import type { Monitor } from '../control/monitor.js';
import type { Relation } from '../domain/relations.js';
import type { Phrase } from '../domain/spoken.js';
import type { Instant, MonitoringKind } from '../domain/words.js';
import type { TimelineAnalysisRow } from '../storage/analysis/analysis-reader.js';
import type { OfInteraction } from '../storage/call-reader.js';
import type { CustomerSummary } from '../storage/customer-reader.js';
import { NO_CONTACT } from '../storage/customer-reader.js';
import type {
  CallRow,
  CoachingNoteRow,
  InteractionRow,
  JoinHealthRow,
  KnowledgeSearchRow,
  LegRow,
  MonitoringActionRow,
  Page,
  RecordingRow,
  SourcePairRow,
  SourceRecordRow,
  SourceRow,
  StatusChangeRow,
  TenantFrame,
  TimelineRow,
  ToolCallRow,
  TranscriptRow,
  VersionRow,
} from '../storage/read-model.js';
import type { TakeOver } from '../storage/control/action-reader.js';
import type { OfOwner, TimelineArgs, TimelineOwner } from '../storage/timeline-reader.js';
import type { SuggestionRow } from '../storage/reconciliation-reader.js';
import type { Readers } from './readers.js';

/** Payloads are large and rarely asked for: they are loaded apart. */
export type RecordRow = Omit<SourceRecordRow, 'payload'>;

type One<T> = DataLoader<string, T | null>;
type Many<T> = DataLoader<string, T[]>;
type Paged<T> = (owner: TimelineOwner, page: TimelineArgs) => DataLoader<string, Page<T>>;

/** Everything that resolvers read by key. What is asked for in one tick becomes one statement. */
export interface Loaders {
  /** By their own id or that of one that was merged into them. */
  interactions: One<InteractionRow>;
  calls: One<CallRow>;
  /** What is known of their audio, by the call's id. */
  recordings: One<RecordingRow>;
  legs: One<LegRow>;
  /** All sources of the tenant are read at the first one that is asked for. */
  sources: One<SourceRow>;
  /** Clocks and hourly join health of the pairs that a source is part of. */
  pairsBySource: Many<SourcePairRow>;
  joinHealth: (hours: number) => Many<JoinHealthRow>;
  legsByInteraction: Many<LegRow>;
  callsByInteraction: Many<CallRow>;
  toolCallsByInteraction: Many<ToolCallRow>;
  knowledgeSearchesByInteraction: Many<KnowledgeSearchRow>;
  statusChangesByInteraction: Many<StatusChangeRow>;
  relationsByInteraction: Many<Relation>;
  suggestionsByInteraction: Many<OfInteraction<SuggestionRow>>;
  /** How an interaction changed after a time. */
  changesSince: (since: Instant) => Many<VersionRow>;
  toolCallsByCall: Many<ToolCallRow>;
  knowledgeSearchesByCall: Many<KnowledgeSearchRow>;
  recordsByLeg: Many<RecordRow>;
  records: One<RecordRow>;
  /** By the id of the source record. */
  payloads: DataLoader<string, Json>;
  transcripts: Paged<TranscriptRow>;
  timelines: Paged<TimelineRow>;
  transcriptMatches: (owner: TimelineOwner, search: TranscriptSearch) => Many<TranscriptRow>;
  /** By `nameCustomer`. */
  journeys: (first: number) => Many<InteractionRow>;
  customerSummaries: DataLoader<string, CustomerSummary>;
  analyses: One<TimelineAnalysisRow>;
  /** The latest first. */
  analysesByInteraction: Many<TimelineAnalysisRow>;
  latestAnalysisByInteraction: Many<TimelineAnalysisRow>;
  /** The latest that is completed. */
  reviewByInteraction: Many<TimelineAnalysisRow>;
  monitoringActions: One<MonitoringActionRow>;
  coachingNotesByCall: Many<CoachingNoteRow>;
  /** When somebody took it over, in order of time. */
  takeOversByCall: Many<TakeOver>;
  /** What may be done to a call now, whoever asks. */
  availableActions: Many<MonitoringKind>;
}

/** What is looked for in transcripts, and how many entries of each are shown. */
export interface TranscriptSearch {
  phrases: readonly Phrase[];
  first: number;
}

type Ids = readonly string[];

export function createLoaders(readers: Readers, monitor: Monitor, frame: TenantFrame): Loaders {
  const { tenantId } = frame;
  const { interactions, customers, calls, timeline, sources, relations, analyses, actions, reconciliation } =
    readers;
  return {
    interactions: one((ids) => withSurvivors(readers, tenantId, ids)),
    calls: one(async (ids) => byId(await calls.byIds(tenantId, ids))),
    recordings: one(async (ids) => byCall(await calls.recordings(tenantId, ids))),
    legs: one(async (ids) => byId(await calls.legsByIds(tenantId, ids))),
    sources: one(async () => byId(await sources.all(tenantId))),
    pairsBySource: mapped(async () => byEither(await sources.pairs(tenantId)), []),
    joinHealth: byArgument((hours) =>
      mapped(async () => byEither(await sources.joinHealth(tenantId, frame.now - hours * HOUR)), []),
    ),
    legsByInteraction: many((ids) => calls.legsByInteractions(tenantId, ids), ofInteraction),
    callsByInteraction: many((ids) => calls.callsByInteractions(tenantId, ids), ofInteraction),
    toolCallsByInteraction: many((ids) => calls.toolCallsByInteractions(tenantId, ids), ofInteraction),
    knowledgeSearchesByInteraction: many(
      (ids) => calls.knowledgeSearchesByInteractions(tenantId, ids),
      ofInteraction,
    ),
    statusChangesByInteraction: many((ids) => interactions.statusChanges(tenantId, ids), ofInteraction),
    relationsByInteraction: mapped((ids) => relations.ofInteractions(tenantId, ids), []),
    suggestionsByInteraction: many((ids) => reconciliation.suggestions(tenantId, ids), ofInteraction),
    changesSince: byArgument((since) =>
      many((ids) => interactions.changesSince(tenantId, ids, since), ofInteraction),
    ),
    toolCallsByCall: many((ids) => calls.toolCallsByCalls(tenantId, ids), ofCall),
    knowledgeSearchesByCall: many((ids) => calls.knowledgeSearchesByCalls(tenantId, ids), ofCall),
    recordsByLeg: many(
      (ids) => sources.recordsByLegs(tenantId, ids),
      ({ legId }) => legId,
    ),
    records: one(async (ids) => byId(await sources.recordsByIds(tenantId, ids))),
    payloads: one((ids) => sources.payloads(tenantId, ids)),
    transcripts: byPage((owner, page, ids) => timeline.transcript(tenantId, owner, ids, page)),
    timelines: byPage((owner, page, ids) => timeline.timeline(tenantId, owner, ids, page)),
    transcriptMatches: bySearch((owner, { phrases, first }, ids) =>
      timeline.matches(tenantId, owner, ids, phrases, first),
    ),
    journeys: byArgument((first) => mapped((names) => customers.journeys(frame, names, first), [])),
    customerSummaries: mapped((names) => customers.summaries(frame, names), NO_CONTACT),
    analyses: one(async (ids) => byId(await analyses.byIds(tenantId, ids))),
    analysesByInteraction: many((ids) => analyses.byInteractions(tenantId, ids), ofInteraction),
    latestAnalysisByInteraction: many(
      (ids) => analyses.byInteractions(tenantId, ids, { most: 1 }),
      ofInteraction,
    ),
    reviewByInteraction: many(
      (ids) => analyses.byInteractions(tenantId, ids, { most: 1, completed: true }),
      ofInteraction,
    ),
    monitoringActions: one(async (ids) => byId(await actions.byIds(tenantId, ids))),
    coachingNotesByCall: many((ids) => actions.notesByCalls(tenantId, ids), ofCall),
    takeOversByCall: many((ids) => actions.takeOversByCalls(tenantId, ids), ofCall),
    availableActions: mapped((ids) => monitor.available(tenantId, ids), []),
  };
}

const ofInteraction = ({ interactionId }: OfInteraction<unknown>): string => interactionId;
const ofCall = ({ callId }: { callId: string }): string => callId;
const byId = <T extends { id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

const byCall = <T extends { callId: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.callId, row]));

const HOUR = 3_600_000;

/** Rows about two sources, under the id of each. */
function byEither<T extends { dialerSourceId: string; assistantSourceId: string }>(rows: readonly T[]) {
  const groups = new Map<string, T[]>();
  for (const row of rows)
    for (const id of new Set([row.dialerSourceId, row.assistantSourceId]))
      groups.set(id, [...(groups.get(id) ?? []), row]);
  return groups;
}

/** Ids that are not found may have been merged; only then are the redirects read. */
async function withSurvivors({ interactions }: Readers, tenantId: string, ids: Ids) {
  const found = byId(await interactions.byIds(tenantId, ids));
  const missing = ids.filter((id) => !found.has(id));
  const survivors =
    missing.length === 0 ? new Map<string, string>() : await interactions.survivors(tenantId, missing);
  if (survivors.size === 0) return found;
  const rows = byId(await interactions.byIds(tenantId, [...new Set(survivors.values())]));
  for (const [id, survivor] of survivors) {
    const row = rows.get(survivor);
    if (row !== undefined) found.set(id, row);
  }
  return found;
}

/** One value for each key; a key that the batch does not know gets `absent`. */
const mapped = <T>(load: (keys: Ids) => Promise<Map<string, T>>, absent: T): DataLoader<string, T> =>
  new DataLoader(async (keys) => {
    const values = await load(keys);
    return keys.map((key) => values.get(key) ?? absent);
  });

const one = <T>(load: (ids: Ids) => Promise<Map<string, T>>): One<T> => mapped<T | null>(load, null);

const many = <T>(load: (keys: Ids) => Promise<T[]>, keyOf: (row: T) => string): Many<T> =>
  mapped(async (keys) => grouped(await load(keys), keyOf), []);

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

const EMPTY = { edges: [], hasNextPage: false, hasPreviousPage: false };

/** A loader for each kind of owner and each page that is asked for. */
function byPage<T>(
  load: (owner: TimelineOwner, page: TimelineArgs, ids: Ids) => Promise<Map<string, Page<T>>>,
): Paged<T> {
  const loaders = byArgument((key: string) => {
    const { owner, ...page } = JSON.parse(key) as TimelineArgs & { owner: TimelineOwner };
    return mapped<Page<T>>((ids) => load(owner, page, ids), EMPTY);
  });
  return (owner, { first = null, after = null, includeEvents = null }) =>
    loaders(JSON.stringify({ owner, first, after, includeEvents }));
}

/** A loader for each kind of owner and each search. */
function bySearch<T>(
  load: (owner: TimelineOwner, search: TranscriptSearch, ids: Ids) => Promise<OfOwner<T>[]>,
): (owner: TimelineOwner, search: TranscriptSearch) => Many<T> {
  const loaders = byArgument((key: string) => {
    const [owner, search] = JSON.parse(key) as [TimelineOwner, TranscriptSearch];
    return many<OfOwner<T>>(
      (ids) => load(owner, search, ids),
      ({ ownerId }) => ownerId,
    );
  });
  return (owner, search) => loaders(JSON.stringify([owner, search]));
}

/** A loader for each argument that is asked with, made once. */
function byArgument<A extends string | number, L>(make: (argument: A) => L): (argument: A) => L {
  const made = new Map<A, L>();
  return (argument) => {
    const loader = made.get(argument) ?? make(argument);
    made.set(argument, loader);
    return loader;
  };
}
