import { describe, expect, it } from '@jest/globals';
import type { Selection } from '../../../src/app/recordings/byte-range.js';
import { selectBytes } from '../../../src/app/recordings/byte-range.js';

const ETAG = '"abc"';
const whole: Selection = { kind: 'WHOLE' };
const none: Selection = { kind: 'UNSATISFIABLE' };
const part = (start: number, end: number): Selection => ({ kind: 'PART', start, end });

describe('a range of a hundred bytes', () => {
  it.each<[string | undefined, Selection]>([
    [undefined, whole],
    ['bytes=0-', part(0, 99)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-99', part(0, 99)],
    ['bytes=10-19', part(10, 19)],
    ['bytes=99-', part(99, 99)],
    ['bytes=99-99', part(99, 99)],
    ['bytes=90-1000', part(90, 99)],
    ['bytes=90-99999999999999999999', part(90, 99)],
    ['bytes=-1', part(99, 99)],
    ['bytes=-10', part(90, 99)],
    ['bytes=-100', part(0, 99)],
    ['bytes=-101', part(0, 99)],
    ['BYTES = 1 - 2', part(1, 2)],
    ['bytes=100-', none],
    ['bytes=100-100', none],
    ['bytes=1000-2000', none],
    ['bytes=99999999999999999999-', none],
    ['bytes=-0', none],
    ['bytes=0-1,5-6', whole],
    ['bytes=0-1, -1', whole],
    ['bytes=20-10', whole],
    ['bytes=-', whole],
    ['bytes=', whole],
    ['bytes', whole],
    ['bytes=a-b', whole],
    ['bytes=1.5-2', whole],
    ['bytes=--5', whole],
    ['bytes=0x1-2', whole],
    ['items=0-1', whole],
    ['', whole],
  ])('%j selects %j', (range, selection) => {
    expect(selectBytes(100, ETAG, { range, ifRange: undefined })).toEqual(selection);
  });

  it.each<[string, Selection]>([
    [ETAG, part(1, 2)],
    [` ${ETAG} `, part(1, 2)],
    ['"other"', whole],
    [`W/${ETAG}`, whole],
    ['abc', whole],
    ['Mon, 14 Sep 2026 15:04:05 GMT', whole],
  ])('is of the version If-Range %j names, or the whole', (ifRange, selection) => {
    expect(selectBytes(100, ETAG, { range: 'bytes=1-2', ifRange })).toEqual(selection);
  });

  it('of another version is never past its end', () => {
    expect(selectBytes(100, ETAG, { range: 'bytes=500-', ifRange: '"other"' })).toEqual(whole);
  });
});
