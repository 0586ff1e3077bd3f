import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { StatusInput } from '../../src/domain/observation.js';
import { judge } from '../../src/domain/status.js';
import type { Fact, Locale, Why, WhyCode } from '../../src/domain/why.js';
import { FACT_NAMES, LOCALES, explain, factsShown, printDuration } from '../../src/domain/why.js';
import { HOUR, NOON, at, ended, open } from '../support/calls.js';

const situation = (legs: Call[], fields: Partial<StatusInput> = {}): StatusInput => ({
  legs,
  channel: 'VOICE',
  direction: null,
  transfers: [],
  policy: DEFAULT_POLICY,
  watermarks: {},
  lagP99: {},
  seesHumans: false,
  now: at(200),
  ...fields,
});
const dialer = () => ended('DIALER', 0, 120);
const assistant = () => ended('ASSISTANT', 2, 119);
const failed = ended('ASSISTANT', 2, 3, { status: 'FAILED', answeredAt: null, startedAt: null });
const transfers = [{ id: 't', state: 'BRIDGED' as const, bridgedAt: at(60) }];
const unseen = [{ id: 't', state: 'BRIDGED' as const, bridgedAt: at(60), observable: false }];
const late = { now: at(7_200) };

const expectingChat = { ...DEFAULT_POLICY, roles: ['CHAT' as const] };

/** A situation for every reason. */
const SITUATIONS: Record<WhyCode, StatusInput> = {
  CALL_IN_PROGRESS: situation([open('DIALER', 0, 60)]),
  ALL_SEGMENTS_PRESENT: situation([dialer(), assistant()]),
  NEVER_ANSWERED: situation([ended('DIALER', null, 30)]),
  HUMAN_NOT_OBSERVABLE: situation([dialer(), ended('ASSISTANT', 2, 60)], { transfers: unseen }),
  SEGMENTS_MISALIGNED: situation([dialer(), ended('ASSISTANT', 65, 140)]),
  WAITING_FOR_ASSISTANT: situation([dialer()]),
  WAITING_FOR_DIALER: situation([assistant()]),
  WAITING_FOR_HUMAN: situation([dialer(), assistant()], { transfers }),
  WAITING_FOR_CHAT: situation([assistant()], { policy: expectingChat }),
  ASSISTANT_NEVER_STARTED: situation([dialer()], { ...late, watermarks: { ASSISTANT: at(7_000) } }),
  ASSISTANT_NOT_REPORTED_YET: situation([dialer()], late),
  ASSISTANT_FAILED_TO_JOIN: situation([dialer(), failed], late),
  CANDIDATE_EXISTS: situation([dialer()], { ...late, hasSuggestion: true }),
  ASSISTANT_NEVER_REPORTED: situation([ended('HUMAN', 0, 60)], late),
  DIALER_NOT_SYNCED_YET: situation([assistant()], late),
  DIALER_NEVER_REPORTED: situation([assistant()], { ...late, watermarks: { DIALER: at(7_000) } }),
  HUMAN_NEVER_REPORTED: situation([dialer(), assistant()], { ...late, transfers }),
  CHAT_NEVER_REPORTED: situation([assistant()], { ...late, policy: expectingChat }),
};

const REASONS: Why[] = Object.values(SITUATIONS).map((one) => judge(one).why);
const EACH = REASONS.flatMap((why) =>
  LOCALES.map((locale): [WhyCode, Locale, Why] => [why.code, locale, why]),
);

const numbersIn = (text: string): string[] => text.match(/\d+/g) ?? [];

describe('every reason has a situation that leads to it', () => {
  it.each(Object.entries(SITUATIONS))('%s', (code, one) => {
    expect(judge(one).why.code).toBe(code);
  });
});

describe('every reason is a sentence in every language', () => {
  it.each(EACH)('%s in %s: nothing is left open', (code, locale, why) => {
    const { headline, text, code: same } = explain(why, locale);
    expect(same).toBe(code);
    expect(headline).toMatch(/^\p{Lu}[^{}–.]+$/u);
    expect(text).toMatch(/^\p{Lu}[^{}–]+\.$/u);
  });

  it.each(EACH)('%s in %s: every number in the sentence is one of the facts', (_code, locale, why) => {
    const { headline, text, facts } = explain(why, locale);
    const longestFirst = facts.map(({ value }) => value).sort((a, b) => b.length - a.length);
    const left = longestFirst.reduce((rest, value) => rest.replaceAll(value, ''), text);
    expect(numbersIn(left)).toEqual([]);
    expect(numbersIn(headline)).toEqual([]);
  });

  it.each(REASONS.map((why): [WhyCode, Why] => [why.code, why]))(
    '%s: what its sentence shows is given, in the same words in every language',
    (_code, why) => {
      expect(why.facts.map(({ name }) => name)).toEqual(expect.arrayContaining(factsShown(why)));
      const sentences = LOCALES.map((locale) => shownIn(why, locale));
      for (const shown of sentences) expect(shown).toEqual(factsShown(why).sort());
    },
  );

  it('is the same sentence for the same reason and facts', () => {
    for (const [, locale, why] of EACH)
      expect(explain(why, locale)).toEqual(explain(structuredClone(why), locale));
  });

  it('names every fact in the language, with the instant where it is one', () => {
    const facts = FACT_NAMES.map((name): Fact => ({ name, value: name === 'legs' ? 2 : NOON }));
    const labels = LOCALES.map((locale) => explain({ code: 'CALL_IN_PROGRESS', facts }, locale).facts);
    for (const list of labels) {
      expect(new Set(list.map(({ label }) => label)).size).toBe(FACT_NAMES.length);
      expect(list.filter(({ at: instant }) => instant !== null).map(({ name }) => name)).toEqual([
        'lastActivityAt',
        'endedAt',
        'answeredAt',
        'expectedBy',
        'deadline',
        'bridgedAt',
      ]);
    }
  });

  it('reads, for example', () => {
    const sentence = (code: keyof typeof SITUATIONS, locale: Locale) =>
      explain(judge(SITUATIONS[code]).why, locale).text;
    expect(sentence('ALL_SEGMENTS_PRESENT', 'en')).toBe(
      'All 2 expected segments are present and line up; the call lasted 2m 0s.',
    );
    expect(sentence('SEGMENTS_MISALIGNED', 'en')).toBe(
      'All segments are present, but they do not fit together. The assistant joined 1m 5s after the answer. The assistant outlasted the dialer by 0m 20s. For 1m 5s of the answered call no one was on the other side.',
    );
    expect(sentence('WAITING_FOR_ASSISTANT', 'es')).toBe(
      'Aún falta el registro del asistente; se espera antes de 2026-09-14 12:10:00 UTC.',
    );
    expect(sentence('ASSISTANT_NEVER_STARTED', 'en')).toBe(
      'The dialer connected the call at 2026-09-14 12:00:00 UTC; the assistant system has reported everything up to its end at 2026-09-14 12:02:00 UTC and had no such call.',
    );
  });
});

describe('what is not known is not said', () => {
  const silent = { answeredAt: null, endedAt: null };
  const unstated = [{ id: 't', state: 'ENDED' as const, requestedAt: at(50) }];
  const outOfSight = [{ ...unstated[0], id: 't', observable: false }];
  const only = (code: WhyCode, text: string, one: StatusInput): [WhyCode, string, StatusInput] => [
    code,
    text,
    one,
  ];
  const UNKNOWN: [WhyCode, string, StatusInput][] = [
    only(
      'ALL_SEGMENTS_PRESENT',
      'All 2 expected segments are present and line up.',
      situation([ended('DIALER', 0, 120, { endedAt: null }), assistant()]),
    ),
    only(
      'ALL_SEGMENTS_PRESENT',
      'All 2 expected segments are present and line up.',
      situation([
        ended('DIALER', 0, 120, { startedAt: null, answeredAt: null }),
        ended('ASSISTANT', 2, 119, { startedAt: null, answeredAt: null }),
      ]),
    ),
    only(
      'ALL_SEGMENTS_PRESENT',
      'The only expected segment is present.',
      situation([ended('CHAT', 0, 60, { endedAt: null })], { channel: 'CHAT' }),
    ),
    only(
      'NEVER_ANSWERED',
      "The call ended without being answered; the dialer's record is whole and no one else was expected.",
      situation([ended('DIALER', null, 30, { endedAt: null })]),
    ),
    only(
      'HUMAN_NOT_OBSERVABLE',
      'The call was transferred to a party that no connected system can see; everything before it is present and lines up.',
      situation([dialer(), ended('ASSISTANT', 2, 60)], { transfers: outOfSight }),
    ),
    only(
      'ASSISTANT_NEVER_STARTED',
      'The dialer connected the call; the assistant system has reported everything up to its end and had no such call.',
      situation([ended('DIALER', 0, 120, silent)], { ...late, watermarks: { ASSISTANT: at(7_000) } }),
    ),
    only(
      'ASSISTANT_NOT_REPORTED_YET',
      'The dialer connected the call; no assistant record joined it by 2026-09-14 12:12:00 UTC, and the assistant system has not said that it has reported everything.',
      situation([ended('DIALER', 0, 120, { answeredAt: null })], late),
    ),
    only(
      'ASSISTANT_FAILED_TO_JOIN',
      'The dialer connected the call; the assistant reported that it could not join.',
      situation([ended('DIALER', 0, 120, silent), failed], late),
    ),
    only(
      'CANDIDATE_EXISTS',
      'The dialer connected the call; an assistant record that may belong to it was found, and a person has to confirm or dismiss it.',
      situation([ended('DIALER', 0, 120, silent)], { ...late, hasSuggestion: true }),
    ),
    only(
      'DIALER_NOT_SYNCED_YET',
      'The assistant reported a call that ended; the dialer has not yet reported everything up to its end, so its record may still come.',
      situation([ended('ASSISTANT', 2, 119, { endedAt: null })], late),
    ),
    only(
      'DIALER_NEVER_REPORTED',
      'The dialer had not reported the call in full by 2026-09-14 12:15:00 UTC.',
      situation([open('DIALER', null, 0)], late),
    ),
    only(
      'WAITING_FOR_HUMAN',
      "The human agent's record is still missing; it is expected by 2026-09-14 13:02:00 UTC.",
      situation([dialer(), assistant()], { transfers: unstated }),
    ),
    only(
      'HUMAN_NEVER_REPORTED',
      'No record of a human agent joined this interaction by 2026-09-14 13:02:00 UTC.',
      situation([dialer(), assistant()], { ...late, transfers: unstated }),
    ),
  ];

  it.each(UNKNOWN)('%s: %s', (code, text, one) => {
    const { why } = judge(one);
    expect([why.code, explain(why, 'en').text]).toEqual([code, text]);
    const { text: spanish } = explain(why, 'es');
    expect(spanish).toMatch(/^\p{Lu}[^{}[\]–]+\.$/u);
    expect(spanish).not.toMatch(/\s[,;.]|\s\s/);
    expect(numbersIn(spanish)).toEqual(numbersIn(text));
  });

  it.each<[string, Call, string, string]>([
    [
      'too early',
      ended('ASSISTANT', -6, 120),
      'The assistant joined 0m 6s before the answer.',
      'El asistente entró 0m 6s antes de la respuesta.',
    ],
    [
      'too long',
      ended('ASSISTANT', 0, 131),
      'The assistant outlasted the dialer by 0m 11s.',
      'El asistente siguió 0m 11s después del marcador.',
    ],
    [
      'gone too soon',
      ended('ASSISTANT', 0, 60),
      'For 1m 0s of the answered call no one was on the other side.',
      'Durante 1m 0s de la llamada atendida no hubo nadie al otro lado.',
    ],
  ])('of parts that do not fit, only the number at fault: %s', (_name, other, english, spanish) => {
    const { why } = judge(situation([dialer(), other]));
    expect(explain(why, 'en').text).toBe(
      `All segments are present, but they do not fit together. ${english}`,
    );
    expect(explain(why, 'es').text).toBe(`Todos los segmentos están presentes, pero no encajan. ${spanish}`);
    expect(why.facts).toHaveLength(1);
  });

  it('one segment is not "1 segments", in either language', () => {
    const { why } = judge(situation([ended('CHAT', 0, 60)], { channel: 'CHAT' }));
    expect(LOCALES.map((locale) => explain(why, locale).text)).toEqual([
      'The only expected segment is present; the call lasted 1m 0s.',
      'El único segmento esperado está presente; la llamada duró 1m 0s.',
    ]);
  });
});

describe('durations read as on the pages of the product', () => {
  it.each([
    [0, '0m 0s'],
    [1, '1ms'],
    [999, '999ms'],
    [1_000, '0m 1s'],
    [1_999, '0m 1s'],
    [59_999, '0m 59s'],
    [135_000, '2m 15s'],
    [HOUR - 1, '59m 59s'],
    [HOUR, '1h 0m 0s'],
    [25 * HOUR + 61_000, '25h 1m 1s'],
    [-400, '-400ms'],
    [-6_000, '-0m 6s'],
  ])('%s ms: %s', (ms, text) => {
    expect(printDuration(ms)).toBe(text);
  });

  it('says what it was to the second (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 500 * HOUR }), (ms) => {
        const [, hours = '0', minutes, seconds] = /^(?:(\d+)h )?(\d+)m (\d+)s$/.exec(printDuration(ms)) ?? [];
        expect(Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)).toBe(Math.floor(ms / 1_000));
      }),
    );
  });
});

/** The facts that a sentence really prints: each is given a value of its own, and looked for. */
function shownIn(why: Why, locale: Locale): string[] {
  const marked = why.facts.map(({ name }, place): Fact => ({ name, value: NOON + (place + 1) * 61_000 }));
  const { text, facts } = explain({ ...why, facts: marked }, locale);
  return facts
    .filter(({ value }) => text.includes(value))
    .map(({ name }) => name)
    .sort();
}
