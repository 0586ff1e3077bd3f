import type { Instant, Role, Speaker } from './words.js';

/** The syntax that is written: draft-ietf-vcon-vcon-core, of which this is the last that has a number. */
export const VCON_VERSION = '0.4.0';

export interface VconParty {
  type: 'person' | 'bot';
  tel?: string;
  sip?: string;
  mailto?: string;
  name?: string;
}

/** One conversation, as far as the head of its vCon tells of it. */
export interface VconSubject {
  id: string;
  createdAt: Instant;
  updatedAt: Instant;
  customerAddress: string | null;
  customerName: string | null;
  /** Who took part, in order of time. */
  segments: readonly { legId: string | null; role: Role }[];
}

/** Something that was said, and in which call. */
export interface VconTurn {
  callId: string;
  at: Instant;
  endedAt: Instant | null;
  speaker: Speaker | null;
  text: string | null;
}

/** Audio that we have a copy of. */
export interface VconRecording {
  callId: string;
  startedAt: Instant;
  durationMs: number | null;
  mediatype: string | null;
  /** Where we serve it. */
  url: string;
  /** `sha256-` and the digest in base64url. */
  contentHash: string;
}

/** Whose words a summary is, and the words. */
export interface VconSummary {
  summary: string;
  source: 'PROVIDER' | 'THROUGHLINE';
}

/** A vCon names its conversation by a UUID of version 8: the interaction's own, with that version. */
export const vconUuid = (id: string): string => `${id.slice(0, 14)}8${id.slice(15)}`;

/** Everything that stands before the dialog. */
export const vconHead = ({ id, createdAt, updatedAt }: VconSubject) => ({
  vcon: VCON_VERSION,
  uuid: vconUuid(id),
  created_at: iso(createdAt),
  updated_at: iso(updatedAt),
});

const OTHERS: Record<Exclude<Speaker, 'CUSTOMER'>, VconParty> = {
  ASSISTANT: { type: 'bot', name: 'Assistant' },
  AGENT: { type: 'person', name: 'Agent' },
  SYSTEM: { type: 'bot', name: 'System' },
};

/** Whose voice a system is by itself; a dialer and a chat channel only carry those of others. */
const VOICES: Partial<Record<Role, 'ASSISTANT' | 'AGENT'>> = { ASSISTANT: 'ASSISTANT', HUMAN: 'AGENT' };

/**
 * The parties of a vCon, which dialogs refer to by their place: the customer, then each assistant and human
 * of the segments, then whoever else turns out to have spoken.
 */
export class VconParties {
  readonly list: VconParty[];
  readonly #others: { speaker: Speaker; callId: string; index: number }[] = [];

  constructor({ customerAddress, customerName, segments }: VconSubject) {
    this.list = [customerParty(customerAddress, customerName)];
    for (const { legId, role } of segments) {
      const speaker = VOICES[role];
      if (legId !== null && speaker !== undefined) this.#add(speaker, legId);
    }
  }

  /** Who speaks so in this call; in the call of a mere carrier, the first who speaks so in another. */
  of(speaker: Speaker, callId: string): number {
    if (speaker === 'CUSTOMER') return 0;
    const alike = this.#others.filter((one) => one.speaker === speaker);
    const found = alike.find((one) => one.callId === callId) ?? alike[0];
    return found === undefined ? this.#add(speaker, callId) : found.index;
  }

  /** Who is heard in this call: the customer and those whose voice it is. */
  in(callId: string): number[] {
    return [0, ...this.#others.filter((one) => one.callId === callId).map(({ index }) => index)];
  }

  #add(speaker: Exclude<Speaker, 'CUSTOMER'>, callId: string): number {
    const index = this.list.push({ ...OTHERS[speaker] }) - 1;
    this.#others.push({ speaker, callId, index });
    return index;
  }
}

/** Audio as a dialog: it is referred to, not brought along. */
export const recordingDialog = (recording: VconRecording, parties: VconParties) => ({
  type: 'recording',
  start: iso(recording.startedAt),
  ...(recording.durationMs === null ? {} : { duration: recording.durationMs / 1_000 }),
  parties: parties.in(recording.callId),
  ...(recording.mediatype === null ? {} : { mediatype: recording.mediatype }),
  url: recording.url,
  content_hash: recording.contentHash,
});

/** One turn of the transcript as a dialog; nobody is named when nobody knows who spoke. */
export const turnDialog = ({ callId, at, endedAt, speaker, text }: VconTurn, parties: VconParties) => ({
  type: 'text',
  start: iso(at),
  ...(endedAt === null || endedAt < at ? {} : { duration: (endedAt - at) / 1_000 }),
  ...(speaker === null ? {} : { parties: [parties.of(speaker, callId)] }),
  mediatype: 'text/plain',
  encoding: 'none',
  body: text ?? '',
});

/** The name of a source is not for everybody, so its summary says only that it is not ours. */
export const vconAnalysis = (told: VconSummary | null) =>
  told === null
    ? []
    : [
        {
          type: 'summary',
          vendor: told.source === 'THROUGHLINE' ? 'Throughline' : 'Provider',
          mediatype: 'text/plain',
          encoding: 'none',
          body: told.summary,
        },
      ];

function customerParty(address: string | null, name: string | null): VconParty {
  const named = name === null ? {} : { name };
  return { type: 'person', ...(address === null ? {} : addressOf(address)), ...named };
}

function addressOf(address: string): Pick<VconParty, 'tel' | 'sip' | 'mailto'> {
  if (/^sips?:/i.test(address)) return { sip: address };
  if (/^[^\s@]+@[^\s@]+$/.test(address)) return { mailto: address };
  return { tel: address };
}

const iso = (at: Instant): string => new Date(at).toISOString();
