import { describe, expect, test } from '@jest/globals';
import type { Party, RecordedCall } from '../../src/domain/presentation.js';
import {
  bannersOf,
  callDuration,
  latencyOf,
  latencyTrace,
  originOf,
  placeRecording,
  recordingOffset,
  SLOW_MODEL_AFTER_MS,
  timedTurn,
} from '../../src/domain/presentation.js';
import type { RecordRecording, Transfer } from '../../src/domain/record.js';

const T0 = Date.parse('2026-03-02T12:00:00.000Z');

const call = (fields: Partial<RecordedCall> = {}): RecordedCall => ({
  id: 'c1',
  sourceId: 's1',
  externalId: 'x1',
  role: 'ASSISTANT',
  direction: null,
  state: 'TERMINAL',
  queuedAt: null,
  ringAt: null,
  answeredAt: null,
  startedAt: T0,
  endedAt: T0 + 60_000,
  firstEventAt: T0,
  lastEventAt: T0,
  recording: null,
  ...fields,
});

describe('the average latency of a call', () => {
  const none = { sttMs: null, llmMs: null, ragMs: null, toolMs: null, ttsMs: null, totalMs: null };

  test('is what its source states, and else the average of the turns that say it', () => {
    const turns = [{ turn: 1, llmMs: 400, sttMs: 100 }, { turn: 2, llmMs: 501, ttsMs: null }, { turn: 3 }];
    expect(latencyOf({ latency: { sttMs: 90 }, turns })).toEqual({ ...none, sttMs: 90, llmMs: 451 });
  });

  test('follows from the instants of a turn where no time is stated', () => {
    const instants = {
      sttFinalAt: T0,
      llmRequestAt: T0 + 10,
      llmFirstTokenAt: T0 + 410,
      ttsStartAt: T0 + 900,
    };
    expect(timedTurn({ turn: 1, ...instants })).toEqual({ turn: 1, ...instants, llmMs: 400, totalMs: 900 });
    expect(timedTurn({ turn: 1, ...instants, llmMs: 7, totalMs: 8 })).toMatchObject({ llmMs: 7, totalMs: 8 });
    expect(timedTurn({ turn: 1, llmRequestAt: T0 + 10, llmFirstTokenAt: T0 })).toMatchObject({
      llmMs: 0,
      totalMs: null,
    });
    const turns = [
      { turn: 1, ...instants },
      { turn: 2, totalMs: 1_100 },
    ];
    expect(latencyOf({ latency: null, turns })).toEqual({ ...none, llmMs: 400, totalMs: 1_000 });
  });

  test('of tools and the knowledge base is the average of those that say how long they took, when no turn does', () => {
    const parts = {
      toolCalls: [{ durationMs: 1_250 }, { durationMs: null }, {}, { durationMs: 801 }],
      knowledgeSearches: [{ latency: { totalMs: 95 } }, { latency: null }, { latency: { searchMs: 1 } }],
    };
    const call = { latency: null, turns: [] };
    expect(latencyOf(call, parts)).toEqual({ ...none, toolMs: 1_026, ragMs: 95 });
    const turns = [{ turn: 1, toolMs: 40 }, { turn: 2 }];
    expect(latencyOf({ latency: null, turns }, parts)).toEqual({ ...none, toolMs: 40, ragMs: 95 });
    const latency = { toolMs: 7, ragMs: 0 };
    expect(latencyOf({ latency, turns }, parts)).toEqual({ ...none, toolMs: 7, ragMs: 0 });
    expect(latencyOf(call, { toolCalls: [{}], knowledgeSearches: [{}] })).toEqual(none);
  });

  test('is null without inputs, and zero only when it was zero', () => {
    expect(latencyOf({ latency: null, turns: [] })).toEqual(none);
    expect(latencyOf({ latency: { ragMs: 0 }, turns: [{ turn: 1, ragMs: 8, toolMs: 0 }] })).toEqual({
      ...none,
      ragMs: 0,
      toolMs: 0,
    });
  });
});

describe('the latency trace', () => {
  const asked = { turn: 1, llmRequestAt: T0 };

  test('has a row for each turn that gives an instant', () => {
    const rows = latencyTrace([
      { turn: 1, sttMs: 5 },
      { turn: 2, ttsStartAt: T0 },
    ]);
    expect(rows.map((row) => [row.turn, row.ttsStartAt, row.firstTokenMs, row.hint])).toEqual([
      [2, T0, null, null],
    ]);
  });

  test.each([
    [SLOW_MODEL_AFTER_MS, null],
    [SLOW_MODEL_AFTER_MS + 1, 'SLOW_MODEL'],
  ])('hints at the model only when its first token took longer than 1,500 ms: %d', (ms, hint) => {
    expect(latencyTrace([{ ...asked, llmFirstTokenAt: T0 + ms }])).toMatchObject([
      { firstTokenMs: ms, hint },
    ]);
  });

  test('never shows a negative time, even if a source mixes its clocks', () => {
    expect(latencyTrace([{ ...asked, llmFirstTokenAt: T0 - 5 }])).toMatchObject([
      { firstTokenMs: 0, hint: null },
    ]);
  });
});

describe('a recording', () => {
  const placed = (fields: Parameters<typeof call>[0]) => placeRecording(call(fields), null, T0);

  test('is none when its source said nothing of one', () => {
    expect(placed({})).toBeNull();
  });

  test.each([
    ['as stated', { startedAt: T0 + 7 }, { answeredAt: T0 + 3 }, 7],
    ['else with the answer', {}, { answeredAt: T0 + 3 }, 3],
  ])('begins %s', (_what, recording, fields, offsetMs) => {
    expect(placed({ ...fields, recording })).toMatchObject({ offsetMs, startedAt: T0 + offsetMs });
  });

  test('has no place when neither its start nor an answer is known', () => {
    expect(placed({ recording: { url: 'u' } })).toMatchObject({ offsetMs: null, startedAt: null });
  });

  test('may begin before the interaction, by the clock of its source', () => {
    expect(placed({ recording: { startedAt: T0 - 40 } })?.offsetMs).toBe(-40);
  });

  test('is available when it has an address, unless its source says otherwise', () => {
    expect(placed({ recording: { url: 'u' } })).toMatchObject({ state: 'AVAILABLE', url: 'u' });
    expect(placed({ recording: { reason: 'too short' } })).toMatchObject({
      state: 'NONE',
      reason: 'too short',
    });
    expect(placed({ recording: { url: 'u', state: 'PENDING' } })).toMatchObject({
      state: 'PENDING',
      url: null,
    });
  });

  test('is told as it is kept here, once it is', () => {
    const copy = { contentType: 'audio/wav', bytes: 44, fetchedAt: T0 + 9, expiresAt: null };
    const kept = {
      state: 'AVAILABLE',
      reason: null,
      url: 'u',
      storageKey: 'k',
      durationMs: 5,
      ...copy,
    } as const;
    const stated = call({ recording: { url: 'u', state: 'PENDING', startedAt: T0 } });
    expect(placeRecording(stated, kept, T0)).toEqual({
      callId: 'c1',
      url: null,
      format: null,
      startedAt: T0,
      durationMs: 5,
      offsetMs: 0,
      state: 'AVAILABLE',
      reason: null,
      isKept: true,
      ...copy,
    });
    const failed = { ...kept, state: 'FAILED', reason: 'gone', storageKey: null, durationMs: null } as const;
    expect(placeRecording(stated, failed, T0)).toMatchObject({ state: 'FAILED', reason: 'gone', url: null });
  });

  const recording = (id: string, stated: RecordRecording) =>
    [placeRecording(call({ id, recording: stated }), null, 0)].filter((one) => one !== null);
  const own = recording('own', { url: 'own', startedAt: T0 + 1_000, durationMs: 10_000 });
  const other = recording('other', { url: 'other', startedAt: T0, durationMs: 60_000 });

  test('is jumped into at the moment of an entry, that of its own call first', () => {
    expect(recordingOffset(T0 + 5_000, 'own', [...other, ...own])).toBe(4_000);
  });

  test('of another leg serves when the own call has none, or none at that moment', () => {
    expect(recordingOffset(T0 + 5_000, 'third', [...own, ...other])).toBe(5_000);
    expect(recordingOffset(T0 + 30_000, 'own', [...own, ...other])).toBe(30_000);
  });

  test('is not jumped into outside its length, without a known start, or when it cannot be played', () => {
    expect(recordingOffset(T0 + 90_000, 'own', [...own, ...other])).toBeNull();
    expect(recordingOffset(T0 - 1, 'own', [...own, ...other])).toBeNull();
    for (const state of ['NONE', 'PENDING', 'FAILED', 'EXPIRED'] as const)
      expect(recordingOffset(T0, 'c1', recording('c1', { url: 'u', startedAt: T0, state }))).toBeNull();
    expect(recordingOffset(T0, 'c1', recording('c1', { url: 'u' }))).toBeNull();
    expect(recordingOffset(T0 + 9e9, 'c1', recording('c1', { url: 'live', startedAt: T0 }))).toBe(9e9);
  });
});

describe('banners', () => {
  const bot: Party = { id: 'bot', role: 'ASSISTANT', startedAt: T0, answeredAt: T0 };
  const dialer: Party = { id: 'dialer', role: 'DIALER', startedAt: T0 - 5, answeredAt: T0 };
  const human: Party = { id: 'human', role: 'HUMAN', startedAt: T0 + 60_000, answeredAt: T0 + 70_000 };
  const transfer: Transfer = { id: 'x', target: '+1', requestedAt: T0 + 1, bridgedAt: T0 + 2 };
  const kinds = (...args: Parameters<typeof bannersOf>) => bannersOf(...args).map((banner) => banner.kind);

  test.each([
    ['connected', { state: 'BRIDGED' }, { kind: 'TRANSFERRED', target: '+1', at: T0 + 2 }],
    ['connected and over', { state: 'ENDED' }, { kind: 'TRANSFERRED', at: T0 + 2 }],
    [
      'connected and over, at times nobody told',
      { state: 'ENDED', bridgedAt: null },
      { kind: 'TRANSFERRED', target: '+1', at: null, reason: null },
    ],
    [
      'was called off',
      { state: 'CANCELLED', bridgedAt: null, endedAt: T0 + 9 },
      { kind: 'TRANSFER_FAILED', target: '+1', reason: 'cancelled', at: T0 + 9 },
    ],
    [
      'connected at a time nobody told',
      { state: 'BRIDGED', bridgedAt: null },
      { kind: 'TRANSFERRED', at: null },
    ],
    [
      'failed',
      { state: 'FAILED', bridgedAt: null, failureReason: 'busy' },
      { kind: 'TRANSFER_FAILED', reason: 'busy', at: T0 + 1 },
    ],
  ] as const)('tell of a transfer that %s', (_what, fields, banner) => {
    expect(bannersOf([{ ...transfer, ...fields }], [bot], null)).toEqual([expect.objectContaining(banner)]);
  });

  test.each(['REQUESTED', 'RINGING'] as const)('say nothing of a transfer that is only %s', (state) => {
    expect(bannersOf([{ ...transfer, state, bridgedAt: null }], [bot], null)).toEqual([]);
  });

  test('confirm that a human agent took over from the bot, on every page but its own', () => {
    expect(bannersOf([], [dialer, bot, human], null)).toEqual([
      expect.objectContaining({ kind: 'HANDED_TO_HUMAN', at: human.answeredAt }),
    ]);
    expect(kinds([], [dialer, bot, human], bot)).toEqual(['HANDED_TO_HUMAN']);
    expect(kinds([], [dialer, human], null)).toEqual([]);
    expect(kinds([], [dialer, bot], bot)).toEqual([]);
  });

  test('do not say so of a human who never answered, nor before the answer', () => {
    const missed = { ...human, answeredAt: null };
    const failed: Transfer = { ...transfer, state: 'FAILED', bridgedAt: null, failureReason: 'no-answer' };
    expect(kinds([failed], [dialer, bot, missed], null)).toEqual(['TRANSFER_FAILED']);
    const warm: Transfer = { ...transfer, kind: 'WARM', state: 'BRIDGED', bridgedAt: T0 + 65_000 };
    expect(kinds([warm], [dialer, bot, missed], null)).toEqual(['TRANSFERRED']);
    expect(bannersOf([warm], [dialer, bot, human], null).map(({ kind, at }) => [kind, at])).toEqual([
      ['TRANSFERRED', T0 + 65_000],
      ['HANDED_TO_HUMAN', T0 + 70_000],
    ]);
  });

  test.each<[Transfer['kind'], boolean]>([
    ['WARM', true],
    ['ATTENDED', true],
    ['BLIND', false],
    [null, false],
  ])('of a %s transfer that no desk tells of: handed to a human is %s', (kind, expected) => {
    const bridged: Transfer = { ...transfer, kind, state: 'BRIDGED' };
    expect(kinds([bridged], [dialer, bot], bot)).toEqual([
      'TRANSFERRED',
      ...(expected ? ['HANDED_TO_HUMAN'] : []),
    ]);
  });

  test('say so of a call that somebody took over, at that moment', () => {
    expect(bannersOf([], [dialer, bot], bot, [T0 + 9_000, T0 + 20_000])).toEqual([
      { kind: 'HANDED_TO_HUMAN', target: null, at: T0 + 9_000, reason: null, originCallId: null },
    ]);
  });

  test('tell of a hand-over that is only derived by the human who answered, not by a transfer to nowhere', () => {
    const derived = { id: 'd', state: 'BRIDGED' as const, bridgedAt: T0 + 70_000, isDerived: true };
    expect(kinds([derived], [dialer, bot, human], null)).toEqual(['HANDED_TO_HUMAN']);
  });

  test('lead from the human call back to the one of the bot', () => {
    expect(bannersOf([], [dialer, bot, human], human)).toEqual([
      expect.objectContaining({ kind: 'FROM_BOT_CALL', originCallId: 'bot', at: human.startedAt }),
    ]);
    expect(
      originOf(human, [
        bot,
        { ...bot, id: 'later', startedAt: T0 + 30_000 },
        { ...bot, id: 'after', startedAt: T0 + 90_000 },
      ]),
    ).toBe('later');
    expect([originOf(bot, [bot, human]), originOf(human, [dialer, human])]).toEqual([null, null]);
    expect(kinds([], [dialer, human], human)).toEqual([]);
  });

  test('stand in order of time', () => {
    const late: Transfer = { ...transfer, state: 'BRIDGED', bridgedAt: T0 + 90_000 };
    const early: Transfer = { ...transfer, state: 'FAILED', bridgedAt: null };
    expect(kinds([late, early], [bot, human], bot)).toEqual([
      'TRANSFER_FAILED',
      'HANDED_TO_HUMAN',
      'TRANSFERRED',
    ]);
  });
});

describe('the rest of a page', () => {
  test('counts a call from its first sign to its end', () => {
    expect(callDuration(call({ startedAt: null, ringAt: T0 - 2_000 }))).toBe(62_000);
    expect(callDuration(call({ endedAt: null }))).toBeNull();
    expect(callDuration(call({ endedAt: T0 - 1 }))).toBe(0);
  });
});
