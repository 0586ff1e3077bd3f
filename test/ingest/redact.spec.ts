import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/record.js';
import { MAX_DEPTH, cleanText, redact, redactText } from '../../src/ingest/redact.js';
import { isFresh, sameText } from '../../src/ingest/signature.js';

const nested = (levels: number): Json => (levels === 0 ? 'end' : [nested(levels - 1)]);

/** Text of any code units, halves of pairs included. */
const wild = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
const anyJson = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(wild, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(wild, fc.constantFrom('token', 'role', 'url', '__proto__')), tie('value'), {
      maxKeys: 4,
    }),
    fc.array(tie('value'), { maxLength: 2 }).map((inner) => JSON.stringify(inner)),
  ),
})).value;

describe('secrets in a payload', () => {
  it('go wherever they stand and however they are written', () => {
    expect(
      redact(
        {
          a: [{ API_KEY: 'k', apiKey: 'k', 'access-token': 'k' }],
          Authorization: 'Bearer k',
          mine: { deep: 'k' },
        },
        ['Mine'],
      ),
    ).toEqual({
      a: [{ API_KEY: '[redacted]', apiKey: '[redacted]', 'access-token': '[redacted]' }],
      Authorization: '[redacted]',
      mine: '[redacted]',
    });
  });

  it('are not mistaken for what only sounds like one: counts, ids, and what was said to be none', () => {
    const payload = {
      tokens: 5,
      promptTokens: 7,
      completionTokens: 2,
      credentialId: 'c',
      secret: null,
      tokenizer: 'x',
    };
    expect(redact(payload, [])).toEqual(payload);
  });

  it('go from named headers', () => {
    const headers = [
      { name: 'Authorization', value: 'Digest k' },
      { name: 'X-Interaction-Id', value: 'i' },
    ];
    expect(redact(headers, [])).toEqual([{ name: 'Authorization', value: '[redacted]' }, headers[1] ?? null]);
  });

  it('go from JSON inside text, which otherwise keeps its spelling', () => {
    expect(redact('{"password": "k", "n": 12345678901234567890}', [])).toBe(
      '{"password":"[redacted]","n":12345678901234567000}',
    );
    expect(redact('{ "n": 12345678901234567890 }', [])).toBe('{ "n": 12345678901234567890 }');
  });

  it('system prompts go, what was said stays', () => {
    const messages: JsonObject[] = [
      { role: 'system', content: 'Never tell.', time: 1 },
      { role: 'user', content: 'Hello' },
    ];
    expect(redact(messages, [])).toEqual([
      { role: 'system', content: '[redacted]', time: 1 },
      messages[1] ?? null,
    ]);
  });
});

describe('URLs in a payload', () => {
  it.each([
    ['https://s.example/a.wav?X-Amz-Signature=1&X-Amz-Date=2&part=3#t', 'https://s.example/a.wav?part=3#t'],
    ['https://s.example/a.wav?Expires=1&Signature=2&Key-Pair-Id=3', 'https://s.example/a.wav'],
    ['https://s.example/a?sv=1&sig=2', 'https://s.example/a?sv=1'],
    ['wss://s.example/a?access_token=1', 'wss://s.example/a'],
    ['https://jo:secret@s.example/a?ix=1', 'https://s.example/a?ix=1'],
    [
      'listen to https://s.example/a?token=1, or https://t.example/b?c=1',
      'listen to https://s.example/a or https://t.example/b?c=1',
    ],
    ['https://s.example/a?ix=019cbd4d&tenant=1', 'https://s.example/a?ix=019cbd4d&tenant=1'],
    ['https://s.example/a?token=1#t', 'https://s.example/a#t'],
    ['https://s.example/a#access_token=1', 'https://s.example/a'],
    [
      'https://s.example/a?next=https://t.example/b?sig=1&c=2',
      'https://s.example/a?next=https://t.example/b&c=2',
    ],
    ['what is it?token=none', 'what is it?token=none'],
  ])('%s becomes %s', (text, expected) => {
    expect(redact({ text }, [])).toEqual({ text: expected });
  });
});

describe('text that a database cannot hold', () => {
  it('is replaced by U+FFFD in values and in names', () => {
    expect(cleanText('a\u0000b\ud800c\udc00d\ud83d\ude00')).toBe('a\uFFFDb\uFFFDc\uFFFDd\ud83d\ude00');
    expect(redact({ 'k\u0000': ['v\ud800'] }, [])).toEqual({ 'k\uFFFD': ['v\uFFFD'] });
  });

  it('is found in JSON inside text too', () => {
    expect(redact('{"a":"\\u0000"}', [])).toBe('{"a":"\uFFFD"}');
  });
});

describe('any payload', () => {
  it('comes out whole, well formed, and the same when it goes through again', () => {
    fc.assert(
      fc.property(anyJson, (payload) => {
        const once = redact(payload, ['extra']);
        expect(/\p{Surrogate}/u.test(decodeURIComponent(encodeURIComponent(JSON.stringify(once))))).toBe(
          false,
        );
        expect(hasUnstorableText(once)).toBe(false);
        expect(redact(once, ['extra'])).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });

  it(`may be ${MAX_DEPTH} levels deep and not one more`, () => {
    expect(redact(nested(MAX_DEPTH), [])).toEqual(nested(MAX_DEPTH));
    expect(() => redact(nested(MAX_DEPTH + 1), [])).toThrow('payload is nested deeper than 32 levels');
    expect(() => redact({ text: JSON.stringify(nested(MAX_DEPTH)) }, [])).toThrow('payload is nested deeper');
  });

  it('of a name like __proto__ changes nothing but itself', () => {
    const redacted = redact(JSON.parse('{"__proto__":{"polluted":true}}') as Json, []);
    expect(Object.hasOwn(redacted as object, '__proto__')).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a body that could not be read', () => {
  it.each([
    ['{"token":"k","a":1}', '{"token":"[redacted]","a":1}'],
    ['{"token": "k", "a": ', '{"token": "[redacted]", "a": '],
    ['CallSid=CA0&CallToken=k&To=1', 'CallSid=CA0&CallToken=[redacted]&To=1'],
    [String.raw`{"args":"{\"password\":\"k\"}", `, String.raw`{"args":"{\"password\":[redacted]}", `],
    ['Authorization: Bearer k', 'Authorization: [redacted]'],
    ['plain \u0000 words', 'plain \uFFFD words'],
  ])('%j is kept as %j', (body, expected) => {
    expect(redactText(body, ['CallToken'])).toBe(expected);
  });

  it('never throws, however deep', () => {
    const deep = `{"token":"k","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(redactText(deep)).toContain('{"token":"[redacted]"');
    fc.assert(fc.property(wild, (text) => expect(hasUnstorableText(redactText(text))).toBe(false)));
  });

  it('is searched in time that grows with its length alone', () => {
    const started = performance.now();
    for (const part of ['a', 'a ', 'a:"', 'https://', '"a":"\\', '{', 'http://a?b='])
      redactText(part.repeat(200_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('signatures', () => {
  it('are compared as a whole, whatever their lengths', () => {
    expect([sameText('abc', 'abc'), sameText('abc', 'abd'), sameText('abc', 'ab'), sameText('', '')]).toEqual(
      [true, false, false, true],
    );
  });

  it.each([
    ['1772701202950', 1772701202950, true],
    ['1772701202', 1772701202000 + 300_000, true],
    ['1772701202', 1772701202000 + 300_001, false],
    ['1772701202', 1772701202000 - 300_001, false],
    ['', 1772701202000, false],
    ['1e12', 1e12, false],
    ['-5', 0, false],
  ])('a timestamp %j at %d is fresh: %j', (timestamp, now, expected) => {
    expect(isFresh(timestamp, now)).toBe(expected);
  });
});

function hasUnstorableText(value: Json): boolean {
  if (typeof value === 'string') return value !== cleanText(value);
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value)
    ? value.some(hasUnstorableText)
    : Object.entries(value).some(([name, inner]) => hasUnstorableText(name) || hasUnstorableText(inner));
}
