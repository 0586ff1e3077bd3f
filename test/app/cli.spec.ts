import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../src/storage/data-source.js';
import type { TestDatabase } from '../support/database.js';
import { testDatabase } from '../support/database.js';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'throughline-cli-'));

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

interface Run {
  code: number;
  out: string[];
  said: string;
}

/** The command line as the operating system runs it. */
const run = (...words: string[]): Promise<Run> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: database.url, PORT: '4998' };
    const child = execFile(
      process.execPath,
      ['dist/src/main.js', ...words],
      { env },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, out: stdout.trim().split('\n'), said: stderr }),
    );
  });

describe('the command line', () => {
  it('makes a key in a new tenant, prints it alone on the last line, lists it without its secret and revokes it once', async () => {
    const made = await run(
      'keys',
      'create',
      '--tenant',
      'acme',
      '--role',
      'INGEST',
      '--expires',
      '2100-01-01T00:00:00Z',
    );
    expect([made.code, made.out.length]).toEqual([0, 1]);
    const [, id = '', secret = ''] = /^tl_([^_]{12})_(.{43})$/.exec(made.out[0] ?? '') ?? [];
    expect(secret).not.toBe('');
    const listed = await run('keys', 'list', '--tenant', 'acme');
    expect(listed.out.join()).toContain(`${id}\tINGEST`);
    expect(listed.out.join()).not.toContain(secret);
    expect((await run('keys', 'revoke', id, '--tenant', 'other')).code).not.toBe(0);
    expect((await run('keys', 'revoke', id, '--tenant', 'acme')).code).toBe(0);
  });

  it('says how the recordings of a source are treated, from a file that it looks over first', async () => {
    const file = join(folder, 'recordings.json');
    const of = ['--tenant', 'recorded', '--name', 'phone'];
    await run('sources', 'add', ...of, '--provider', 'twilio', '--role', 'DIALER');
    writeFileSync(file, '{"mode":"FETCH","user":"AC0","password":"hunter2","keepDays":"x"}');
    const refused = await run('sources', 'recordings', ...of, '--file', file);
    expect([refused.code, refused.said]).toEqual([
      2,
      expect.stringContaining('keepDays must be a number of days, above 0 and at most 36500.'),
    ]);
    writeFileSync(file, '{"mode":"FETCH","user":"AC0","password":"hunter2"}');
    const taken = await run('sources', 'recordings', ...of, '--file', file);
    expect(taken.said).toContain('Recordings of phone are fetched from *.twilio.com, *.twiliocdn.com.');
    expect([taken.code, taken.said.includes('hunter2')]).toEqual([0, false]);
  });

  it('adds a source and prints its webhook URL; a second one of the name is refused', async () => {
    const words = [
      'sources',
      'add',
      '--tenant',
      'acme',
      '--name',
      'crm',
      '--provider',
      'neutral',
      '--role',
      'DIALER',
    ];
    const added = await run(...words);
    expect([added.code, added.out.at(-1)]).toEqual([
      0,
      expect.stringMatching(/\/ingest\/crm\?tenant=[0-9a-f-]{36}$/),
    ]);
    const again = await run(...words);
    expect([again.code, again.said]).toEqual([
      1,
      expect.stringContaining('There is a source named crm already.'),
    ]);
  });

  it('notes in the audit log what it did to keys and sources, and no secret', async () => {
    const db = await createDataSource(database.url).initialize();
    const entries: { action: string; actor: string; detail: object }[] = await db.query(
      'select action, actor, detail from audit_entry order by id',
    );
    await db.destroy();
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual(
      ['API_KEY_CREATED', 'API_KEY_REVOKED', 'SOURCE_CREATED', 'SOURCE_CHANGED', 'SOURCE_CREATED'].map(
        (action) => [action, 'command line'],
      ),
    );
    expect(entries[3]?.detail).toEqual({
      name: 'phone',
      changed: ['mode', 'user', 'password'],
      to: { mode: 'FETCH' },
    });
  });

  it('places a tenant in a time zone and a country, and refuses what is none', async () => {
    const place = ['tenants', 'set', '--tenant', 'acme', '--timezone', 'Europe/Berlin', '--country'];
    expect((await run(...place, 'XX')).code).not.toBe(0);
    const set = await run(...place, 'de');
    expect([set.code, set.out]).toEqual([0, [expect.stringMatching(/^acme\t\S+\tEurope\/Berlin\tDE$/)]]);
    expect(set.said).toContain('rebuild --tenant acme');
    expect((await run('tenants', 'list')).out).toContain(set.out[0]);
  });

  it('imports a file of records, and adds nothing when it does so again', async () => {
    const file = join(folder, 'records.jsonl');
    const line = (n: number) =>
      JSON.stringify({ externalId: `i${n}`, occurredAt: '2026-09-14T15:04:05Z', status: 'RINGING' });
    writeFileSync(file, `${Array.from({ length: 450 }, (_, n) => line(n)).join('\n')}\nnot json\n`);
    const counts = async () => {
      const { out, code } = await run('import', file, '--source', 'crm', '--tenant', 'acme');
      return [code, JSON.parse(out.at(-1) ?? '{}')];
    };
    expect(await counts()).toEqual([1, { ACCEPTED: 450, DUPLICATE: 0, CONFLICT: 0, REJECTED: 1 }]);
    expect(await counts()).toEqual([1, { ACCEPTED: 0, DUPLICATE: 450, CONFLICT: 0, REJECTED: 1 }]);
  });

  it('exports what was imported: all of it to standard output, what a filter asks for to a file', async () => {
    const all = await run('export', '--tenant', 'acme');
    expect(all.code).toBe(0);
    const externalIds = all.out.flatMap(
      (line) => (JSON.parse(line) as { externalIds: string[] }).externalIds,
    );
    expect(externalIds.sort()).toEqual(Array.from({ length: 450 }, (_, n) => `i${n}`).sort());
    const file = join(folder, 'out.csv');
    const words = ['export', '--tenant', 'acme', '--format', 'csv', '--out', file];
    expect((await run(...words, '--filter', '{"search":"i7"}')).code).toBe(0);
    const [head, row, ...rest] = readFileSync(file, 'utf8').split('\r\n');
    expect(head).toMatch(/^ID,Start,Customer,/);
    expect(row).toMatch(/^[\w-]+,2026-09-14T15:04:05\.000Z,/);
    expect(rest).toEqual(['']);
  });

  it('prints the fix of each fault that the doctor finds', async () => {
    const { out, code } = await run('doctor');
    expect(code).toBe(1);
    expect(out).toContain(
      'ok     database: PostgreSQL at 127.0.0.1:' +
        new URL(database.url).port +
        new URL(database.url).pathname +
        ', migrated',
    );
    expect(out).toContain('FAULT  rejected records: 2 could not be read');
    expect(out.filter((text) => text.startsWith('FAULT')).length).toBe(
      out.filter((text) => text.startsWith('       fix:')).length,
    );
  });

  it.each([
    ['an unknown command', ['dance'], 2, 'There is no command dance.'],
    ['a command of a later version', ['simulate'], 2, 'not part of this version'],
    [
      'a filter that cannot be read',
      ['export', '--tenant', 'acme', '--filter', '{"status":["LOST"]}'],
      1,
      'filter.status.0: Value "LOST" does not exist',
    ],
    [
      'a form that there is not',
      ['export', '--tenant', 'acme', '--format', 'xls'],
      2,
      '--format is csv or ndjson.',
    ],
    ['a tenant that there is not', ['export', '--tenant', 'nobody'], 2, 'There is no tenant nobody.'],
    ['a missing option', ['keys', 'create', '--tenant', 'acme'], 2, '--role is missing.'],
    [
      'an unknown role',
      ['keys', 'create', '--tenant', 'acme', '--role', 'KING'],
      2,
      '--role must be one of ADMIN',
    ],
    [
      'an unknown provider',
      ['sources', 'add', '--tenant', 'a', '--name', 'b', '--provider', 'c', '--role', 'DIALER'],
      2,
      '--provider must be one of neutral',
    ],
    [
      'settings that are no object',
      [
        'sources',
        'add',
        '--tenant',
        'a',
        '--name',
        'b',
        '--provider',
        'vapi',
        '--role',
        'ASSISTANT',
        '--settings',
        '[1]',
      ],
      2,
      '--settings must be an object in JSON',
    ],
    [
      'a file that is not there',
      ['import', 'nowhere.jsonl', '--source', 'crm', '--tenant', 'acme'],
      2,
      'cannot be read',
    ],
  ])('says what is wrong with %s', async (_what, words, code, message) => {
    const refused = await run(...words);
    expect([refused.code, refused.said]).toEqual([code, expect.stringContaining(message)]);
  });
});
