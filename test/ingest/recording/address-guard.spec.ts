import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destinationOf, isPublic } from '../../../src/ingest/recording/address-guard.js';
import { fetchAudio, USUAL_LIMITS } from '../../../src/ingest/recording/fetch-audio.js';
import { AudioProvider, redirect, serve } from '../../support/audio-provider.js';
import { wav } from '../../support/wav.js';

let provider: AudioProvider;
let folder: string;
beforeAll(async () => {
  provider = await AudioProvider.start();
  folder = await mkdtemp(join(tmpdir(), 'guard-'));
});
afterAll(async () => {
  await provider.close();
  await rm(folder, { recursive: true });
});

/** What names of the table mean; each is on the list of its source. */
const NAMES: Record<string, string[]> = {
  'ten.example': ['10.1.2.3'],
  'loop.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mixed.example': ['93.184.215.14', '192.168.0.1'],
  'loop6.example': ['::1'],
  'unique-local.example': ['fd00::1'],
  'nat64.example': ['64:ff9b::a00:1'],
  'public.example': ['93.184.215.14'],
};
const resolve = (host: string) =>
  Promise.resolve(
    (NAMES[host] ?? ['127.0.0.1']).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );

/** With PORT where the double listens, so that a hole in the guard would be seen there. */
const FORBIDDEN = [
  'http://127.0.0.1:PORT/a',
  'https://127.0.0.1/a',
  'https://127.0.0.1:PORT/a',
  'https://127.1/a',
  'https://127.255.255.254/a',
  'https://2130706433/a',
  'https://0x7f000001/a',
  'https://0177.0.0.1/a',
  'https://0x7f.1/a',
  'https://0/a',
  'https://0.0.0.0/a',
  'https://0.1.2.3/a',
  'https://localhost/a',
  'http://localhost:PORT/a',
  'https://LOCALHOST./a',
  'https://10.0.0.1/a',
  'https://172.16.0.1/a',
  'https://172.31.255.255/a',
  'https://192.168.1.1/a',
  'https://169.254.169.254/latest/meta-data/',
  'http://169.254.169.254/latest/meta-data/',
  'https://169.254.170.2/v2/credentials',
  'https://100.64.0.1/a',
  'https://100.127.255.255/a',
  'https://192.0.0.8/a',
  'https://192.0.2.1/a',
  'https://198.18.0.1/a',
  'https://198.51.100.7/a',
  'https://203.0.113.7/a',
  'https://224.0.0.1/a',
  'https://239.255.255.250/a',
  'https://240.0.0.1/a',
  'https://255.255.255.255/a',
  'https://[::1]/a',
  'https://[::]/a',
  'https://[::ffff:127.0.0.1]/a',
  'https://[::ffff:7f00:1]/a',
  'https://[::ffff:8.8.8.8]/a',
  'https://[::127.0.0.1]/a',
  'https://[64:ff9b::7f00:1]/a',
  'https://[64:ff9b:1::1]/a',
  'https://[2002:7f00:1::]/a',
  'https://[2001:0:7f00:1::]/a',
  'https://[2001:db8::1]/a',
  'https://[fe80::1]/a',
  'https://[fec0::1]/a',
  'https://[fc00::1]/a',
  'https://[fd12:3456::1]/a',
  'https://[ff02::1]/a',
  'https://[100::1]/a',
  'https://ten.example/a',
  'https://loop.example/a',
  'https://loop.example:PORT/a',
  'http://loop.example:PORT/a',
  'https://metadata.example/latest/meta-data/',
  'https://mixed.example/a',
  'https://loop6.example/a',
  'https://unique-local.example/a',
  'https://nat64.example/a',
  'https://unlisted.test/a',
  'https://public.example:8443/a',
  'https://user:password@public.example/a',
  'http://public.example/a',
  'ftp://public.example/a',
  'file:///etc/passwd',
  'data:audio/wav;base64,AAAA',
  'gopher://127.0.0.1:PORT/_a',
  'javascript:alert(1)',
  'not a url',
  '',
];

/**
 * Not the double as it is trusted there, for every other spelling of it is another host; nor what is
 * relative to the address that redirects.
 */
const REDIRECTED = FORBIDDEN.filter(
  (text) => URL.canParse(text.replace('PORT', '1')) && !text.includes('//127.0.0.1:PORT'),
);

/** All literal addresses and names are on the list: what is refused is refused for what it is. */
const hosts = [
  '*.example',
  'localhost',
  ...FORBIDDEN.flatMap((text) => {
    const url = text.replace('PORT', '1');
    const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
    return host.endsWith('.test') || host === '' ? [] : [host];
  }),
];

const fetched = (url: string, trustedHosts: string[] = []) =>
  fetchAudio(
    { url, headers: {}, allowed: { hosts, trustedHosts } },
    join(folder, 'audio'),
    USUAL_LIMITS,
    resolve,
  );

describe('a recording at a forbidden address', () => {
  it('has more than forty cases', () => {
    expect(new Set(FORBIDDEN).size).toBe(FORBIDDEN.length);
    expect(FORBIDDEN.length).toBeGreaterThanOrEqual(60);
  });

  it.each(FORBIDDEN)('is not fetched from %j', async (text) => {
    const url = text.replace('PORT', String(provider.port));
    await expect(fetched(url)).rejects.toMatchObject({ name: 'FetchFault', kind: 'final' });
    expect(provider.requests).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(REDIRECTED)('is not fetched either when an allowed host redirects to %j', async (text) => {
    const target = text.replace('PORT', String(provider.port));
    const url = provider.at('/redirects', redirect(target));
    provider.requests.length = 0;
    const trusted = [provider.host];
    await expect(fetched(url, trusted)).rejects.toMatchObject({ name: 'FetchFault', kind: 'final' });
    expect(provider.requests.map(({ path }) => path)).toEqual(['/redirects']);
    provider.requests.length = 0;
  });
});

describe('a name', () => {
  it('is resolved once, and what was checked is what is connected to', async () => {
    const answers = ['127.0.0.1', '93.184.215.14'];
    let asked = 0;
    const rebinding = () => Promise.resolve([{ address: answers[asked++] ?? '', family: 4 }]);
    const url = provider.at('/once', serve(wav(10))).replace('127.0.0.1', 'pbx.internal');
    const allowed = { hosts: [], trustedHosts: [`pbx.internal:${provider.port}`] };
    const path = join(folder, 'once');
    const { bytes } = await fetchAudio({ url, headers: {}, allowed }, path, USUAL_LIMITS, rebinding);
    await rm(path);
    expect({ bytes, asked }).toEqual({ bytes: 44 + 80, asked: 1 });
    expect(provider.requests.at(-1)?.headers.host).toBe(`pbx.internal:${provider.port}`);
  });

  it('that cannot be resolved may be resolved another time', async () => {
    const unknown = () => Promise.reject(new Error('ENOTFOUND'));
    const asked = destinationOf(
      new URL('https://public.example/a'),
      { hosts, trustedHosts: [] },
      {
        resolve: unknown,
        isRedirect: false,
      },
    );
    await expect(asked).rejects.toMatchObject({ kind: 'passing' });
  });

  it.each<[string, string[], boolean, boolean]>([
    ['https://public.example/a', ['public.example'], false, true],
    ['https://PUBLIC.example/a', ['Public.Example'], false, true],
    ['https://public.example:8443/a', ['public.example:8443'], false, true],
    ['https://a.public.example/a', ['*.public.example'], false, true],
    ['https://public.example/a', ['*.public.example'], false, false],
    ['https://evilpublic.example/a', ['*.public.example'], false, false],
    ['https://public.example.evil.example/a', ['public.example'], false, false],
    ['https://public.example/a', [], true, false],
    ['https://public.example/a', ['other.example'], true, false],
    ['https://public.example:8443/a', ['public.example'], true, false],
    ['https://public.example/a', ['public.example'], true, true],
    ['https://a.public.example/a', ['*.public.example'], true, true],
  ])(
    '%s is asked for when %j are allowed (redirected: %s): %s',
    async (url, allowedHosts, isRedirect, isAsked) => {
      const open = () => Promise.resolve([{ address: '93.184.215.14', family: 4 }]);
      const asked = destinationOf(
        new URL(url),
        { hosts: allowedHosts, trustedHosts: [] },
        { resolve: open, isRedirect },
      );
      if (isAsked) await expect(asked).resolves.toEqual({ address: '93.184.215.14', family: 4 });
      else await expect(asked).rejects.toMatchObject({ kind: 'final' });
    },
  );
});

describe('a redirect to a host that its source does not allow', () => {
  it('names the host and its port, nothing else of the address, and is not even resolved', async () => {
    let asked = 0;
    const resolving = () => {
      asked += 1;
      return Promise.resolve([{ address: '93.184.215.14', family: 4 }]);
    };
    const url = new URL('https://Elsewhere.example:8443/a/secret?signature=secret');
    const allowed = { hosts: ['public.example'], trustedHosts: [] };
    await expect(destinationOf(url, allowed, { resolve: resolving, isRedirect: true })).rejects.toMatchObject(
      {
        reason: 'was redirected to a host that its source does not allow: elsewhere.example:8443',
        kind: 'final',
      },
    );
    expect(asked).toBe(0);
  });
});

describe('a public address', () => {
  it.each(['8.8.8.8', '93.184.215.14', '172.32.0.1', '100.128.0.1', '2606:2800:21f:cb07::1', '2a00:1450::1'])(
    '%s is one',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  it.each(['fe80::1%eth0', '2606:2800::1%1', 'example.com', '', '1.2.3'])('%j is none', (address) => {
    expect(isPublic(address)).toBe(false);
  });
});
