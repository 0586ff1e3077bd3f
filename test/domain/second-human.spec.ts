import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { reachedHumans } from '../../src/domain/expected-humans.js';
import { project } from '../../src/domain/interaction.js';
import type { Surroundings } from '../../src/domain/interaction.js';
import type { Transfer } from '../../src/domain/record.js';
import { HOUR, at, ended, open, surroundings } from '../support/calls.js';

const transfer = (id: string, bridged: number, fields: Partial<Transfer> = {}): Transfer => ({
  id,
  state: 'BRIDGED',
  bridgedAt: at(bridged),
  ...fields,
});
const human = (from: number, to: number, id = 'h1', fields: Partial<Call> = {}): Call =>
  ended('HUMAN', from, to, { id, externalId: id, ...fields });
const first = transfer('t1', 60);
const second = transfer('t2', 200);
const WARM = { kind: 'WARM' } as const;

describe('each bridged transfer expects a human leg of its own after it (R21)', () => {
  it.each<[string, Transfer[], Call[], string[]]>([
    ['none came', [first], [], ['t1']],
    ['one came', [first], [human(60, 200)], []],
    ['one of two came, after the first', [first, second], [human(60, 200)], ['t2']],
    ['one of two came, after the second', [first, second], [human(200, 300)], ['t1']],
    ['who came first is still there', [first, second], [human(60, 300)], ['t2']],
    ['both came', [first, second], [human(60, 200), human(200, 300, 'h2')], []],
    ['who was there before was asked for nothing', [first], [human(0, 300)], ['t1']],
    ['who was there before has left', [first], [human(0, 50)], ['t1']],
    ['who left 30 s before, by another clock', [first], [human(40, 30)], []],
    ['who left earlier', [first], [human(40, 29.999)], ['t1']],
    ['who began 30 s before, by another clock', [first], [human(30, 200)], []],
    ['who began earlier', [first], [human(29.999, 200)], ['t1']],
    [
      'who was rung when the transfer was asked for',
      [{ ...first, requestedAt: at(5) }],
      [human(10, 200)],
      [],
    ],
    ['who was consulted, nothing says for how long', [{ ...first, ...WARM }], [human(-300, 200)], []],
    ['who was consulted does not count twice', [first, { ...second, ...WARM }], [human(60, 200)], ['t2']],
    ['a blind transfer consults nobody', [{ ...first, kind: 'BLIND' }], [human(10, 200)], ['t1']],
    ['a transfer without times', [{ id: 't1', state: 'ENDED' }], [human(0, 10)], []],
    [
      'a leg that does not say when it began',
      [first],
      [human(0, 200, 'h1', { startedAt: null, answeredAt: null })],
      [],
    ],
    ['a leg that goes on', [first], [open('HUMAN', 60, 61)], []],
  ])('%s', (_name, transfers, legs, unreached) => {
    const ids = (all: Transfer[], some: Call[]) => reachedHumans(all, some).unreached.map(({ id }) => id);
    expect(ids(transfers, legs)).toEqual(unreached);
    expect(ids([...transfers].reverse(), [...legs].reverse())).toEqual(unreached);
  });

  it('no leg counts for two, and none is left while a transfer could have it (property)', () => {
    const seconds = fc.integer({ min: 0, max: 300 });
    const some = fc.array(seconds, { maxLength: 5 });
    fc.assert(
      fc.property(some, some, (bridges, starts) => {
        const transfers = bridges.map((bridge, place) => transfer(`t${place}`, bridge));
        const legs = starts.map((start, place) => human(start, 1_000, `h${place}`));
        const { unreached, spare } = reachedHumans(transfers, legs);
        expect(transfers.length - unreached.length).toBe(legs.length - spare.length);
        for (const { bridgedAt } of unreached)
          expect(spare.filter((leg) => (leg.startedAt ?? 0) >= (bridgedAt ?? 0))).toEqual([]);
      }),
    );
  });
});

describe('a second bridged transfer', () => {
  const dialer = (end: number) => ended('DIALER', 0, end);
  const assistant = ended('ASSISTANT', 1, 60, { transfers: [first] });
  const desk = (transfers: Transfer[]) => human(60, 200, 'h1', { transfers });
  const seen = (calls: Call[], fields: Partial<Surroundings> = {}) =>
    project(calls, surroundings({ now: at(305), ...fields })).interaction;

  it.each([220, 300])('waits for its own human, though one is there: dialer until %s s', (end) => {
    const deadline = at(end) + HOUR;
    const calls = [dialer(end), assistant, desk([second])];
    expect(seen(calls)).toMatchObject({
      status: 'PARTIAL',
      expectedBy: deadline,
      why: {
        code: 'WAITING_FOR_HUMAN',
        facts: [
          { name: 'bridgedAt', value: at(200) },
          { name: 'expectedBy', value: deadline },
        ],
      },
    });
    expect(seen(calls, { now: deadline })).toMatchObject({
      status: 'DROPPED',
      dropStage: 'UNSPECIFIED',
      dropDetail: 'HUMAN_NEVER_REPORTED',
      isProvisional: false,
      why: {
        facts: [
          { name: 'bridgedAt', value: at(200) },
          { name: 'deadline', value: deadline },
        ],
      },
    });
    const states = (now: number) =>
      seen(calls, { now }).segments.map(({ role, legId, state }) => [role, legId, state]);
    const bars = [
      ['DIALER', 'dialer', 'PRESENT'],
      ['ASSISTANT', 'assistant', 'PRESENT'],
      ['HUMAN', 'h1', 'PRESENT'],
    ];
    expect(states(at(305))).toEqual([...bars, ['HUMAN', null, 'EXPECTED']]);
    expect(states(deadline)).toEqual([...bars, ['HUMAN', null, 'MISSING']]);
  });

  it('is complete when its human comes', () => {
    expect(seen([dialer(300), assistant, desk([second]), human(201, 300, 'h2')])).toMatchObject({
      status: 'COMPLETE',
      why: {
        facts: [
          { name: 'legs', value: 4 },
          { name: 'durationMs', value: 300_000 },
        ],
      },
    });
  });

  it('that nobody can see completes it up to there, whoever came after the first', () => {
    const unseen = { ...second, observable: false };
    expect(seen([dialer(300), assistant, desk([unseen])])).toMatchObject({
      status: 'COMPLETE',
      why: { code: 'HUMAN_NOT_OBSERVABLE', facts: [{ name: 'bridgedAt', value: at(200) }] },
    });
    expect(seen([dialer(300), assistant, desk([unseen])], { seesHumans: true }).status).toBe('PARTIAL');
  });

  it('when neither human came, each is missing, with a deadline from the end of its own transfer', () => {
    const over = { ...first, state: 'ENDED' as const, endedAt: at(150) };
    const calls = [dialer(300), { ...assistant, transfers: [over, second] }];
    const states = (now: number) =>
      seen(calls, { now })
        .segments.slice(2)
        .map(({ state }) => state);
    expect(seen(calls)).toMatchObject({ status: 'PARTIAL', expectedBy: at(150) + HOUR });
    expect(states(at(305))).toEqual(['EXPECTED', 'EXPECTED']);
    expect(seen(calls, { now: at(150) + HOUR })).toMatchObject({
      status: 'DROPPED',
      isProvisional: true,
      expectedBy: at(300) + HOUR,
      why: {
        facts: [
          { name: 'bridgedAt', value: at(60) },
          { name: 'deadline', value: at(150) + HOUR },
        ],
      },
    });
    expect(states(at(150) + HOUR)).toEqual(['MISSING', 'EXPECTED']);
    expect(seen(calls, { now: at(300) + HOUR })).toMatchObject({
      status: 'DROPPED',
      isProvisional: false,
      expectedBy: null,
    });
    expect(states(at(300) + HOUR)).toEqual(['MISSING', 'MISSING']);
  });
});
