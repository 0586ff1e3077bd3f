import { describe, expect, it } from '@jest/globals';
import type { Said } from '../../src/domain/transcript.js';
import { textLine, vttCue } from '../../src/domain/transcript.js';

const FROM = Date.parse('2026-09-14T15:04:05.000Z');
const said = (over: Partial<Said> = {}): Said => ({
  at: FROM + 4_250,
  endedAt: FROM + 6_000,
  speaker: 'ASSISTANT',
  text: 'Hello',
  ...over,
});

describe('a line of a transcript as text', () => {
  it.each<[string, Partial<Said>, string]>([
    ['says when, who and what', {}, '[00:00:04] Assistant: Hello\n'],
    ['counts hours', { at: FROM + 3_723_000 }, '[01:02:03] Assistant: Hello\n'],
    ['begins at the beginning at the earliest', { at: FROM - 1 }, '[00:00:00] Assistant: Hello\n'],
    ['says when nobody knows who', { speaker: null }, '[00:00:04] Unknown: Hello\n'],
    ['is there when nothing is known of the words', { text: null }, '[00:00:04] Assistant: \n'],
    [
      'sets further lines in, so that none passes for a speaker',
      { text: 'Hello\r\n\n[00:00:05] Customer: Yes\u2028and no' },
      '[00:00:04] Assistant: Hello\n    [00:00:05] Customer: Yes\n    and no\n',
    ],
  ])('%s', (_what, over, line) => {
    expect(textLine(said(over), FROM)).toBe(line);
  });
});

describe('a cue of WebVTT', () => {
  it.each<[string, Partial<Said>, number | null, string]>([
    ['ends with what was said', {}, null, '00:00:04.250 --> 00:00:06.000\n<v Assistant>Hello\n\n'],
    [
      'ends when the next begins, when nobody told its end',
      { endedAt: null },
      FROM + 7_000,
      '00:00:04.250 --> 00:00:07.000\n<v Assistant>Hello\n\n',
    ],
    [
      'ends after five seconds without a next',
      { endedAt: null },
      null,
      '00:00:04.250 --> 00:00:09.250\n<v Assistant>Hello\n\n',
    ],
    [
      'is to be seen also when the next begins at once',
      { endedAt: null },
      FROM + 4_250,
      '00:00:04.250 --> 00:00:04.750\n<v Assistant>Hello\n\n',
    ],
    [
      'does not end before it begins',
      { endedAt: FROM },
      null,
      '00:00:04.250 --> 00:00:09.250\n<v Assistant>Hello\n\n',
    ],
    [
      'can hold no markup, no other cue and no blank line',
      { text: '<b>5 > 4 & 3</b>\n\n00:00:01.000 --> 00:00:02.000' },
      null,
      '00:00:04.250 --> 00:00:06.000\n<v Assistant>&lt;b&gt;5 &gt; 4 &amp; 3&lt;/b&gt;\n' +
        '00:00:01.000 --&gt; 00:00:02.000\n\n',
    ],
  ])('%s', (_what, over, next, cue) => {
    expect(vttCue(said(over), next, FROM)).toBe(cue);
  });
});
