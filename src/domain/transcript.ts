import type { Instant, Speaker } from './words.js';

/** Something that was said, as far as a transcript on paper needs it. */
export interface Said {
  at: Instant;
  endedAt: Instant | null;
  speaker: Speaker | null;
  text: string | null;
}

const NAMES: Record<Speaker, string> = {
  CUSTOMER: 'Customer',
  ASSISTANT: 'Assistant',
  AGENT: 'Agent',
  SYSTEM: 'System',
};

const nameOf = (speaker: Speaker | null): string => (speaker === null ? 'Unknown' : NAMES[speaker]);

/** `[00:00:04] Assistant: Hello`; further lines of one text are set in, so that none passes for a speaker's. */
export function textLine({ at, speaker, text }: Said, from: Instant): string {
  const [clock] = timestamp(at - from).split('.');
  return `[${clock ?? ''}] ${nameOf(speaker)}: ${lines(text).join('\n    ')}\n`;
}

/** How long a line whose end nobody told stays on the screen, unless the next one comes before. In ms. */
const SHOWN_MS = 5_000;
const BRIEFLY_MS = 500;

/** One cue of WebVTT. `next` is when the next one begins; null: it is the last. */
export function vttCue(said: Said, next: Instant | null, from: Instant): string {
  const { at, speaker, text } = said;
  const told = said.endedAt !== null && said.endedAt > at ? said.endedAt : null;
  const until = told ?? Math.max(at + BRIEFLY_MS, Math.min(at + SHOWN_MS, next ?? Infinity));
  const payload = lines(text).map(escaped).join('\n');
  return `${timestamp(at - from)} --> ${timestamp(until - from)}\n<v ${nameOf(speaker)}>${payload}\n\n`;
}

/** Blank lines end a cue, so there are none; other breaks of a line are kept. */
const lines = (text: string | null): string[] => {
  const filled = (text ?? '').split(/[\r\n\u0085\u2028\u2029]+/).filter((line) => line.trim() !== '');
  return filled.length === 0 ? [''] : filled;
};

const escaped = (line: string): string =>
  line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `01:02:03.456`. What a skewed clock puts before the beginning stands at the beginning. */
function timestamp(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const [h, m, s] = [whole / 3_600_000, (whole / 60_000) % 60, (whole / 1_000) % 60].map(Math.floor);
  const pad = (value: number | undefined, digits = 2) => String(value ?? 0).padStart(digits, '0');
  return `${pad(h)}:${pad(m)}:${pad(s)}.${pad(whole % 1_000, 3)}`;
}
