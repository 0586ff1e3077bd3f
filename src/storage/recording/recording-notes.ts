import type { EntityManager } from 'typeorm';
import type { Call } from '../../domain/call.js';
import type { NotedRecording, RecordingSettings } from '../../domain/recording.js';
import { noteRecording, recordingSettings } from '../../domain/recording.js';
import type { JsonObject } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import { RecordingEntity } from '../entities/recording.entity.js';
import { newId } from '../ids.js';
import { enqueue } from '../jobs.js';
import { writeRows } from '../transaction.js';
import { removeAudio } from './recording-removal.js';

/** The background job that fetches a recording. */
export const FETCH_RECORDING = 'fetch-recording';

/** What the job is told; it asks the database for the rest. */
export type FetchOrder = RecordingName & {
  /** Names the copy that it makes, also when it begins again after the end of its process. */
  copy: string;
  /** From 1. */
  attempt: number;
};

/** A recording by its call. */
export type RecordingName = { tenantId: string; callId: string };

type SpokenOf = Pick<Call, 'id' | 'sourceId' | 'recording'>;

interface Known {
  call: SpokenOf;
  settings: RecordingSettings;
  held: RecordingEntity | null;
}

/**
 * Notes what new records say of the recordings of these calls, and has audio fetched that is to be kept,
 * all in the transaction that stores the calls. Only for calls whose new records speak of a recording.
 */
export async function noteRecordings(
  tx: EntityManager,
  tenantId: string,
  calls: readonly SpokenOf[],
  now: Instant,
): Promise<void> {
  if (calls.length === 0) return;
  const known = await loadKnown(tx, tenantId, calls);
  const noted = known.flatMap((one) => {
    const note = noteRecording(one.call.recording, one.settings.mode, one.held);
    return note === null ? [] : [{ ...one, note }];
  });
  await writeRows(
    tx,
    RecordingEntity,
    noted.map(({ call, held, note }) => rowOf(tenantId, call, held, note, now)),
    { onConflict: 'changed' },
  );
  await removeAudio(
    tx,
    noted.flatMap(({ held, note }) => (held?.storageKey === note.storageKey ? [] : (held?.storageKey ?? []))),
  );
  for (const { call, note } of noted)
    if (note.isToBeFetched) await enqueueFetch(tx, { tenantId, callId: call.id }, 1);
}

/** One job a recording: a later one takes the place of one that waits. */
export function enqueueFetch(
  tx: EntityManager,
  { tenantId, callId }: RecordingName,
  attempt: number,
  runAt?: Instant,
): Promise<void> {
  const order: FetchOrder = { tenantId, callId, copy: newId(), attempt };
  const key = `${FETCH_RECORDING}/${callId}`;
  const options = { key, maxAttempts: 25 };
  return enqueue(tx, FETCH_RECORDING, order, runAt === undefined ? options : { ...options, runAt });
}

/** Locks what is held of the calls' recordings, and reads it with the settings of their sources. */
async function loadKnown(tx: EntityManager, tenantId: string, calls: readonly SpokenOf[]): Promise<Known[]> {
  const held = await tx
    .getRepository(RecordingEntity)
    .createQueryBuilder('r')
    .where('r.tenantId = :tenantId and r.callId = any(:ids)', { tenantId, ids: calls.map(({ id }) => id) })
    .orderBy('r.callId')
    .setLock('pessimistic_write')
    .getMany();
  const sources: { id: string; provider: string; settings: JsonObject }[] = await tx.query(
    'select id, provider, settings from source where tenant_id = $1 and id = any($2::uuid[])',
    [tenantId, [...new Set(calls.map(({ sourceId }) => sourceId))]],
  );
  const settingsOf = new Map(sources.map((one) => [one.id, recordingSettings(one.provider, one.settings)]));
  return calls.flatMap((call) => {
    const settings = settingsOf.get(call.sourceId);
    return settings === undefined
      ? []
      : [{ call, settings, held: held.find(({ callId }) => callId === call.id) ?? null }];
  });
}

function rowOf(
  tenantId: string,
  { id, recording }: SpokenOf,
  held: RecordingEntity | null,
  { isToBeFetched: _, ...note }: NotedRecording,
  now: Instant,
): RecordingEntity {
  const { format = null, startedAt = null, durationMs = null } = recording ?? {};
  const copy = held !== null && held.storageKey !== null && held.storageKey === note.storageKey ? held : null;
  return {
    contentType: copy?.contentType ?? null,
    bytes: copy?.bytes ?? null,
    sha256: copy?.sha256 ?? null,
    expiresAt: copy?.expiresAt ?? null,
    ...note,
    tenantId,
    callId: id,
    format,
    startedAt,
    durationMs: durationMs ?? copy?.durationMs ?? null,
    updatedAt: now,
  };
}
