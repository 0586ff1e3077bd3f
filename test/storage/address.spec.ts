import { describe, expect, it } from '@jest/globals';
import { phoneVariants } from '../../src/domain/phone.js';
import { normalizeAddress, reversedDigits } from '../../src/storage/address.js';

const US = '+12025550123';

describe('normalizeAddress', () => {
  it.each([
    ['+12025550123', 'US', US],
    ['+1 202-555-0123', 'US', US],
    ['(202) 555-0123', 'US', US],
    ['(+1) 202.555.0123', 'GB', US],
    ['202 555 0123', 'US', US],
    ['2025550123', 'us', US],
    ['12025550123', 'US', US],
    ['12025550123', 'GB', US],
    ['0012025550123', 'US', US],
    ['0012025550123', 'GB', US],
    ['0012025550123', 'BR', US],
    ['01112025550123', 'US', US],
    ['tel:+1-202-555-0123', 'US', US],
    ['tel:+1-202-555-0123;ext=5', 'US', US],
    ['+1 202 555 0123 ext. 5', 'US', US],
    ['sip:+12025550123@carrier.example', 'GB', US],
    ['SIPS:+12025550123@carrier.example:5061;transport=tls', 'GB', US],
    ['sip:%2B12025550123@carrier.example', 'US', US],
    ['sip:2025550123@10.0.0.7', 'US', US],
    ['"Ann" <sip:+12025550123@carrier.example>;tag=1', 'US', US],
    ['whatsapp:+12025550123', 'US', US],
    ['+１２０２５５５０１２３', 'US', US],
    ['+1\u00a0202\u2011555\u20110123', 'US', US],
    ['020 7123 4567', 'GB', '+442071234567'],
    ['+44 (0)20 7123 4567', 'US', '+442071234567'],
    ['442071234567', 'US', '+442071234567'],
    ['11 98765-4321', 'BR', '+5511987654321'],
    ['+52 1 55 1234 5678', 'MX', '+5215512345678'],
    ['+12025550123', 'XX', US],
  ])('writes the number %j of a tenant in %s as %s', (raw, country, e164) => {
    const reversed = [...e164.slice(1)].reverse().join('');
    expect(normalizeAddress(raw, country)).toEqual({ e164, reversed });
  });

  it.each([
    ['1001', 'US', '1001', '1001'],
    ['1234', 'DE', '1234', '4321'],
    ['555-0123', 'US', '5550123', '3210555'],
    ['sip:1002@PBX.example', 'US', 'sip:1002@pbx.example', '2001'],
    ['sip:Ann@PBX.example;lr', 'US', 'sip:ann@pbx.example', null],
    ['Ann@Example.com', 'US', 'ann@example.com', null],
    ['12025550123@example.com', 'US', '12025550123@example.com', null],
    ['Xavier', 'US', 'xavier', null],
    ['1-800-FLOWERS', 'US', '1-800-flowers', null],
  ])('keeps the address %j, which is no number, in one spelling', (raw, country, e164, reversed) => {
    expect(normalizeAddress(raw, country)).toEqual({ e164, reversed });
  });

  it.each([
    null,
    '',
    '  ',
    '-',
    'anonymous',
    'Restricted',
    'N/A',
    'sip:anonymous@anonymous.invalid',
    '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
    '+266696687',
    '+1\u00002025550123',
    'ann\ud800',
    'a'.repeat(257),
  ])('knows no customer in %j', (raw) => {
    expect(normalizeAddress(raw, 'US')).toEqual({ e164: null, reversed: null });
  });

  it('gives its own result back when it is asked again', () => {
    for (const raw of ['202 555 0123', 'sip:Ann@Example.com', '1001', '+5215512345678']) {
      const once = normalizeAddress(raw, 'US');
      expect(normalizeAddress(once.e164, 'US')).toEqual(once);
    }
  });
});

describe('phoneVariants', () => {
  it.each([
    ['+5511987654321', '+551187654321'],
    ['+551187654321', '+5511987654321'],
    ['+5215512345678', '+525512345678'],
    ['+525512345678', '+5215512345678'],
    ['+5491112345678', '+541112345678'],
    ['+541112345678', '+5491112345678'],
  ])('knows that %s is also written %s', (e164, other) => {
    expect(phoneVariants(e164)).toEqual([e164, other]);
  });

  it.each(['+551132345678', US, 'ann@example.com'])('has no second form of %s', (e164) => {
    expect(phoneVariants(e164)).toEqual([e164]);
  });
});

describe('reversedDigits', () => {
  it('reads the end of a number in any spelling', () => {
    expect(reversedDigits('555-01 23')).toBe('3210555');
    expect(reversedDigits('tel:0123')).toBe('3210');
  });

  it.each(['ORD-1234', 'ann@example.com', '', '+', '--'])('finds no number in %j', (text) => {
    expect(reversedDigits(text)).toBeNull();
  });
});
