import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { validate, parse } from 'graphql';
import { examples } from '../../src/app/graphiql/examples.js';
import { buildThroughlineSchema } from '../../src/graphql/schema.js';
import { chromiumPath, launchChromium } from '../support/chromium.js';
import { GraphiqlPage } from '../support/graphiql-page.js';
import { TestServer } from '../support/server.js';

const schema = buildThroughlineSchema();

describe('the example tabs', () => {
  it.each(examples.map(({ title, query }) => [title, query]))(
    '%s asks for what the schema has',
    (_title, query) => {
      expect(validate(schema, parse(query)).map((error) => error.message)).toEqual([]);
    },
  );
});

const inBrowser = chromiumPath() === null && process.env['CI'] === undefined ? describe.skip : describe;

inBrowser('GraphiQL of the real server', () => {
  let server: TestServer;
  let browser: Browser;
  const demo = { key: '', tenant: 'acme' };

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      TestServer.start({ demo, graphiqlDir: `${process.cwd()}/dist/graphiql` }),
      launchChromium(),
    ]);
    demo.key = await server.key('acme');
    await server.source('acme', 'crm', 'neutral', 'DIALER');
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const ring = (externalId: string, reference: string) =>
    server.post(
      '/ingest/crm',
      JSON.stringify({
        externalId,
        occurredAt: '2026-09-14T15:04:05Z',
        status: 'RINGING',
        reference,
        customer: { address: '+12025550123' },
      }),
      {
        'content-type': 'application/json',
        authorization: `Bearer ${demo.key}`,
      },
    );

  it('runs a query with the key filled in, and sees a live event arrive, asking nobody else', async () => {
    await ring('one', 'ORD-1');
    const page = await GraphiqlPage.open(browser, server.url);
    await page.run();
    await page.response('+12025550123');
    await page.selectTab('Live feed');
    await page.run();
    await page.response('FeedSnapshotEnd');
    await ring('two', 'ORD-2');
    await page.response('InteractionUpserted');
    expect(page.outside).toEqual([]);
    expect(page.errors).toEqual([]);
    await page.close();
  });
});
