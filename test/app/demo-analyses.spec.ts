import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { readConfig } from '../../src/app/config.js';
import { startDemo } from '../../src/app/demo/start.js';
import { changed } from '../../src/domain/policy.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
const dataDir = mkdtempSync(join(tmpdir(), 'throughline-demo-'));

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const demo = () =>
  startDemo({
    server: server.server,
    database: server.database,
    config: readConfig({ THROUGHLINE_DATA_DIR: dataDir }),
    log: pino({ level: 'silent' }),
  });

interface Seen {
  timelineAnalyses: {
    nodes: { requestedBy: string | null; analyst: string; result: { version: number; narrative: string } }[];
  };
}

describe('the tenant of the demo', () => {
  it('has analyses that nobody asked for, made when its calls ended', async () => {
    const { credentials, stop } = await demo();
    try {
      const key = credentials?.key ?? '';
      const analyses = async () =>
        (
          await server.graphql<Seen>(
            key,
            `{ timelineAnalyses(filter: { status: [COMPLETED] }, first: 20) {
                 nodes { requestedBy analyst result { version narrative } } } }`,
          )
        ).data.timelineAnalyses.nodes;
      await eventually(async () => expect((await analyses()).length).toBe(20), 60_000);
      for (const { requestedBy, analyst, result } of await analyses()) {
        expect([requestedBy, analyst, result.version]).toEqual([null, 'RULES', 3]);
        expect(result.narrative).toMatch(/ call /);
      }
    } finally {
      await stop();
    }
  }, 90_000);

  it('keeps the policy of whoever changed it, when the demo starts again', async () => {
    const { policies, tenants } = server.server;
    const { id } = await tenants.ensure('demo');
    const { policy } = await policies.current(id);
    expect([policy.version, policy.analyzeOnEnd]).toEqual([2, true]);
    const off = changed(policy, { analyzeOnEnd: false });
    await policies.update(id, 2, off, { changedBy: 'key', reason: null }, Date.now());
    await (await demo()).stop();
    const after = (await policies.current(id)).policy;
    expect([after.version, after.analyzeOnEnd]).toEqual([3, false]);
  });
});
