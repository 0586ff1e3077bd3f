import { describe, expect, it } from '@jest/globals';
import type { Mark } from '../../src/domain/mark.js';
import { annotationsOf, legsToMark, markedFlags, markedTags } from '../../src/domain/mark.js';

let made = 0;
const mark = (fields: Partial<Mark>): Mark => {
  made += 1;
  return {
    id: `m${String(made).padStart(3, '0')}`,
    legId: 'leg-1',
    kind: 'FLAG',
    name: 'REVIEW',
    text: 'odd',
    isSet: true,
    by: 'key-1',
    at: 100,
    ...fields,
  };
};
const flagged = { code: 'REVIEW', reason: 'odd', by: 'PERSON', at: 100, setBy: 'key-1' };

describe("a person's review flag", () => {
  const ai = { code: 'ANOMALY', reason: 'long silence', by: 'AI' as const };

  it('stands beside those of records, and says who set it and when', () => {
    expect(markedFlags([ai], [mark({})])).toEqual([ai, flagged]);
  });
  it('takes the place of those with its code', () => {
    expect(markedFlags([ai, ai], [mark({ name: 'ANOMALY', text: 'seen' })])).toEqual([
      { ...flagged, code: 'ANOMALY', reason: 'seen' },
    ]);
  });
  it('is gone once a person took it away, and back when set again', () => {
    const away = mark({ isSet: false, at: 200 });
    expect(markedFlags([], [away, mark({})])).toEqual([]);
    expect(markedFlags([], [mark({ at: 300 }), away])).toEqual([{ ...flagged, at: 300 }]);
  });
  it('is taken away for good from those that a record or a rule keeps stating', () => {
    expect(markedFlags([ai], [mark({ name: 'ANOMALY', isSet: false })])).toEqual([]);
  });
  it('is that of the latest statement when merged legs say different things', () => {
    const marks = [
      mark({ legId: 'leg-2', text: 'second', at: 200 }),
      mark({ text: 'first' }),
      mark({ kind: 'TAG', at: 900 }),
    ];
    expect(markedFlags([], marks)).toEqual([{ ...flagged, reason: 'second', at: 200 }]);
  });
  it('is decided by the order of the ids when two come at once', () => {
    expect(markedFlags([], [mark({ id: 'z', text: 'later' }), mark({ id: 'a' })])).toEqual([
      { ...flagged, reason: 'later' },
    ]);
  });
});

describe("a person's tag", () => {
  const language = { name: 'Language', value: 'en' };

  it('stands among those of records by name, with who and when', () => {
    expect(markedTags([language], [mark({ kind: 'TAG', name: 'Issue', text: 'refund' })])).toEqual([
      { name: 'Issue', value: 'refund', setBy: 'key-1', setAt: 100 },
      language,
    ]);
  });
  it("outweighs a record's value, and takes it away", () => {
    const corrected = mark({ kind: 'TAG', name: 'Language', text: 'es' });
    expect(markedTags([language], [corrected])).toEqual([
      { name: 'Language', value: 'es', setBy: 'key-1', setAt: 100 },
    ]);
    expect(markedTags([language], [corrected, mark({ ...corrected, at: 200, isSet: false })])).toEqual([]);
  });
});

describe('annotations', () => {
  it('are shown in the order of writing until they are taken away', () => {
    const second = mark({ kind: 'ANNOTATION', name: 'a2', text: 'two', at: 200 });
    const first = mark({ kind: 'ANNOTATION', name: 'a1', text: 'one' });
    expect(annotationsOf([second, first])).toEqual([
      { id: 'a1', text: 'one', by: 'key-1', at: 100 },
      { id: 'a2', text: 'two', by: 'key-1', at: 200 },
    ]);
    expect(annotationsOf([second, mark({ ...first, at: 300, isSet: false }), first])).toEqual([
      { id: 'a2', text: 'two', by: 'key-1', at: 200 },
    ]);
  });
});

describe('the leg that carries a mark', () => {
  it('is the earliest when the thing was never said', () => {
    const other = [mark({ legId: 'leg-2', name: 'OTHER' }), mark({ legId: 'leg-2', kind: 'TAG' })];
    expect(legsToMark({ kind: 'FLAG', name: 'REVIEW' }, other, ['leg-1', 'leg-2'])).toEqual(['leg-1']);
  });
  it('is every leg on which it was said, so that parting them brings nothing back', () => {
    const said = [mark({ legId: 'leg-2' }), mark({ legId: 'leg-3' }), mark({ legId: 'leg-2' })];
    expect(legsToMark({ kind: 'FLAG', name: 'REVIEW' }, said, ['leg-1', 'leg-2', 'leg-3'])).toEqual([
      'leg-2',
      'leg-3',
    ]);
  });
});
