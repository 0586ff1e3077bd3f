import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expiryOf } from '../../domain/recording.js';
import type { Instant } from '../../domain/words.js';
import type { AudioStore } from '../../storage/recording/audio-store.js';
import type { FetchOrder } from '../../storage/recording/recording-notes.js';
import type { Copy, Miss, RecordingStore, WantedRecording } from '../../storage/recording/recording-store.js';
import { storageKeyOf } from '../../storage/recording/recording-store.js';
import type { Resolve } from './address-guard.js';
import type { FetchLimits } from './fetch-audio.js';
import { fetchAudio } from './fetch-audio.js';
import { FetchFault } from './fetch-fault.js';
import { recordingRequest } from './recording-request.js';

/** What comes between the attempts to fetch a recording, in ms: there is one attempt more than pauses. */
export const USUAL_PAUSES: readonly number[] = [10_000, 60_000, 600_000, 3_600_000];

export interface FetcherParts {
  recordings: RecordingStore;
  audio: AudioStore;
  limits: FetchLimits;
  pausesMs: readonly number[];
  resolve: Resolve;
  now: () => Instant;
  /** Told of faults of our own storage; those of providers are no faults of ours. */
  onError: (error: unknown) => void;
}

/** Brings recordings from their providers into our storage, one job each. */
export class RecordingFetcher {
  constructor(private readonly parts: FetcherParts) {}

  /** Throws only for faults of the database: then the whole job is done again. */
  async fetch(order: FetchOrder): Promise<void> {
    const { recordings, audio, now } = this.parts;
    const wanted = await recordings.begin(order);
    if (wanted === null) return this.#discard(order);
    const copy = await this.#copy(wanted).catch((error: unknown) => this.#faultOf(error));
    if (copy instanceof FetchFault) {
      const at = now();
      await recordings.miss(wanted, missOf(copy, order.attempt, this.parts.pausesMs, at), at);
    } else if (!(await recordings.complete(wanted, copy))) await audio.remove(wanted.storageKey);
  }

  /** What an earlier run of the same job may have left of a recording that was deleted meanwhile. */
  async #discard(order: FetchOrder): Promise<void> {
    const key = storageKeyOf(order);
    if (!(await this.parts.recordings.isUsed(order, key))) await this.parts.audio.remove(key);
  }

  async #copy(wanted: WantedRecording): Promise<Copy> {
    const { audio, limits, resolve, now } = this.parts;
    const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
    try {
      const path = join(folder, 'audio');
      const fetched = await fetchAudio(recordingRequest(wanted), path, limits, resolve);
      await audio.put(wanted.storageKey, { path, ...fetched });
      const fetchedAt = now();
      return { ...fetched, fetchedAt, expiresAt: expiryOf(wanted.settings, fetchedAt) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #faultOf(error: unknown): FetchFault {
    if (error instanceof FetchFault) return error;
    this.parts.onError(error);
    return new FetchFault('could not be stored');
  }
}

/** What a fault makes of the recording: tried again later, as often as there are pauses, or given up. */
export function missOf(
  { reason, kind }: FetchFault,
  attempt: number,
  pausesMs: readonly number[],
  now: Instant,
): Miss {
  const sentence = `The recording ${reason}.`;
  const pause = pausesMs[attempt - 1];
  if (kind === 'gone') return { state: 'EXPIRED', reason: sentence };
  if (kind === 'final' || pause === undefined) return { state: 'FAILED', reason: sentence };
  return { state: 'PENDING', reason: sentence, attempt: attempt + 1, runAt: now + pause };
}
