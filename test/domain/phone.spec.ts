import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isWithheld,
  matchPhones,
  namesNobody,
  PHONE_MATCHES,
  phoneVariants,
} from '../../src/domain/phone.js';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

/** Numbers near the rules of the three countries, others, and addresses that are no numbers. */
const address = fc.oneof(
  fc
    .tuple(fc.constantFrom('+55', '+52', '+521', '+54', '+549', '+1', ''), digits(10))
    .map((all) => all.join('')),
  fc.tuple(fc.constantFrom('+55119', '+5511'), digits(8)).map((all) => all.join('')),
  fc.constantFrom('ann@example.com', 'sip:1002@pbx.example', '1001', '12345', 'anonymous', ''),
);

describe('phoneVariants', () => {
  it.each([
    ['a BR mobile with the ninth digit', '+5511987654321', '+551187654321'],
    ['a BR mobile whose eight digits begin with 6', '+5521967654321', '+552167654321'],
    ['a BR mobile whose eight digits begin with 9', '+5585998765432', '+558598765432'],
    ['an MX mobile with its 1', '+5215512345678', '+525512345678'],
    ['an AR mobile with its 9', '+5491112345678', '+541112345678'],
    ['an AR mobile whose area begins with 3', '+5493511234567', '+543511234567'],
    ['an MX mobile whose area begins with 2', '+5212221234567', '+522221234567'],
  ])('knows both forms of %s', (_what, long, short) => {
    expect(phoneVariants(long)).toEqual([long, short]);
    expect(phoneVariants(short)).toEqual([short, long]);
  });

  it.each([
    ['a BR landline that begins with 2', '+551122654321'],
    ['a BR landline that begins with 3', '+551132654321'],
    ['a BR landline that begins with 5', '+551152654321'],
    ['nine BR digits that are a landline behind a 9', '+5511952654321'],
    ['a BR number with a digit too many', '+55119876543210'],
    ['a BR area code that no area has', '+5501987654321'],
    ['an MX number that begins with 1', '+521234567890'],
    ['an MX number that begins with 1 behind a 1', '+5211234567890'],
    ['an AR number that begins with 4', '+544112345678'],
    ['an AR number that begins with 4 behind a 9', '+5494112345678'],
    ['an MX number with a digit too few', '+52551234567'],
    ['an AR number with a digit too few', '+54111234567'],
    ['a US number', '+12025550123'],
    ['a number without its country', '11987654321'],
    ['an address that is no number', 'ann@example.com'],
  ])('has no second form of %s', (_what, number) => {
    expect(phoneVariants(number)).toEqual([number]);
  });

  it('leads from every form back to the number', () => {
    fc.assert(
      fc.property(address, (number) => {
        for (const form of phoneVariants(number)) expect(phoneVariants(form)).toContain(number);
      }),
    );
  });
});

describe('matchPhones', () => {
  it.each([
    ['E164', '+12025550123', '+12025550123'],
    ['E164', 'ann@example.com', 'ann@example.com'],
    ['VARIANT', '+5511987654321', '+551187654321'],
    ['VARIANT', '+5215512345678', '+525512345678'],
    ['VARIANT', '+5491112345678', '+541112345678'],
    ['LAST_9', '+12025550123', '2025550123'],
    ['LAST_9', '+12025550123', '025550123'],
    ['LAST_6', '+12025550123', '725550123'],
    ['LAST_6', '+12025550123', '550123'],
    ['LAST_6', '+12025550123', '+13035550123'],
    ['DIFFERENT', '+12025550123', '50123'],
    ['DIFFERENT', '+12025550123', '+12025560123'],
    ['DIFFERENT', '1001', '2001'],
    ['DIFFERENT', '+12025550123', 'sip:12025550123@pbx.example'],
    ['UNKNOWN', '+12025550123', null],
    ['UNKNOWN', null, null],
    ['UNKNOWN', '+12025550123', ''],
    ['UNKNOWN', '', ''],
    ['UNKNOWN', '0', '0'],
    ['UNKNOWN', 'null', 'null'],
    ['UNKNOWN', '+12025550123', 'anonymous'],
    ['UNKNOWN', 'anonymous', 'anonymous'],
    ['UNKNOWN', '+266696687', '+266696687'],
  ])('finds %s between %j and %j', (match, a, b) => {
    expect(matchPhones(a, b)).toBe(match);
  });

  it('takes a BR mobile with and without its 9 for one phone, and a BR landline not (scenario 11)', () => {
    expect(matchPhones('+5511987654321', '+551187654321')).toBe('VARIANT');
    expect(matchPhones('+5511932654321', '+551132654321')).toBe('LAST_6');
  });

  it('does not depend on which of the two comes first', () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        expect(matchPhones(a, b)).toBe(matchPhones(b, a));
        expect(PHONE_MATCHES).toContain(matchPhones(a, b));
      }),
    );
  });
});

describe('isWithheld', () => {
  it.each([
    'anonymous',
    ' Anonymous ',
    'RESTRICTED',
    'private',
    'unknown',
    'Unavailable',
    'No Caller ID',
    'anonymous@anonymous.invalid',
    'sip:anonymous@anonymous.invalid',
    'SIPS:restricted@carrier.example;lr',
    '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
    '+266696687',
    '+7378742833',
    '+2562533',
    '+8656696',
    '+86282452253',
  ])('sees that the caller of %j hid the number', (raw) => {
    expect(isWithheld(raw)).toBe(true);
  });

  it.each([
    null,
    '',
    '-',
    'null',
    '+12025550123',
    '7378742833',
    'private@example.com',
    '"Anonymous" <sip:+12025550123@carrier.example>',
  ])('sees no hidden number in %j', (raw) => {
    expect(isWithheld(raw)).toBe(false);
  });
});

describe('namesNobody', () => {
  it.each(['', ' - ', '0', 'N/A', 'null', 'tel:anonymous', 'sip:restricted@carrier.example', '+266696687'])(
    'knows nobody by %j',
    (raw) => {
      expect(namesNobody(raw)).toBe(true);
    },
  );

  it.each(['1', '00', 'nullable@example.com', '+12025550123', 'tel:+12025550123'])(
    'may know somebody by %j',
    (raw) => {
      expect(namesNobody(raw)).toBe(false);
    },
  );
});
