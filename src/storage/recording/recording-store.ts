import type { DataSource, EntityManager } from 'typeorm';
import type { JsonObject } from '../../domain/record.js';
import type { RecordingSettings } from '../../domain/recording.js';
import { recordingSettings } from '../../domain/recording.js';
import type { Instant } from '../../domain/words.js';
import { RecordingEntity } from '../entities/recording.entity.js';
import { enqueue } from '../jobs.js';
import { uuids } from '../list/params.js';
import type { RecordingRow } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';
import { reproject } from '../trace/trace-store.js';
import { inTransaction } from '../transaction.js';
import type { FetchOrder, RecordingName } from './recording-notes.js';
import { enqueueFetch } from './recording-notes.js';
import { expireRecordings, removeAudio } from './recording-removal.js';

/** The background job that deletes a copy whose time is over: `{tenantId, callId}`. */
export const EXPIRE_RECORDING = 'expire-recording';

/** A recording that is to be fetched, with all that is needed for it. */
export type WantedRecording = RecordingName & {
  url: string;
  /** Where the copy goes. */
  storageKey: string;
  provider: string;
  /** The provider's id of the call. */
  externalId: string;
  settings: RecordingSettings;
};

/** Where the copy that an order makes is kept. */
export const storageKeyOf = ({ tenantId, callId, copy }: FetchOrder): string =>
  `${tenantId}/${callId}/${copy}`;

export type Copy = Required<
  Pick<RecordingRow, 'contentType' | 'bytes' | 'sha256' | 'fetchedAt' | 'expiresAt'>
> & {
  /** As measured; null when that is not possible. */
  durationMs: number | null;
};

/** What becomes of a recording that could not be fetched. */
export type Miss =
  | { state: 'FAILED' | 'EXPIRED'; reason: string }
  | { state: 'PENDING'; reason: string; attempt: number; runAt: Instant };

/** What is known of recordings, for those who fetch and play them. Every change is announced. */
export class RecordingStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /** Null when the tenant has no such call, its interaction is deleted, or nothing is known of its audio. */
  async find(tenantId: string, callId: string): Promise<RecordingRow | null> {
    const [known] = uuids([callId]);
    if (known === undefined) return null;
    const [row]: (RecordingRow | undefined)[] = await this.db.query(
      `select ${selectList(columnsOf(this.db, RecordingEntity), 'r')} from recording r
         join leg l on l.tenant_id = r.tenant_id and l.id = r.call_id
        where r.tenant_id = $1 and r.call_id = $2 and l.deleted_at is null`,
      [tenantId, known],
    );
    return row ?? null;
  }

  /**
   * Takes a recording to be fetched; null when nobody wants it any more. Where the copy goes is written
   * down first, so that whoever deletes the recording meanwhile knows what to remove.
   */
  begin(order: FetchOrder): Promise<WantedRecording | null> {
    const { tenantId, callId } = order;
    const storageKey = storageKeyOf(order);
    return inTransaction(this.db, async (tx) => {
      const [row] = (await tx.query(
        `select r.url, r.storage_key as "oldKey", s.provider, s.settings, l.external_id as "externalId"
           from recording r
           join leg l on l.tenant_id = r.tenant_id and l.id = r.call_id
           join source s on s.tenant_id = l.tenant_id and s.id = l.source_id
          where r.tenant_id = $1 and r.call_id = $2 and r.state = 'PENDING' and r.url is not null
            for update of r`,
        [tenantId, callId],
      )) as [Begun | undefined];
      if (row === undefined) return null;
      await tx.query('update recording set storage_key = $3 where tenant_id = $1 and call_id = $2', [
        tenantId,
        callId,
        storageKey,
      ]);
      await removeAudio(tx, row.oldKey === null || row.oldKey === storageKey ? [] : [row.oldKey]);
      const { url, provider, externalId, settings } = row;
      const read = recordingSettings(provider, settings);
      return { tenantId, callId, storageKey, url, provider, externalId, settings: read };
    });
  }

  /** False when no recording has its copy there: what is there may be removed. */
  async isUsed({ tenantId, callId }: RecordingName, storageKey: string): Promise<boolean> {
    const users: object[] = await this.db.query(
      'select 1 from recording where tenant_id = $1 and call_id = $2 and storage_key = $3',
      [tenantId, callId, storageKey],
    );
    return users.length > 0;
  }

  /** False when the recording is not wanted any more, or another copy of it: then this one is of no use. */
  complete(wanted: WantedRecording, copy: Copy): Promise<boolean> {
    const { tenantId, callId } = wanted;
    const { contentType, bytes, sha256, fetchedAt, expiresAt, durationMs } = copy;
    return this.#settle(wanted, fetchedAt ?? 0, async (tx) => {
      await tx.query(
        `update recording set state = 'AVAILABLE', reason = null, content_type = $3, bytes = $4, sha256 = $5,
                fetched_at = $6, expires_at = $7, updated_at = $6, duration_ms = coalesce(duration_ms, $8::integer)
          where tenant_id = $1 and call_id = $2`,
        [tenantId, callId, contentType, bytes, sha256, date(fetchedAt), date(expiresAt), durationMs],
      );
      if (expiresAt !== null) await enqueueExpiry(tx, { tenantId, callId }, expiresAt);
    });
  }

  /** Says why there is no copy, and when it is tried again, if it is. */
  async miss(wanted: WantedRecording, miss: Miss, now: Instant): Promise<void> {
    const { tenantId, callId } = wanted;
    await this.#settle(wanted, now, async (tx) => {
      await tx.query(
        `update recording set state = $3, reason = $4, storage_key = null, updated_at = $5
          where tenant_id = $1 and call_id = $2`,
        [tenantId, callId, miss.state, miss.reason, date(now)],
      );
      if (miss.state === 'PENDING') await enqueueFetch(tx, { tenantId, callId }, miss.attempt, miss.runAt);
    });
  }

  /** Deletes a copy whose time is over; one that has more time is looked at again when that is over. */
  async expire({ tenantId, callId }: RecordingName, now: Instant): Promise<void> {
    await this.#changing({ tenantId, callId }, now, 'recording-retention', async (tx) => {
      const [row] = (await tx.query(
        `select expires_at as "expiresAt" from recording
          where tenant_id = $1 and call_id = $2 and expires_at is not null for update`,
        [tenantId, callId],
      )) as [{ expiresAt: Instant } | undefined];
      if (row === undefined) return false;
      if (row.expiresAt > now) {
        await enqueueExpiry(tx, { tenantId, callId }, Math.max(row.expiresAt, now + LOOK_AGAIN_MS));
        return false;
      }
      const reason = 'Our copy was deleted: its time was over.';
      return (await expireRecordings(tx, tenantId, [callId], reason, now)).length > 0;
    });
  }

  /** Ends what `begin` began, if it is still the one that counts. */
  #settle(
    { tenantId, callId, storageKey }: WantedRecording,
    now: Instant,
    write: (tx: EntityManager) => Promise<void>,
  ): Promise<boolean> {
    return this.#changing({ tenantId, callId }, now, 'recording-fetch', async (tx) => {
      const current: object[] = await tx.query(
        `select 1 from recording
          where tenant_id = $1 and call_id = $2 and state = 'PENDING' and storage_key = $3 for update`,
        [tenantId, callId, storageKey],
      );
      if (current.length > 0) await write(tx);
      return current.length > 0;
    });
  }

  /** Interactions are locked before recordings, as when records come in. */
  async #changing(
    { tenantId, callId }: RecordingName,
    now: Instant,
    rule: string,
    change: (tx: EntityManager) => Promise<boolean>,
  ): Promise<boolean> {
    const changed = await inTransaction(this.db, async (tx) => {
      const interactionId = await lockInteractionOf(tx, tenantId, callId);
      if (interactionId === null || !(await change(tx))) return false;
      const calls = [{ callId, messageIds: [] }];
      await reproject(tx, tenantId, [interactionId], { kind: 'RULE', id: rule }, now, calls);
      return true;
    });
    if (changed) this.onCommit();
    return changed;
  }
}

/** When the database's clock is ahead of ours. */
const LOOK_AGAIN_MS = 60_000;

const enqueueExpiry = (tx: EntityManager, name: RecordingName, runAt: Instant): Promise<void> =>
  enqueue(tx, EXPIRE_RECORDING, { ...name }, { runAt, key: `${EXPIRE_RECORDING}/${name.callId}` });

interface Begun {
  url: string;
  oldKey: string | null;
  provider: string;
  externalId: string;
  settings: JsonObject;
}

const date = (at: Instant | null): Date | null => (at === null ? null : new Date(at));

/** Locks the interaction that a call belongs to, also when the call moves while we wait for the lock. */
async function lockInteractionOf(
  tx: EntityManager,
  tenantId: string,
  callId: string,
): Promise<string | null> {
  let locked: string | null = null;
  for (;;) {
    const [leg]: { id: string }[] = await tx.query(
      'select interaction_id as id from leg where tenant_id = $1 and id = $2',
      [tenantId, callId],
    );
    if (leg === undefined || leg.id === locked) return leg?.id ?? null;
    locked = leg.id;
    await tx.query('select 1 from interaction where tenant_id = $1 and id = $2 for update', [
      tenantId,
      locked,
    ]);
  }
}
