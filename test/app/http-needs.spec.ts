import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allHttpNeeds, OPEN_ADDRESSES } from '../../src/app/http-needs.js';
import type { Permission } from '../../src/domain/permissions.js';
import { may } from '../../src/domain/permissions.js';
import { API_ROLES } from '../../src/domain/words.js';
import { LinkSigner } from '../../src/storage/signed-link.js';
import { TestServer } from '../support/server.js';

/** Opened as a WebSocket, which has no route. */
const SOCKET = 'GET /listen/:actionId';
const ROUTES = allHttpNeeds().filter(([address]) => address !== SOCKET);

let server: TestServer;
const keys = {} as Record<(typeof API_ROLES)[number], string>;
beforeAll(async () => {
  server = await TestServer.start({}, { THROUGHLINE_SECRET: 'a-secret-for-this-test-alone-0123456789' });
  for (const role of API_ROLES) keys[role] = await server.key('acme', role);
});
afterAll(() => server.close());

/** HEAD answers what GET answers, without the body. */
const asGet = (address: string) => address.replace(/^HEAD /, 'GET ');

describe('the addresses of the server', () => {
  it('each need what the table says, or are open for a reason; the table has no others', () => {
    const known = [...ROUTES.map(([address]) => address), ...Object.keys(OPEN_ADDRESSES)];
    const there = [...new Set(server.server.addresses.map(asGet))];
    expect(there.sort()).toEqual(known.sort());
  });

  it.each(ROUTES)('%s is refused without a key, and to every role without %s', async (address, needed) => {
    const [method = '', path = ''] = address.split(' ');
    const ask = async (authorization: string | null) =>
      fetch(server.url + path.replace(/:\w+/, randomUUID()), {
        method,
        headers: authorization === null ? {} : { authorization },
        redirect: 'manual',
      });
    const stranger = await ask(null);
    expect([401, 403]).toContain(stranger.status);
    for (const role of API_ROLES) {
      const { status } = await ask(`Bearer ${keys[role]}`);
      expect([role, status === 403]).toEqual([role, !may(role, needed as Permission)]);
      expect(status).not.toBe(401);
    }
  });

  it('a WebSocket for listeners is refused without a link, and to every role without MONITOR', async () => {
    const [instance]: { id: string }[] = await server.database.db.query('select id from instance');
    const links = new LinkSigner('a-secret-for-this-test-alone-0123456789', instance?.id ?? '');
    const path = `/listen/${randomUUID()}`;
    expect(await statusOf(path)).toBe(403);
    const tenant = await server.server.tenants.byName('acme');
    for (const role of API_ROLES) {
      const [, keyId = ''] = keys[role].split('_');
      const holder = { tenantId: tenant?.id ?? '', keyId, role, expiresAt: null };
      const link = links.sign(holder, path, Date.now()).path;
      expect([role, await statusOf(link)]).toEqual([role, may(role, 'MONITOR') ? 404 : 403]);
    }
  });
});

/** What a WebSocket is refused with. */
async function statusOf(path: string): Promise<number | undefined> {
  const request = http.get(server.url + path, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    },
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode;
}
