import { describe, expect, it } from '@jest/globals';
import { ThroughlineError } from '../../src/domain/errors.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';

const KIND = 'interactions/STARTED_AT/DESC';
const codec = new CursorCodec('a secret', 'instance-1');
const cursor = codec.encode(KIND, 'tenant-1', [1_757_000_000_123, 'b0a1']);

describe('CursorCodec', () => {
  it.each([[[1_757_000_000_123, 'b0a1']], [[null, 'x']], [[0, -1.5, '']], [['m\u0000\ud800é"', null]], [[]]])(
    'gives back the values %j',
    (values) => {
      expect(codec.decode(KIND, 'tenant-1', codec.encode(KIND, 'tenant-1', values), 'after')).toEqual(values);
    },
  );

  it('writes cursors that need no escaping in a URL and do not show the tenant', () => {
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(Buffer.from(cursor, 'base64url').toString()).not.toContain('tenant-1');
  });

  it('reads the cursors of another process with the same secret', () => {
    const other = new CursorCodec('a secret', 'instance-1');
    expect(other.decode(KIND, 'tenant-1', cursor, 'after')).toEqual([1_757_000_000_123, 'b0a1']);
  });

  it('refuses a cursor of which any one character was changed', () => {
    for (let at = 0; at < cursor.length; at++) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      expect(faultOf(() => codec.decode(KIND, 'tenant-1', changed, 'after'))).toMatch(
        /^after is not a cursor/,
      );
    }
  });

  it.each([
    '',
    'x',
    '=',
    'null',
    'ÿ',
    '\u0000',
    'A'.repeat(22),
    `${cursor}=`,
    `${cursor}A`,
    ` ${cursor}`,
    cursor.slice(1),
  ])('refuses the made-up cursor %j', (madeUp) => {
    expect(faultOf(() => codec.decode(KIND, 'tenant-1', madeUp, 'before'))).toBe(
      'before is not a cursor that you were given by this server',
    );
  });

  it('refuses the cursor of another tenant, of another database and of another secret', () => {
    const strangers = [
      () => codec.decode(KIND, 'tenant-2', cursor, 'after'),
      () => new CursorCodec('a secret', 'instance-2').decode(KIND, 'tenant-1', cursor, 'after'),
      () => new CursorCodec('another', 'instance-1').decode(KIND, 'tenant-1', cursor, 'after'),
    ];
    for (const read of strangers) expect(faultOf(read)).toMatch(/^after is not a cursor/);
  });

  it.each(['interactions/STARTED_AT/ASC', 'interactions/DURATION/DESC', 'calls/STARTED_AT/DESC', 'feed'])(
    'says so when the cursor belongs to another list or order than %s',
    (kind) => {
      expect(faultOf(() => codec.decode(kind, 'tenant-1', cursor, 'after'))).toBe(
        'after is a cursor of another list or another order; start again without it',
      );
    },
  );

  it('is a fault of the caller, with the argument as its field', () => {
    const read = () => codec.decode(KIND, 'tenant-1', 'x', 'before');
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'before' }));
  });
});

function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ThroughlineError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}
