import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { RecordingSettings } from '../../domain/recording.js';
import { FetchFault } from './fetch-fault.js';

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

export const resolveBySystem: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/** Whom a source may have us ask. */
export type Allowed = Pick<RecordingSettings, 'hosts' | 'trustedHosts'>;

/** IPv4 that is not the public internet: IANA's registry of special purposes, multicast and class E. */
const SPECIAL_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 only global unicast is public, without the parts of it that carry IPv4 or stand in documents. */
const GLOBAL_V6 = blockList([['2000::', 3]], 'ipv6');
const SPECIAL_V6 = blockList(
  [
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['2620:4f:8000::', 48],
    ['3fff::', 20],
  ],
  'ipv6',
);
const NOT_PUBLIC_V4 = blockList(SPECIAL_V4, 'ipv4');

function blockList(subnets: readonly [string, number][], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, family);
  return list;
}

/** True for an address that anybody on the internet could reach. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !NOT_PUBLIC_V4.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
}

/**
 * The one address to connect to for a URL; throws FetchFault when it must not be asked. The name is resolved
 * here and never again: what was checked is what is connected to. A redirect is held to the same list as
 * the address that the source stated; its fault names the host, so that it can be allowed.
 */
export async function destinationOf(
  url: URL,
  allowed: Allowed,
  { resolve, isRedirect }: { resolve: Resolve; isRedirect: boolean },
): Promise<LookupAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const named = url.port === '' ? host : `${host}:${url.port}`;
  const isTrusted = allowed.trustedHosts.some((one) => one.toLowerCase() === named);
  refuse(!['https:', 'http:'].includes(url.protocol), 'has an address that is neither https nor http');
  refuse(url.protocol === 'http:' && !isTrusted, 'has an address without https');
  refuse(url.username !== '' || url.password !== '', 'has a password in its address');
  const isListed = allowed.hosts.some((one) => matches(one.toLowerCase(), host, named));
  refuse(!isTrusted && !isListed, isRedirect ? redirectedTo(named) : NOT_ALLOWED);
  const addresses = await addressesOf(host, resolve);
  refuse(!isTrusted && !addresses.every(({ address }) => isPublic(address)), 'is not at a public address');
  const [first] = addresses;
  if (first === undefined) throw new FetchFault('is on a host that has no address');
  return first;
}

const NOT_ALLOWED = 'is on a host that its source does not allow';

/** No name of a host is longer. */
const LONGEST_NAME = 253;

const redirectedTo = (named: string): string =>
  `was redirected to a host that its source does not allow: ${named.slice(0, LONGEST_NAME)}`;

/** `example.com`, `example.com:8443`, or `*.example.com` for every name below it, on the usual port. */
function matches(pattern: string, host: string, named: string): boolean {
  if (pattern.startsWith('*.')) return host === named && host.endsWith(pattern.slice(1)) && isIP(host) === 0;
  return pattern === named;
}

async function addressesOf(host: string, resolve: Resolve): Promise<LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  try {
    return await resolve(host);
  } catch {
    throw new FetchFault('is on a host whose name cannot be resolved');
  }
}

function refuse(isRefused: boolean, reason: string): void {
  if (isRefused) throw new FetchFault(reason, 'final');
}
