import { textLine, vttCue } from '../../domain/transcript.js';
import { globalId } from '../../graphql/node.js';
import type { ExportedEntry } from '../../storage/export/transcript-export.js';
import type { InteractionRow } from '../../storage/read-model.js';
import { iso } from './list-format.js';

type Batches = AsyncIterable<readonly ExportedEntry[]>;
type Spoken = Pick<InteractionRow, 'id' | 'startedAt' | 'channel' | 'customerAddress'>;

/** A form in which a transcript is exported. Its times count from the start of the interaction. */
export interface TranscriptFormat {
  contentType: string;
  extension: string;
  write(interaction: Spoken, entries: Batches): AsyncGenerator<string>;
}

export const TEXT: TranscriptFormat = {
  contentType: 'text/plain; charset=utf-8',
  extension: 'txt',
  async *write({ id, startedAt, channel, customerAddress }, entries) {
    const facts = [iso(startedAt), channel, ...(customerAddress === null ? [] : [customerAddress])];
    yield `Interaction ${globalId('Interaction', id)}\n${facts.join(' ')}\n\n`;
    for await (const batch of entries) yield batch.map((entry) => textLine(entry, startedAt)).join('');
  },
};

export const VTT: TranscriptFormat = {
  contentType: 'text/vtt; charset=utf-8',
  extension: 'vtt',
  async *write({ startedAt }, entries) {
    yield 'WEBVTT\n\n';
    for await (const [entry, next] of pairs(entries)) yield vttCue(entry, next?.at ?? null, startedAt);
  },
};

export const JSON_DOCUMENT: TranscriptFormat = {
  contentType: 'application/json; charset=utf-8',
  extension: 'json',
  async *write({ id, startedAt, channel }, entries) {
    const head = { interactionId: globalId('Interaction', id), startedAt: iso(startedAt), channel };
    yield `${JSON.stringify(head).slice(0, -1)},"entries":[`;
    let separator = '\n';
    for await (const batch of entries)
      for (const entry of batch) {
        yield separator + JSON.stringify(shown(entry, startedAt));
        separator = ',\n';
      }
    yield '\n]}\n';
  },
};

const shown = ({ id, callId, role, at, speaker, text, ...entry }: ExportedEntry, from: number): object => ({
  id: globalId('Message', callId, id),
  callId: globalId('Call', callId),
  role,
  speaker,
  text,
  at: iso(at),
  offsetMs: at - from,
  startedAt: iso(entry.startedAt),
  endedAt: iso(entry.endedAt),
  interrupted: entry.interrupted,
});

/** Each entry with the one after it. */
async function* pairs(entries: Batches): AsyncGenerator<[ExportedEntry, ExportedEntry | null]> {
  let held: ExportedEntry | null = null;
  for await (const batch of entries)
    for (const entry of batch) {
      if (held !== null) yield [held, entry];
      held = entry;
    }
  if (held !== null) yield [held, null];
}
