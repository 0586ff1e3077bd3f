import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/domain/call.js';
import { project } from '../../src/domain/interaction.js';
import type { Transfer } from '../../src/domain/record.js';
import { at, call, ended, surroundings } from '../support/calls.js';

const dialer = ended('DIALER', 0, 300);
const bot = (fields: Partial<Call> = {}) => ended('ASSISTANT', 2, 140, fields);
/** Rings a minute before it is answered. */
const human = (answer = 141, fields: Partial<Call> = {}) =>
  ended('HUMAN', answer, 299, { startedAt: at(answer - 60), ...fields });
const missed = ended('HUMAN', null, 160, { startedAt: at(130) });
const interaction = (...calls: Call[]) => project(calls, surroundings({ seesHumans: true })).interaction;

describe('a human who answers in a call that an assistant had', () => {
  it('has been handed the call, also when nobody tells of a transfer: the numbers agree', () => {
    const { outcome, transfers, stages, status } = interaction(dialer, bot(), human());
    expect([outcome, status]).toEqual(['TRANSFERRED', 'COMPLETE']);
    expect(transfers).toEqual([
      { id: 'derived/human', legId: 'human', state: 'BRIDGED', bridgedAt: at(141), isDerived: true },
    ]);
    expect([stages.at.TRANSFER_REQUESTED, stages.at.TRANSFER_BRIDGED, stages.at.HUMAN_CONNECTED]).toEqual([
      at(141),
      at(141),
      at(141),
    ]);
    expect(stages.settled).toEqual(
      expect.arrayContaining(['TRANSFER_REQUESTED', 'TRANSFER_BRIDGED', 'HUMAN_CONNECTED']),
    );
  });

  it('shows one transfer, by the first who answered, whatever the order of the calls', () => {
    const second = human(200, { id: 'h2', externalId: 'h2' });
    for (const calls of [
      [dialer, bot(), human(), second],
      [second, human(), bot(), dialer],
    ])
      expect(interaction(...calls).transfers.map(({ id, bridgedAt }) => [id, bridgedAt])).toEqual([
        ['derived/human', at(141)],
      ]);
  });

  it('shows that a transfer was bridged of which only the request, or a failed try, is told', () => {
    for (const state of ['REQUESTED', 'FAILED'] as const) {
      const asked: Transfer = { id: 't', state, requestedAt: at(120) };
      const { outcome, transfers, stages } = interaction(dialer, bot({ transfers: [asked] }), human());
      expect([outcome, transfers.map(({ id }) => id)]).toEqual(['TRANSFERRED', ['t', 'derived/human']]);
      expect([stages.at.TRANSFER_REQUESTED, stages.at.TRANSFER_BRIDGED]).toEqual([at(120), at(141)]);
    }
  });

  it.each<[what: string, calls: Call[], outcome: string]>([
    ['a human who never answered', [dialer, bot(), missed], 'COMPLETED'],
    ['a human who answered without an assistant', [dialer, human()], 'COMPLETED'],
    ['a human who had the call before the assistant joined', [dialer, bot(), human(1)], 'COMPLETED'],
    [
      'a human who came because the assistant could not join',
      [dialer, call('ASSISTANT', { status: 'FAILED', state: 'TERMINAL' }), human()],
      'COMPLETED',
    ],
  ])('is told from %s', (_what, calls, outcome) => {
    const found = interaction(...calls);
    expect([found.outcome, found.transfers, found.stages.at.TRANSFER_BRIDGED]).toEqual([outcome, [], null]);
  });

  it('adds nothing to a transfer that is told', () => {
    const told: Transfer = { id: 't', state: 'BRIDGED', requestedAt: at(120), bridgedAt: at(138) };
    const { transfers } = interaction(dialer, bot({ transfers: [told] }), human());
    expect(transfers).toEqual([{ ...told, legId: 'assistant' }]);
  });
});

describe('the place of a leg that is still missing', () => {
  const placeholder = (...calls: Call[]) => {
    const { segments } = project(calls, surroundings({ seesHumans: true, now: at(310) })).interaction;
    return segments.find(({ legId }) => legId === null);
  };

  it('begins with the bridge for a human, and says until when the record may come', () => {
    const bridged: Transfer = { id: 't', state: 'BRIDGED', requestedAt: at(120), bridgedAt: at(150) };
    expect(placeholder(dialer, bot({ transfers: [bridged] }))).toMatchObject({
      role: 'HUMAN',
      state: 'EXPECTED',
      startedAt: at(150),
      endedAt: null,
      offsetMs: 150_000,
      durationMs: null,
      offsetPercent: 50,
      widthPercent: 50,
      expectedBy: at(300 + 3_600),
    });
  });

  it("begins with the dialer's answer for an assistant, until the deadline of its record", () => {
    const rang = ended('DIALER', 60, 300, { startedAt: at(0) });
    const { segments, expectedBy } = project([rang], surroundings({ now: at(310) })).interaction;
    expect(segments[1]).toMatchObject({
      role: 'ASSISTANT',
      state: 'EXPECTED',
      startedAt: at(60),
      offsetPercent: 20,
      widthPercent: 80,
      expectedBy,
    });
  });

  it('is the whole row for a dialer, of which nothing tells when it began', () => {
    expect(placeholder(bot())).toMatchObject({
      role: 'DIALER',
      startedAt: null,
      offsetMs: null,
      offsetPercent: 0,
      widthPercent: 100,
    });
  });

  it('is none of a leg that is there', () => {
    const { segments } = interaction(dialer, bot());
    expect(segments.map(({ role, answeredAt, expectedBy }) => [role, answeredAt, expectedBy])).toEqual([
      ['DIALER', at(0), null],
      ['ASSISTANT', at(2), null],
    ]);
  });
});
