import type { EvidenceEvent } from './evidence.js';

/** The most that an analyst is given: events, and bytes of their JSON lines. */
export const INPUT_LIMITS = { events: 5_000, bytes: 96 * 1_024 } as const;

/** Words of an event that stay when all of them together are too many, in characters. */
const SHORT_TEXT = 160;

export interface Reduced {
  events: EvidenceEvent[];
  isReduced: boolean;
}

/**
 * The events that an analyst is given. Within the limits all of them, as they are. Beyond: every error,
 * then the frame (how legs begin and end, transfers), then what was measured, then the rest evenly spread
 * over time, their words cut short. Errors stay even where they alone exceed the limits, without words then.
 */
export function reduceEvents(events: readonly EvidenceEvent[], limits = INPUT_LIMITS): Reduced {
  if (events.length <= limits.events && bytesOf(events) <= limits.bytes)
    return { events: [...events], isReduced: false };
  const short = events.map(shortened);
  const errors = short.filter(({ isError }) => isError);
  const must = bytesOf(errors) <= limits.bytes ? errors : errors.map(wordless);
  const room = { events: limits.events - must.length, bytes: limits.bytes - bytesOf(must) };
  const rest = short.filter(({ isError }) => !isError);
  const kept = [...must, ...filled(byWeight(rest), room)];
  return { events: kept.sort((a, b) => a.index - b.index), isReduced: true };
}

/** One line of JSON an event, as analysts read it; a model pays for every byte. */
export const eventLine = ({ index, at, type, resource, name, text, measures }: EvidenceEvent): string =>
  JSON.stringify({
    i: index,
    at: new Date(at).toISOString(),
    type,
    in: resource,
    ...(name === null ? {} : { name }),
    ...(text === null ? {} : { text }),
    ...measures,
  });

const sizeOf = (event: EvidenceEvent): number => byteLength(eventLine(event)) + 1;
const bytesOf = (events: readonly EvidenceEvent[]): number =>
  events.reduce((total, event) => total + sizeOf(event), 0);

/** Of UTF-8. The domain has no Buffer. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

const shortened = (event: EvidenceEvent): EvidenceEvent =>
  event.text === null || event.text.length <= SHORT_TEXT
    ? event
    : { ...event, text: `${event.text.slice(0, SHORT_TEXT - 1)}…` };

const wordless = (event: EvidenceEvent): EvidenceEvent => ({ ...event, text: null });

const FRAME = /_(started|ended|queued|ringing|answered|hangup)$|^transfer_/;

/** The most telling first; within a weight in an order that is evenly spread over time. */
function byWeight(events: readonly EvidenceEvent[]): EvidenceEvent[] {
  const weight = (event: EvidenceEvent) =>
    FRAME.test(event.type) ? 0 : Object.keys(event.measures).length > 0 ? 1 : 2;
  return [0, 1, 2].flatMap((one) => spread(events.filter((event) => weight(event) === one)));
}

/** First, last, middle, quarters, and so on: any beginning of the answer covers the whole time. */
function spread<T>(items: readonly T[]): T[] {
  const places = new Set<number>(items.length === 0 ? [] : [0, items.length - 1]);
  for (let parts = 2; places.size < items.length; parts *= 2)
    for (let part = 1; part < parts; part += 2) places.add(Math.floor((part * items.length) / parts));
  return [...places].flatMap((place) => items[place] ?? []);
}

function filled(events: readonly EvidenceEvent[], room: { events: number; bytes: number }): EvidenceEvent[] {
  const kept: EvidenceEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    if (kept.length >= room.events) break;
    const size = sizeOf(event);
    if (bytes + size > room.bytes) continue;
    kept.push(event);
    bytes += size;
  }
  return kept;
}
