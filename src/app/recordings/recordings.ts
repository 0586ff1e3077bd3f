import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DataSource } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { Resolve } from '../../ingest/recording/address-guard.js';
import { resolveBySystem } from '../../ingest/recording/address-guard.js';
import type { FetchLimits } from '../../ingest/recording/fetch-audio.js';
import { USUAL_LIMITS } from '../../ingest/recording/fetch-audio.js';
import { RecordingFetcher, USUAL_PAUSES } from '../../ingest/recording/recording-fetcher.js';
import type { AudioStore } from '../../storage/recording/audio-store.js';
import { openAudioStore } from '../../storage/recording/open-audio-store.js';
import type { FetchOrder, RecordingName } from '../../storage/recording/recording-notes.js';
import { FETCH_RECORDING } from '../../storage/recording/recording-notes.js';
import { REMOVE_AUDIO } from '../../storage/recording/recording-removal.js';
import { EXPIRE_RECORDING, RecordingStore } from '../../storage/recording/recording-store.js';
import type { Config } from '../config.js';
import type { Jobs } from '../jobs.js';
import { PlayLog } from './play-log.js';

/** What tests set, and nobody else. */
export interface RecordingTuning {
  limits?: Partial<FetchLimits>;
  pausesMs?: readonly number[];
  resolve?: Resolve;
  stallMs?: number;
}

export interface Recordings {
  recordings: RecordingStore;
  audio: AudioStore;
  plays: PlayLog;
  stallMs: number;
  jobs: Jobs;
}

interface RecordingParts {
  config: Config;
  db: DataSource;
  now: () => Instant;
  onCommit: () => void;
  onError: (error: unknown) => void;
  tuning?: RecordingTuning | undefined;
}

/** All that has to do with audio: where it is kept, how it comes there and how it goes. */
export function makeRecordings({
  config,
  db,
  now,
  onCommit,
  onError,
  tuning = {},
}: RecordingParts): Recordings {
  const recordings = new RecordingStore(db, onCommit);
  const audio = openAudioStore(
    config.recordingsUrl ?? pathToFileURL(join(config.dataDir, 'recordings')).href,
  );
  const fetcher = new RecordingFetcher({
    recordings,
    audio,
    limits: { ...USUAL_LIMITS, maxBytes: config.maxRecordingBytes, ...tuning.limits },
    pausesMs: tuning.pausesMs ?? USUAL_PAUSES,
    resolve: tuning.resolve ?? resolveBySystem,
    now,
    onError,
  });
  const jobs: Jobs = {
    [FETCH_RECORDING]: (order) => fetcher.fetch(order as FetchOrder),
    [EXPIRE_RECORDING]: (name) => recordings.expire(name as RecordingName, now()),
    [REMOVE_AUDIO]: async ({ keys }) => {
      for (const key of keys as string[]) await audio.remove(key);
    },
  };
  return { recordings, audio, plays: new PlayLog(db, now), stallMs: tuning.stallMs ?? 30_000, jobs };
}
