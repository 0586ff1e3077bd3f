import type { Json, JsonObject, RecordRecording } from './record.js';
import type { Instant, RecordingState } from './words.js';

/** FETCH: we keep a copy of the audio. REFERENCE: we only tell where its provider has it. */
export type RecordingMode = 'FETCH' | 'REFERENCE';

/** How the recordings of a source are treated: `recordings` in its settings. */
export interface RecordingSettings {
  mode: RecordingMode;
  /** Whom we may ask for audio, and be redirected to: host names, `*.example.com` for all below one. */
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

/** Where providers keep audio themselves. Settings add to these and take none away. */
const HOSTS_OF: Record<string, readonly string[]> = {
  twilio: ['*.twilio.com', '*.twiliocdn.com'],
  vapi: ['*.vapi.ai', '*.r2.cloudflarestorage.com'],
};

interface Kind {
  isRead: (value: unknown) => boolean;
  must: string;
}

const isHost = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:\*\.)?[\w.-]+(?::\d{1,5})?$|^[\da-f:]+$/i.test(value);
const TEXT: Kind = {
  isRead: (value) => typeof value === 'string' && value !== '',
  must: 'must be a text',
};
const HOSTS: Kind = {
  isRead: (value) => Array.isArray(value) && value.every(isHost),
  must: 'must be a list of host names, with or without a port',
};

const KINDS: Record<keyof RecordingSettings, Kind> = {
  mode: {
    isRead: (value) => value === 'FETCH' || value === 'REFERENCE',
    must: 'must be FETCH or REFERENCE',
  },
  hosts: HOSTS,
  trustedHosts: HOSTS,
  user: TEXT,
  password: TEXT,
  token: TEXT,
  apiUrl: {
    isRead: (value) => typeof value === 'string' && /^https?:\/\/[^\s?#]*[^\s?#/]$/.test(value),
    must: 'must be a URL without query and slash at its end',
  },
  keepDays: {
    isRead: (value) => typeof value === 'number' && value > 0 && value <= 36_500,
    must: 'must be a number of days, above 0 and at most 36500',
  },
};

/** The names of all settings. */
export const SETTINGS = Object.keys(KINDS) as readonly (keyof RecordingSettings)[];

const isSetting = (name: string): name is keyof RecordingSettings => Object.hasOwn(KINDS, name);

/** A setting that cannot be taken. */
export interface SettingFault {
  /** Null when it is the whole. */
  setting: string | null;
  /** What comes after the setting's name; its value is never repeated. */
  fault: string;
}

/** What is wrong with settings as somebody wrote them. */
export function faultsOfSettings(stated: Json): SettingFault[] {
  if (!isObject(stated)) return [{ setting: null, fault: 'must be a JSON object' }];
  return Object.entries(stated).flatMap(([setting, value]) => {
    if (!isSetting(setting)) return [{ setting, fault: `is no setting: there are ${SETTINGS.join(', ')}` }];
    return KINDS[setting].isRead(value) ? [] : [{ setting, fault: KINDS[setting].must }];
  });
}

/** A change of settings: what is absent stays, null goes back to its default. */
export type RecordingsChange = { [K in keyof RecordingSettings]?: RecordingSettings[K] | null | undefined };

/** The settings as they are stated after a change. */
export function changedSettings(stated: Json | undefined, change: RecordingsChange): JsonObject {
  const next = new Map(Object.entries(isObject(stated) ? stated : {}));
  for (const [name, value] of Object.entries(change)) {
    if (value === null) next.delete(name);
    else if (value !== undefined) next.set(name, value as Json);
  }
  return Object.fromEntries(next);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings of a source of this provider. What is not said, or cannot be read, has its default. */
export function recordingSettings(provider: string, settings: JsonObject): RecordingSettings {
  const stated = isObject(settings.recordings) ? settings.recordings : {};
  const readable = Object.entries(stated).filter(
    ([name, value]) => isSetting(name) && KINDS[name].isRead(value),
  );
  const { hosts = [], ...said } = Object.fromEntries(readable) as Partial<RecordingSettings>;
  return {
    mode: 'REFERENCE',
    hosts: [...new Set([...(HOSTS_OF[provider] ?? []), ...hosts])],
    trustedHosts: [],
    user: null,
    password: null,
    token: null,
    apiUrl: null,
    keepDays: null,
    ...said,
  };
}

/** What is known of a recording here, as far as a new statement of its source can change it. */
export interface HeldRecording {
  state: RecordingState;
  reason: string | null;
  /** As the source stated it; signatures and passwords never come as far as this. */
  url: string | null;
  /** Where our copy is, or is just being put; null: there is none. */
  storageKey: string | null;
  /** When our copy was made, even if it is gone since. */
  fetchedAt: Instant | null;
}

export interface NotedRecording extends HeldRecording {
  isToBeFetched: boolean;
}

/** True when we can play it ourselves. */
export const isKept = ({ state, storageKey }: Pick<HeldRecording, 'state' | 'storageKey'>): boolean =>
  state === 'AVAILABLE' && storageKey !== null;

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
  const isOurs = isSame && (held.fetchedAt !== null || held.storageKey !== null);
  if (isOurs) return { ...held, isToBeFetched: false };
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
