import type { JsonObject, RecordRecording } from './record.js';
import type { Instant, RecordingState } from './words.js';

/** FETCH: we keep a copy of the audio. REFERENCE: we only tell where its provider has it. */
export type RecordingMode = 'FETCH' | 'REFERENCE';

/** How the recordings of a source are treated: `recordings` in its settings. */
export interface RecordingSettings {
  mode: RecordingMode;
  /** Whom we may ask for audio: host names, `*.example.com` for all below one. */
  hosts: readonly string[];
  /** `host` or `host:port` that may be asked by plain http and may be in our own network. */
  trustedHosts: readonly string[];
  /** Sent by HTTP Basic to the hosts, never to where they redirect. */
  user: string | null;
  password: string | null;
  /** Sent as Bearer instead of user and password. */
  token: string | null;
  /** Where the provider's own interface is, for the providers that have one. */
  apiUrl: string | null;
  /** How long a copy is kept; null: until it is deleted. */
  keepDays: number | null;
}

const HOSTS_OF: Record<string, readonly string[]> = {
  twilio: ['api.twilio.com'],
  vapi: ['api.vapi.ai', '*.vapi.ai'],
};

/** The settings of a source of this provider. What is not said, or cannot be read, has its default. */
export function recordingSettings(provider: string, settings: JsonObject): RecordingSettings {
  const stated = settings.recordings;
  const said = typeof stated === 'object' && stated !== null && !Array.isArray(stated) ? stated : {};
  const text = (name: string): string | null => {
    const value = said[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const list = (name: string): readonly string[] | null => {
    const value = said[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : null;
  };
  const { keepDays } = said;
  return {
    mode: said.mode === 'FETCH' ? 'FETCH' : 'REFERENCE',
    hosts: list('hosts') ?? HOSTS_OF[provider] ?? [],
    trustedHosts: list('trustedHosts') ?? [],
    user: text('user'),
    password: text('password'),
    token: text('token'),
    apiUrl: text('apiUrl'),
    keepDays: typeof keepDays === 'number' && keepDays > 0 ? keepDays : null,
  };
}

/** What is known of a recording here, as far as a new statement of its source can change it. */
export interface HeldRecording {
  state: RecordingState;
  reason: string | null;
  /** As the source stated it; signatures and passwords never come as far as this. */
  url: string | null;
  /** Where our copy is; null: there is none. */
  storageKey: string | null;
  /** When our copy was made, even if it is gone since. */
  fetchedAt: Instant | null;
}

export interface NotedRecording extends HeldRecording {
  isToBeFetched: boolean;
}

/**
 * What a source's latest statement makes of a recording; null when there is nothing to note. A copy that
 * we have stays, whatever becomes of the original, unless its source names another one or says that there
 * is none. A statement about a recording that could not be fetched has it fetched anew.
 */
export function noteRecording(
  stated: RecordRecording | null,
  mode: RecordingMode,
  held: HeldRecording | null,
): NotedRecording | null {
  if (stated === null) return held === null ? null : { ...NOTHING, isToBeFetched: false };
  const { url = null } = stated;
  const isSame = held !== null && (url === null || held.url === url);
  const wasOurs = isSame && held.fetchedAt !== null;
  if (wasOurs) return { ...held, isToBeFetched: false };
  const referred = referTo(stated);
  return mode === 'FETCH' && referred.state === 'AVAILABLE'
    ? { ...referred, state: 'PENDING', reason: null, isToBeFetched: true }
    : { ...referred, isToBeFetched: false };
}

/** A recording that stays where it is. One with an address can be played, unless its source says otherwise. */
export function referTo({ url = null, state, reason = null }: RecordRecording): HeldRecording {
  const stated = state ?? 'AVAILABLE';
  return { ...NOTHING, state: url === null && stated === 'AVAILABLE' ? 'NONE' : stated, reason, url };
}

const NOTHING: HeldRecording = { state: 'NONE', reason: null, url: null, storageKey: null, fetchedAt: null };

const DAY = 86_400_000;

/** When a copy made now is deleted; null: it is kept. */
export const expiryOf = ({ keepDays }: RecordingSettings, now: Instant): Instant | null =>
  keepDays === null ? null : now + Math.round(keepDays * DAY);
