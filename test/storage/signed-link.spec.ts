import { describe, expect, it } from '@jest/globals';
import type { LinkHolder } from '../../src/storage/signed-link.js';
import { isLink, LinkSigner } from '../../src/storage/signed-link.js';

const NOW = Date.parse('2026-09-14T15:04:05.000Z');
const MINUTE = 60_000;
const HOLDER: LinkHolder = { tenantId: 'tenant-1', keyId: 'key-1', role: 'AGENT', expiresAt: null };
const ADDRESS = '/exports/interactions.csv?filter=%7B%22search%22%3A%22a+b%26c%22%7D&orderBy=x';

const signer = new LinkSigner('a secret', 'instance-1');
const signed = signer.sign(HOLDER, ADDRESS, NOW);
const held = { ...HOLDER, expiresAt: NOW + 15 * MINUTE };

describe('LinkSigner', () => {
  it('names whom an address was signed for, for 15 minutes', () => {
    expect(signed.expiresAt).toBe(NOW + 15 * MINUTE);
    expect(signer.open(signed.path, NOW)).toEqual(held);
    expect(signer.open(signed.path, NOW + 15 * MINUTE - 1)).toEqual(held);
    expect(signer.open(signed.path, NOW + 15 * MINUTE)).toBeNull();
  });

  it('keeps the address as it was, with one parameter more', () => {
    const [path, query] = signed.path.split('?');
    const parameters = [...new URLSearchParams(query)].filter(([name]) => name !== 'link');
    expect(path).toBe('/exports/interactions.csv');
    expect(parameters).toEqual([
      ['filter', '{"search":"a b&c"}'],
      ['orderBy', 'x'],
    ]);
  });

  it('ends a link with the key that made it', () => {
    const short = signer.sign({ ...HOLDER, expiresAt: NOW + MINUTE }, '/recordings/1', NOW);
    expect(short.expiresAt).toBe(NOW + MINUTE);
    expect(signer.open(short.path, NOW + MINUTE)).toBeNull();
  });

  it('reads what another process with the same secret signed, whatever the order of the parameters', () => {
    const url = new URL(`http://host${signed.path}`);
    const turned = new URLSearchParams([...url.searchParams].reverse());
    const other = new LinkSigner('a secret', 'instance-1');
    expect(other.open(`${url.pathname}?${turned.toString()}`, NOW)).toEqual(held);
  });

  it.each([
    ['another path', signed.path.replace('interactions.csv', 'interactions.ndjson')],
    ['another filter', signed.path.replace('search', 'source')],
    ['a parameter less', signed.path.replace('&orderBy=x', '')],
    ['a parameter more', `${signed.path}&filter=%7B%7D`],
    ['an empty parameter more', `${signed.path}&x`],
    ['a second signature', `${signed.path}&link=AAAA`],
    ['no signature', ADDRESS],
    ['an empty signature', `${ADDRESS}&link=`],
    ['a signature that is none', `${ADDRESS}&link=%00%ff`],
  ])('opens nothing for %s', (_what, address) => {
    expect(signer.open(address, NOW)).toBeNull();
  });

  it('opens nothing when any one character of the signature was changed', () => {
    const from = signed.path.indexOf('link=') + 'link='.length;
    for (let at = from; at < signed.path.length; at++) {
      const other = signed.path[at] === 'A' ? 'B' : 'A';
      expect(signer.open(signed.path.slice(0, at) + other + signed.path.slice(at + 1), NOW)).toBeNull();
    }
  });

  it.each([
    ['another secret', new LinkSigner('another secret', 'instance-1')],
    ['another database', new LinkSigner('a secret', 'instance-2')],
  ])('opens nothing that was signed with %s', (_what, other) => {
    expect(signer.open(other.sign(HOLDER, ADDRESS, NOW).path, NOW)).toBeNull();
  });

  it('tells an address that claims to be signed from one that does not', () => {
    expect(isLink(signed.path)).toBe(true);
    expect(isLink(`${ADDRESS}&link=forged`)).toBe(true);
    expect(isLink(ADDRESS)).toBe(false);
  });
});
