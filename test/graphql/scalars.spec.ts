import { describe, expect, test } from '@jest/globals';
import { parseValue } from 'graphql';
import { DateTime, JSON_DEPTH, JsonValue } from '../../src/graphql/scalars.js';

describe('DateTime', () => {
  test('is written as ISO 8601 in UTC with milliseconds', () => {
    expect(DateTime.serialize(1_789_398_247_210)).toBe('2026-09-14T15:04:07.210Z');
    expect(DateTime.serialize(0)).toBe('1970-01-01T00:00:00.000Z');
  });

  test.each([
    ['2026-09-14T15:04:07Z', '2026-09-14T15:04:07.000Z'],
    ['2026-09-14t15:04:07.2z', '2026-09-14T15:04:07.200Z'],
    ['2026-09-14T15:04:07.210987654+02:00', '2026-09-14T13:04:07.210Z'],
    ['2024-02-29T23:59:59-23:59', '2024-03-01T23:58:59.000Z'],
    ['2100-12-31T23:59:59.999Z', '2100-12-31T23:59:59.999Z'],
  ])('reads %s', (text, instant) => {
    expect(DateTime.serialize(DateTime.parseValue(text))).toBe(instant);
    expect(DateTime.parseLiteral(parseValue(JSON.stringify(text)))).toBe(DateTime.parseValue(text));
  });

  test('refuses a number, which could be seconds or milliseconds', () => {
    expect(() => DateTime.parseLiteral(parseValue('1789398247'))).toThrow(/RFC 3339/);
  });
});

describe('JSON', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

  test('takes any value, from a variable or from the document', () => {
    const value = { a: [1, 2.5, 'x', true, null], b: {} };
    expect(JsonValue.parseValue(value)).toEqual(value);
    expect(JsonValue.parseLiteral(parseValue('{ a: [1, 2.5, "x", true, null], b: {} }'))).toEqual(value);
    expect(JsonValue.parseLiteral(parseValue('{ a: $x }'), { x: [1] })).toEqual({ a: [1] });
  });

  test('refuses what is nested too deeply', () => {
    expect(JsonValue.parseValue(JSON.parse(nested(JSON_DEPTH)))).toBeDefined();
    expect(() => JsonValue.parseValue(JSON.parse(nested(JSON_DEPTH + 1)))).toThrow(/nested/);
    expect(() => JsonValue.parseLiteral(parseValue(nested(JSON_DEPTH + 1)))).toThrow(/nested/);
  });
});
