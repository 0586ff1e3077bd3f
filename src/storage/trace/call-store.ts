import type { EntityManager } from 'typeorm';
import type { Call } from '../../domain/call.js';
import { foldCall } from '../../domain/call.js';
import type { IgnoredKey } from '../../domain/correlate.js';
import { customerSpoke } from '../../domain/disposition.js';
import type { LegKey } from '../../domain/leg.js';
import { legStart } from '../../domain/leg.js';
import type { Resolution } from '../../domain/interaction.js';
import { OUTPUT_LENGTH } from '../../domain/tag.js';
import { handOffAt } from '../../domain/monitoring.js';
import { callDuration } from '../../domain/presentation.js';
import { originIds } from '../../domain/verdict/session.js';
import type { StoredRecord } from '../../domain/record.js';
import type { AttemptEnd, Instant } from '../../domain/words.js';
import {
  CallEntity,
  KnowledgeSearchEntity,
  ToolCallEntity,
  TranscriptEntryEntity,
} from '../entities/call.entity.js';
import type { CallChange } from '../entities/change.entity.js';
import type { Link } from '../entities/leg.entity.js';
import { callLabels } from '../list/labels.js';
import { wordVector } from '../list/transcript.js';
import { writeRows } from '../transaction.js';
import { IS_SUGGESTED } from './suggestions.js';

/** A call, and when its latest record came, by our clock: that is no part of what is told of it. */
export type ReceivedCall = Call & { lastReceivedAt: Instant };

/** A folded call with its keys, ready to be joined. */
export interface KnownCall {
  call: ReceivedCall;
  keys: LegKey[];
  ignoredKeys: IgnoredKey[];
  /** Null for a leg that has never been joined. */
  interactionId: string | null;
  endPresumed: boolean;
  attemptEnd: AttemptEnd | null;
  attemptEndDerived: boolean;
  /** Null for a leg that has never been joined. */
  link: Link | null;
  /** True while another leg that may be its other half is put before a person. */
  isSuggested: boolean;
  /** True while circumstances alone may find its other half; a leg that is new here is none yet. */
  isOrphan: boolean;
  /** A person's word that its trace stays as it is. */
  resolution: Resolution | null;
}

/** What joining says of a leg that it has not seen. */
export const NEVER_JOINED = {
  interactionId: null,
  endPresumed: false,
  attemptEnd: null,
  attemptEndDerived: false,
  link: null,
  isSuggested: false,
  isOrphan: false,
  resolution: null,
} satisfies Partial<KnownCall>;

interface RecordRow {
  legId: string;
  sourceId: string;
  id: string;
  version: string;
  hash: string;
  occurredAt: number;
  receivedAt: number;
  record: StoredRecord['record'];
}

/** Every statement that was ever made about the given legs, folded anew. */
export async function foldCalls(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<ReceivedCall[]> {
  const rows: RecordRow[] = await tx.query(
    `select leg_id as "legId", source_id as "sourceId", id, version, hash, occurred_at as "occurredAt",
            received_at as "receivedAt", record
       from source_record where tenant_id = $1 and leg_id = any($2::uuid[])`,
    [tenantId, legIds],
  );
  const byLeg = groupBy(rows);
  return [...byLeg].map(([id, records]) => ({
    ...foldCall(
      { id, sourceId: records[0]?.sourceId ?? '' },
      records.map((row) => ({ ...row, version: row.version === '' ? null : row.version })),
    ),
    lastReceivedAt: Math.max(...records.map(({ receivedAt }) => receivedAt)),
  }));
}

function groupBy(rows: readonly RecordRow[]): Map<string, RecordRow[]> {
  const groups = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const group = groups.get(row.legId);
    if (group) group.push(row);
    else groups.set(row.legId, [row]);
  }
  return groups;
}

/** Writes what the call tables keep; answers which calls, and which of their transcript entries, are new or different. */
export async function writeCalls(
  tx: EntityManager,
  tenantId: string,
  calls: readonly ReceivedCall[],
  now: number,
): Promise<CallChange[]> {
  const rows = calls.map((call) => ({
    ...call,
    tenantId,
    sortedAt: legStart(call),
    handOffAt: handOffAt(call),
    durationMs: callDuration(call),
    madeOf: originIds(call.tags, call.reference)[0] ?? null,
    customerSpoke: customerSpoke(call.messages),
    labels: callLabels(tenantId, call),
    updatedAt: now,
  }));
  const written = await writeRows(tx, CallEntity, rows, {
    onConflict: 'changed',
    incidental: ['updatedAt'],
    returning: ['id'],
  });
  const messages = await writeLists(tx, tenantId, calls);
  const changed = new Set([...written.map((row) => row['id']), ...messages.map((row) => row.callId)]);
  return calls
    .filter((call) => changed.has(call.id))
    .map((call) => ({
      callId: call.id,
      messageIds: messages.filter((row) => row.callId === call.id).map((row) => row.id),
    }));
}

async function writeLists(
  tx: EntityManager,
  tenantId: string,
  calls: readonly Call[],
): Promise<{ callId: string; id: string }[]> {
  await removeWithdrawn(tx, tenantId, calls);
  const at = (call: Call, ...times: (number | null | undefined)[]) =>
    times.find((time) => time != null) ?? call.firstEventAt;
  const messages = calls.flatMap((call) =>
    call.messages.map(
      ({ id, speaker = null, text = null, startedAt = null, endedAt = null, interrupted = null }) => ({
        tenantId,
        callId: call.id,
        id,
        at: at(call, startedAt, endedAt),
        speaker,
        text,
        startedAt,
        endedAt,
        interrupted,
        words: wordVector(tenantId, text),
      }),
    ),
  );
  const toolCalls = calls.flatMap((call) =>
    call.toolCalls.map((tool) => ({
      tenantId,
      callId: call.id,
      id: tool.id,
      at: at(call, tool.startedAt),
      name: tool.name ?? null,
      status: tool.status ?? null,
      startedAt: tool.startedAt ?? null,
      durationMs: tool.durationMs ?? null,
      arguments: tool.arguments ?? null,
      rawResponse: tool.rawResponse ?? null,
      error: tool.error ?? null,
      postProcessorError: tool.postProcessorError ?? null,
    })),
  );
  const searches = calls.flatMap((call) =>
    call.knowledgeSearches.map((search) => ({
      tenantId,
      callId: call.id,
      id: search.id,
      at: at(call, search.startedAt),
      query: search.query ?? null,
      hitCount: search.hitCount ?? null,
      startedAt: search.startedAt ?? null,
      latency: search.latency ?? null,
      cacheStatus: search.cacheStatus ?? null,
    })),
  );
  await writeRows(tx, ToolCallEntity, toolCalls, { onConflict: 'changed' });
  await writeRows(tx, KnowledgeSearchEntity, searches, { onConflict: 'changed' });
  const written = await writeRows(tx, TranscriptEntryEntity, messages, {
    onConflict: 'changed',
    returning: ['callId', 'id'],
  });
  return written as { callId: string; id: string }[];
}

/** Items that a whole list no longer has (see `wholeLists`). Rare, so it is one statement only when it may matter. */
async function removeWithdrawn(tx: EntityManager, tenantId: string, calls: readonly Call[]): Promise<void> {
  const restated = calls.filter((call) => call.hasWholeLists);
  if (restated.length === 0) return;
  const ids = (of: 'messages' | 'toolCalls' | 'knowledgeSearches') =>
    JSON.stringify(restated.flatMap((call) => call[of].map(({ id }) => ({ call_id: call.id, id }))));
  const gone = (table: string, place: number) =>
    `delete from ${table} t where t.tenant_id = $1 and t.call_id = any($2::uuid[])
       and not exists (select from jsonb_to_recordset($${place}::jsonb) as kept(call_id uuid, id text)
                        where kept.call_id = t.call_id and kept.id = t.id)`;
  await tx.query(
    `with m as (${gone('transcript_entry', 3)} returning 1), t as (${gone('tool_call', 4)} returning 1)
     ${gone('knowledge_search', 5)}`,
    [tenantId, restated.map((call) => call.id), ids('messages'), ids('toolCalls'), ids('knowledgeSearches')],
  );
}

/**
 * Calls as they stand in the database, in the form that joining and projecting need: of the transcript
 * only who spoke when, of the tool calls only their names, how they ended, and what they answered if it is a tag.
 */
export async function loadCalls(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<KnownCall[]> {
  if (legIds.length === 0) return [];
  const rows: {
    leg: LegJson;
    call: object;
    messages: Call['messages'] | null;
    tools: Call['toolCalls'] | null;
    isSuggested: boolean;
    isOrphan: boolean;
    resolution: Resolution | null;
  }[] = await tx.query(
    `select to_jsonb(l) as leg, to_jsonb(c) as call,
            (select jsonb_agg(jsonb_build_object('id', m.id, 'speaker', m.speaker, 'startedAt', ${ms('m.started_at')},
                                                 'endedAt', ${ms('m.ended_at')}) order by m.at, m.id)
               from transcript_entry m where m.tenant_id = l.tenant_id and m.call_id = l.id) as messages,
            (select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'status', t.status,
                                                 'rawResponse', ${SHORT_OUTPUT}) order by t.at, t.id)
               from tool_call t where t.tenant_id = l.tenant_id and t.call_id = l.id) as tools,
            ${IS_SUGGESTED} as "isSuggested",
            exists (select from orphan o where o.tenant_id = l.tenant_id and o.leg_id = l.id) as "isOrphan",
            (select jsonb_build_object('kind', r.kind, 'note', r.note, 'by', r.by, 'at', ${ms('r.at')}, 'auditId', r.audit_id)
               from resolution r where r.tenant_id = l.tenant_id and r.leg_id = l.id
              order by r.audit_id desc limit 1) as resolution
       from leg l join call c on c.tenant_id = l.tenant_id and c.id = l.id
      where l.tenant_id = $1 and l.id = any($2::uuid[])`,
    [tenantId, legIds],
  );
  return rows.map(({ leg, call, messages, tools, isSuggested, isOrphan, resolution }) => {
    const known = { ...properties(call), ...properties(leg) } as unknown as LegJson & ReceivedCall;
    const { keys, ignoredKeys, interactionId, endPresumed, attemptEnd, attemptEndDerived, link } = known;
    return {
      call: {
        ...known,
        messages: messages ?? [],
        toolCalls: tools ?? [],
        knowledgeSearches: [],
        statedKeys: [],
        hasWholeLists: false,
      },
      keys,
      ignoredKeys,
      interactionId,
      endPresumed,
      attemptEnd,
      attemptEndDerived,
      link,
      isSuggested,
      isOrphan,
      resolution,
    };
  });
}

/** An output of a function as far as it is a tag (see domain/interaction.ts). */
const SHORT_OUTPUT = `case when jsonb_typeof(t.raw_response) in ('string', 'number', 'boolean')
  and length(t.raw_response::text) <= ${OUTPUT_LENGTH} then t.raw_response end`;

type LegJson = Pick<
  KnownCall,
  'keys' | 'ignoredKeys' | 'endPresumed' | 'attemptEnd' | 'attemptEndDerived' | 'link'
> & { interactionId: string };

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

const TIME = /_at$|^expected_by$/;

/** A row as JSON gives it: names in our spelling, instants as epoch ms. */
export const properties = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      TIME.test(name) && typeof value === 'string' ? Date.parse(value) : (value as unknown),
    ]),
  );
