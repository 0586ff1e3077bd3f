import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/domain/record.js';
import type { SourceFacts } from '../../../src/ingest/providers/adapter.js';
import { PROVIDERS, adapterFor } from '../../../src/ingest/providers/index.js';
import { vapi } from '../../../src/ingest/providers/vapi/adapter.js';
import { jsonDelivery, source } from './fixtures.js';
import { RECEIVED } from './vapi-message.js';

describe('verification', () => {
  const SECRET = 'own-secret';
  const BODY = '{"message":{"type":"hang"}}';
  const check = (headers: Record<string, string>, facts: Partial<SourceFacts> = {}, body = BODY) =>
    vapi.verify(
      jsonDelivery('https://calls.example.com/ingest/vapi', body, headers),
      source({ secret: SECRET, ...facts }),
      RECEIVED,
    );
  const sign = (text: string, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex', secret = SECRET) =>
    createHmac(algorithm, secret).update(text).digest(encoding);
  const stamp = String(RECEIVED - 1000);
  const hmac = (plan: JsonObject = {}): Partial<SourceFacts> => ({ settings: { hmac: plan } });

  it.each([
    ['a bearer token', { authorization: `Bearer ${SECRET}` }, true],
    ['X-Vapi-Secret', { 'x-vapi-secret': SECRET }, true],
    ['another token', { authorization: 'Bearer other' }, false],
    ['another secret', { 'x-vapi-secret': `${SECRET}x` }, false],
    ['an empty secret', { 'x-vapi-secret': '' }, false],
    ['no header', {}, false],
  ] as [string, Record<string, string>, boolean][])('without a plan, %s: %j', (_, headers, expected) => {
    expect(check(headers)).toBe(expected);
  });

  it('the token may come in a header of its own', () => {
    const facts = { settings: { tokenHeader: 'X-My-Token' } };
    expect(check({ 'x-my-token': SECRET }, facts)).toBe(true);
    expect(check({ authorization: `Bearer ${SECRET}` }, facts)).toBe(false);
  });

  it('a source without a secret verifies nothing', () => {
    for (const secret of [null, '']) {
      expect(check({ authorization: 'Bearer ' }, { secret })).toBe(false);
      expect(check({ 'x-vapi-secret': '' }, { secret })).toBe(false);
      expect(
        check({ 'x-signature': sign(`${stamp}.${BODY}`, 'sha256', 'hex', ' ') }, { secret, ...hmac() }),
      ).toBe(false);
    }
  });

  it.each([stamp, String(Math.floor(RECEIVED / 1000))])(
    'accepts the default plan, its timestamp %s',
    (timestamp) => {
      const headers = { 'x-signature': sign(`${timestamp}.${BODY}`), 'x-timestamp': timestamp };
      expect(check(headers, hmac())).toBe(true);
      expect(check(headers, hmac(), `${BODY} `)).toBe(false);
      expect(check({ ...headers, 'x-timestamp': String(Number(timestamp) + 1) }, hmac())).toBe(false);
      expect(check({ 'x-signature': headers['x-signature'] }, hmac())).toBe(false);
      expect(check({ 'x-timestamp': timestamp }, hmac())).toBe(false);
      expect(check(headers, { ...hmac(), secret: 'other' })).toBe(false);
    },
  );

  it.each([
    ['five minutes ago', RECEIVED - 300_000, true],
    ['a moment longer ago', RECEIVED - 300_001, false],
    ['from the future', RECEIVED + 300_001, false],
  ])('signed %s: %j', (_, at, expected) => {
    expect(check({ 'x-signature': sign(`${at}.${BODY}`), 'x-timestamp': String(at) }, hmac())).toBe(expected);
  });

  it('with a plan the bare secret is not enough', () => {
    expect(check({ authorization: `Bearer ${SECRET}`, 'x-vapi-secret': SECRET }, hmac())).toBe(false);
  });

  it.each([
    [
      { algorithm: 'sha512', encoding: 'base64' },
      { 'x-signature': sign(`${stamp}.${BODY}`, 'sha512', 'base64'), 'x-timestamp': stamp },
    ],
    [
      { signatureHeader: 'X-Vapi-Signature', signaturePrefix: 'sha256=', includeTimestamp: false },
      { 'x-vapi-signature': `sha256=${sign(BODY)}` },
    ],
    [
      {
        payloadFormat: '{svix-id}|{method}|{url}|{timestamp}|{body}',
        timestampHeader: 'T',
        messageIdHeader: 'M',
        algorithm: 'sha1',
      },
      {
        t: stamp,
        m: 'id-1',
        'x-signature': sign(`id-1|POST|https://calls.example.com/ingest/vapi|${stamp}|${BODY}`, 'sha1'),
      },
    ],
    [
      { payloadFormat: '{body}', signatureEncoding: 'base64' },
      { 'x-signature': sign(BODY, 'sha256', 'base64') },
    ],
  ] as [JsonObject, Record<string, string>][])('follows the plan %j', (plan, headers) => {
    expect(check(headers, hmac(plan))).toBe(true);
    expect(check(headers, hmac(plan), `${BODY}x`)).toBe(false);
    expect(check(headers, hmac())).toBe(false);
  });

  it.each<JsonObject>([{ algorithm: 'md5' }, { encoding: 'latin1' }, { signaturePrefix: 'v1=' }])(
    'refuses what it cannot do: %j',
    (plan) => {
      expect(check({ 'x-signature': sign(`${stamp}.${BODY}`), 'x-timestamp': stamp }, hmac(plan))).toBe(
        false,
      );
    },
  );

  it('is registered under its name', () => {
    expect(adapterFor('vapi')).toBe(vapi);
    expect(PROVIDERS).toEqual(expect.arrayContaining(['twilio', 'vapi']));
    expect(PROVIDERS).not.toContain('neutral');
  });
});
