import { describe, expect, it } from '@jest/globals';
import { hintsOf, isErased, madeNames } from '../../src/domain/erasure.js';
import type { NeutralRecord } from '../../src/domain/record.js';

const record = (extra: Partial<NeutralRecord>): NeutralRecord => ({
  externalId: 'a',
  occurredAt: 0,
  role: 'HUMAN',
  ...extra,
});

describe('what a record says that it was made of', () => {
  it.each<[what: string, extra: Partial<NeutralRecord>, names: string[]]>([
    [
      'a transcription, by its tag',
      { tags: { reference_type: 'Transcribe', reference_id: 'c1' } },
      ['made-of/c1'],
    ],
    [
      'a recording, as its reference',
      { tags: { reference_type: 'RECORDING' }, reference: 'c1' },
      ['made-of/c1'],
    ],
    [
      'its tag before its reference',
      { tags: { reference_type: 'RECORDING', reference_id: 'c1' }, reference: 'order' },
      ['made-of/c1'],
    ],
    ['a tag without a type', { tags: { reference_id: 'c1' } }, ['made-of/c1']],
    ['of a call nothing', { tags: { reference_type: 'CALL', reference_id: 'c1' } }, []],
    ['of an order nothing', { reference: 'ORD-17' }, []],
    ['of an empty tag nothing', { tags: { reference_type: 'RECORDING', reference_id: '' } }, []],
    ['of no tags nothing', { tags: null }, []],
  ])('%s', (_what, extra, names) => {
    expect(madeNames(record(extra))).toEqual(names);
  });
});

describe('a name in the ledger', () => {
  it.each([
    ['without a bound holds always', null, 9e15, true],
    ['holds for what began by then', 10, 10, true],
    ['does not hold for what began later', 10, 11, false],
  ])('%s', (_what, until, began, erased) => {
    expect(isErased(['n'], began, new Map([['n', until]]))).toBe(erased);
    expect(isErased(['other'], began, new Map([['n', until]]))).toBe(false);
  });
});

describe('what an unreadable body may be recognised by', () => {
  it('is each word, key and the earliest time of JSON, however deep', () => {
    const body = JSON.stringify({
      keys: [{ namespace: 'X-Interaction-Id', value: ' k1 ' }],
      nested: [[{ number: 12025550123, when: '2026-09-14T15:04:05.000Z', flag: true, none: null }]],
      startedAt: '2026-09-14T15:00:00.000Z',
    });
    const { words, keys, began } = hintsOf(body);
    expect(keys).toEqual([{ namespace: 'interaction_id', value: 'k1' }]);
    expect(words.sort()).toEqual([
      '12025550123',
      '2026-09-14T15:00:00.000Z',
      '2026-09-14T15:04:05.000Z',
      'X-Interaction-Id',
      'k1',
    ]);
    expect(began).toBe(Date.parse('2026-09-14T15:00:00.000Z'));
  });

  it('is each part of a form', () => {
    const { words, began } = hintsOf('CallSid=CA1&From=%2B12025550123&Name=Jane+Spotted');
    expect(words).toEqual(expect.arrayContaining(['CA1', '+12025550123', 'Jane', 'Spotted']));
    expect(began).toBeNull();
  });

  it('is found in a body of any depth and size, in bounded number', () => {
    expect(hintsOf(`${'['.repeat(50_000)}"deep"${']'.repeat(50_000)}`).words).toEqual(['deep']);
    expect(hintsOf(JSON.stringify(Array.from({ length: 9_000 }, (_, n) => `w${n}`))).words).toHaveLength(
      2_000,
    );
    expect(hintsOf('%E0%A4%A').words).toEqual(['%E0%A4%A']);
  });
});
