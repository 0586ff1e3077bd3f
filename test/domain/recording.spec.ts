import { describe, expect, it } from '@jest/globals';
import type { HeldRecording, RecordingsChange } from '../../src/domain/recording.js';
import {
  changedSettings,
  expiryOf,
  faultsOfSettings,
  noteRecording,
  recordingSettings,
} from '../../src/domain/recording.js';
import type { Json, RecordRecording } from '../../src/domain/record.js';

const NAMES = Object.keys(recordingSettings('neutral', {}));
const URL = 'https://provider.example/a.wav';
const none = { state: 'NONE', reason: null, url: null, storageKey: null, fetchedAt: null } as const;
const copy: HeldRecording = { ...none, state: 'AVAILABLE', url: URL, storageKey: 'k', fetchedAt: 5 };
const pending: HeldRecording = { ...none, state: 'PENDING', url: URL };
const failed: HeldRecording = { ...none, state: 'FAILED', reason: 'it answered 404', url: URL };
const expired: HeldRecording = { ...copy, state: 'EXPIRED', reason: 'after 30 days', storageKey: null };

describe('a statement of a recording', () => {
  it.each<[string, RecordRecording | null, HeldRecording | null, object | null]>([
    ['of none, where none was, is nothing to note', null, null, null],
    ['of none takes back what was said', null, pending, { ...none, isToBeFetched: false }],
    ['of none removes our copy', null, copy, { ...none, isToBeFetched: false }],
    ['with an address has it fetched', { url: URL }, null, { ...pending, isToBeFetched: true }],
    [
      'that it is there has it fetched',
      { url: URL, state: 'AVAILABLE' },
      null,
      { ...pending, isToBeFetched: true },
    ],
    [
      'that it is still being made has us wait',
      { url: URL, state: 'PENDING' },
      null,
      { ...pending, isToBeFetched: false },
    ],
    [
      'that there is none keeps the reason',
      { url: null, state: 'FAILED', reason: 'silent' },
      null,
      { ...none, state: 'FAILED', reason: 'silent', isToBeFetched: false },
    ],
    ['of its length alone is of no recording', { durationMs: 5 }, null, { ...none, isToBeFetched: false }],
    ['said again while it is fetched asks again', { url: URL }, pending, { ...pending, isToBeFetched: true }],
    [
      'said again while a copy is being put away waits for it',
      { url: URL },
      { ...pending, storageKey: 'k' },
      { ...pending, storageKey: 'k', isToBeFetched: false },
    ],
    ['said again of one that failed asks again', { url: URL }, failed, { ...pending, isToBeFetched: true }],
    ['said again leaves our copy', { url: URL }, copy, { ...copy, isToBeFetched: false }],
    [
      'that the original is gone leaves our copy',
      { url: null, state: 'EXPIRED' },
      copy,
      { ...copy, isToBeFetched: false },
    ],
    [
      'said again brings back none that we deleted',
      { url: URL },
      expired,
      { ...expired, isToBeFetched: false },
    ],
    [
      'with another address replaces our copy',
      { url: `${URL}?2` },
      copy,
      { ...pending, url: `${URL}?2`, isToBeFetched: true },
    ],
  ])('%s', (_what, stated, held, expected) => {
    expect(noteRecording(stated, 'FETCH', held)).toEqual(expected);
  });

  it('is only referred to when that is the setting of its source, but a copy stays', () => {
    const there = { ...none, state: 'AVAILABLE', url: URL, isToBeFetched: false };
    expect(noteRecording({ url: URL }, 'REFERENCE', null)).toEqual(there);
    expect(noteRecording({ url: URL }, 'REFERENCE', pending)).toEqual(there);
    expect(noteRecording({ url: URL }, 'REFERENCE', copy)).toEqual({ ...copy, isToBeFetched: false });
  });
});

describe('the settings of a source', () => {
  it('refer to recordings unless they say FETCH, and know whom a provider has audio from', () => {
    expect(recordingSettings('neutral', {})).toEqual({
      mode: 'REFERENCE',
      hosts: [],
      trustedHosts: [],
      user: null,
      password: null,
      token: null,
      apiUrl: null,
      keepDays: null,
    });
    expect(recordingSettings('twilio', {}).hosts).toEqual(['*.twilio.com', '*.twiliocdn.com']);
    const own = ['*.vapi.ai', '*.r2.cloudflarestorage.com'];
    expect(recordingSettings('vapi', {}).hosts).toEqual(own);
    const more = { recordings: { hosts: ['cdn.example', '*.vapi.ai'] } };
    expect(recordingSettings('vapi', more).hosts).toEqual([...own, 'cdn.example']);
    expect(recordingSettings('neutral', more).hosts).toEqual(['cdn.example', '*.vapi.ai']);
  });

  it.each([null, 7, 'FETCH', [], { mode: 'fetch', hosts: 'a', user: 5, keepDays: '3' }])(
    'that cannot be read (%j) are those of one that says nothing',
    (recordings) => {
      expect(recordingSettings('neutral', { recordings })).toEqual(recordingSettings('neutral', {}));
    },
  );

  it.each<[Json, [string | null, string][]]>([
    [{}, []],
    [
      {
        mode: 'FETCH',
        hosts: ['a.example', '*.b.example', 'c.example:8443'],
        trustedHosts: ['127.0.0.1:80', '::1'],
        user: 'u',
        password: 'p',
        token: 't',
        apiUrl: 'https://a.example/v1',
        keepDays: 0.5,
      },
      [],
    ],
    ['FETCH', [[null, 'must be a JSON object']]],
    [{ Mode: 'FETCH' }, [['Mode', `is no setting: there are ${NAMES.join(', ')}`]]],
    [{ mode: 'fetch' }, [['mode', 'must be FETCH or REFERENCE']]],
    [{ hosts: 'a.example' }, [['hosts', 'must be a list of host names, with or without a port']]],
    [{ hosts: ['https://a.example'] }, [['hosts', 'must be a list of host names, with or without a port']]],
    [
      { password: '', token: 5 },
      [
        ['password', 'must be a text'],
        ['token', 'must be a text'],
      ],
    ],
    [{ apiUrl: 'a.example' }, [['apiUrl', 'must be a URL without query and slash at its end']]],
    [{ keepDays: 0 }, [['keepDays', 'must be a number of days, above 0 and at most 36500']]],
  ])('are looked over before they are taken: %j', (stated, faults) => {
    expect(faultsOfSettings(stated)).toEqual(faults.map(([setting, fault]) => ({ setting, fault })));
  });

  it.each<[string, Json | undefined, RecordingsChange, object]>([
    ['of nothing stated', undefined, { mode: 'FETCH' }, { mode: 'FETCH' }],
    ['of what cannot be read', 'FETCH', { keepDays: 3 }, { keepDays: 3 }],
    [
      'leaves the rest',
      { mode: 'FETCH', user: 'u' },
      { hosts: ['a.example'] },
      { mode: 'FETCH', user: 'u', hosts: ['a.example'] },
    ],
    ['puts a value in the place of another', { hosts: ['a.example'] }, { hosts: [] }, { hosts: [] }],
    ['takes a value back', { mode: 'FETCH', token: 't' }, { token: null }, { mode: 'FETCH' }],
    ['of nothing', { mode: 'FETCH' }, {}, { mode: 'FETCH' }],
  ])('are changed: %s', (_what, stated, change, expected) => {
    expect(changedSettings(stated, change)).toEqual(expected);
  });

  it('say for how long a copy is kept', () => {
    const keeping = (keepDays: number) => recordingSettings('neutral', { recordings: { keepDays } });
    expect(expiryOf(keeping(30), 1_000)).toBe(1_000 + 30 * 86_400_000);
    expect(expiryOf(keeping(0), 1_000)).toBeNull();
    expect(expiryOf(keeping(-1), 1_000)).toBeNull();
  });
});
