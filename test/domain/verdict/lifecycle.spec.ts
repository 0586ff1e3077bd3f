import { describe, expect, it } from '@jest/globals';
import type { StartState } from '../../../src/domain/verdict/lifecycle.js';
import { ANALYSIS_LIMITS, decideStalled, decideStart } from '../../../src/domain/verdict/lifecycle.js';

const NOW = 1_000_000_000;
const latest = (status: 'PROGRESSING' | 'COMPLETED' | 'FAILED', ago = 0) => ({
  id: 'a',
  status,
  updatedAt: NOW - ago,
});
const EXISTING = { kind: 'EXISTING', id: 'a' };

describe('a request to analyse', () => {
  it.each<[what: string, state: Partial<StartState>, decision: object]>([
    ['an ended interaction begins one', {}, { kind: 'START' }],
    ['one that goes on is refused', { endedAt: null }, { kind: 'REFUSED', code: 'CONFLICT' }],
    ['one that was analysed finds that', { latest: latest('COMPLETED', 1e6) }, EXISTING],
    ['one whose analysis failed finds that', { latest: latest('FAILED', 1e6) }, EXISTING],
    ['one that is being analysed finds that', { latest: latest('PROGRESSING') }, EXISTING],
    [
      'one that is being analysed is refused when it asks anew: the one that runs is not what it asks for',
      { latest: latest('PROGRESSING', 1e6), reanalyze: true },
      {
        kind: 'REFUSED',
        code: 'RATE_LIMITED',
        field: 'reanalyze',
        message: 'It is being analysed now; ask again 60 s after that has ended.',
      },
    ],
    [
      'one that was analysed, and goes on again, finds that',
      { latest: latest('COMPLETED', 1e6), endedAt: null },
      EXISTING,
    ],
    [
      'anew within a minute is refused',
      { latest: latest('COMPLETED', 59_999), reanalyze: true },
      { kind: 'REFUSED', code: 'RATE_LIMITED', message: 'It was analysed just now; ask again in 1 s.' },
    ],
    [
      'anew after a minute begins one',
      { latest: latest('COMPLETED', 60_000), reanalyze: true },
      { kind: 'START' },
    ],
    [
      'anew after a failure waits as long',
      { latest: latest('FAILED', 1), reanalyze: true },
      { code: 'RATE_LIMITED' },
    ],
    ['one too many at a time is refused', { running: 20 }, { kind: 'REFUSED', code: 'RATE_LIMITED' }],
    ['the twentieth begins', { running: 19 }, { kind: 'START' }],
    [
      'one that was analysed is found however many run',
      { running: 20, latest: latest('COMPLETED') },
      EXISTING,
    ],
  ])('of %s', (_, state, decision) => {
    const base: StartState = { endedAt: NOW - 5, latest: null, running: 0, reanalyze: false };
    expect(decideStart({ ...base, ...state }, NOW)).toMatchObject(decision);
  });
});

describe('an analysis that nobody is at any more', () => {
  it.each([
    [
      { attempt: 1, deadlineAt: NOW + 1 },
      { kind: 'RETRY', attempt: 2 },
    ],
    [
      { attempt: 2, deadlineAt: NOW + 1 },
      { kind: 'RETRY', attempt: 3 },
    ],
    [
      { attempt: 3, deadlineAt: NOW + 1 },
      { kind: 'FAIL', failure: 'INTERRUPTED' },
    ],
    [
      { attempt: 1, deadlineAt: NOW },
      { kind: 'FAIL', failure: 'TIME_LIMIT' },
    ],
  ])('in the state %j is decided so: %j', (stalled, decision) => {
    expect(decideStalled(stalled, NOW)).toEqual(decision);
  });

  it('is always decided within the time limit', () => {
    const { attempts, pickUp, lease, timeLimit } = ANALYSIS_LIMITS;
    expect(attempts * Math.max(pickUp, lease)).toBeLessThan(timeLimit);
  });
});
