/** How alike two customers' numbers are, strongest first (rule R12); UNKNOWN when one of them says nothing. */
export const PHONE_MATCHES = ['E164', 'VARIANT', 'LAST_9', 'LAST_6', 'DIFFERENT', 'UNKNOWN'] as const;
export type PhoneMatch = (typeof PHONE_MATCHES)[number];

/** What carriers and SIP systems write for a caller who hid the number; Twilio spells five of them as numbers. */
const WITHHELD = new Set([
  ...['anonymous', 'restricted', 'private', 'withheld', 'blocked', 'unavailable', 'unknown'],
  ...['no caller id', 'private number', 'unknown number'],
  ...['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253'],
]);

/** What systems write when they have nothing to say: that hides nobody. */
const BLANK = new Set(['', '-', '0', 'none', 'null', 'nil', 'undefined', 'n/a']);

/** The forms in which the older and the newer numbering plan of a country write one phone. */
const RENUMBERED: readonly (readonly [rule: string, from: RegExp, to: string])[] = [
  ['BR: mobiles lose the ninth digit', /^\+55([1-9]\d)9([6-9]\d{7})$/, '+55$1$2'],
  ['BR: mobiles gain the ninth digit', /^\+55([1-9]\d)([6-9]\d{7})$/, '+55$19$2'],
  ['MX: mobiles lose the 1', /^\+521([2-9]\d{9})$/, '+52$1'],
  ['MX: mobiles gain the 1', /^\+52([2-9]\d{9})$/, '+521$1'],
  ['AR: mobiles lose the 9', /^\+549([1-3]\d{9})$/, '+54$1'],
  ['AR: mobiles gain the 9', /^\+54([1-3]\d{9})$/, '+549$1'],
];

/** The number itself, then every other form of it. Whatever is a form of a number has that number as a form. */
export function phoneVariants(e164: string): string[] {
  const other = RENUMBERED.filter(([, from]) => from.test(e164));
  return [e164, ...other.map(([, from, to]) => e164.replace(from, to))];
}

/** One of its forms, the same for all of them: equal customers have equal ones (rule R12). */
export const oneVariant = (e164: string): string => [...phoneVariants(e164)].sort()[0] ?? e164;

/** True when the source says that the caller hid the number; a source that says nothing hides nothing. */
export const isWithheld = (raw: string | null): boolean => raw !== null && WITHHELD.has(bareAddress(raw));

/** True when nobody can be known by it: it is withheld, or says nothing. */
export const namesNobody = (raw: string): boolean => isWithheld(raw) || BLANK.has(bareAddress(raw));

const LEVELS: readonly (readonly [PhoneMatch, (a: string, b: string) => boolean])[] = [
  ['E164', (a, b) => a === b],
  ['VARIANT', (a, b) => phoneVariants(a).includes(b)],
  ['LAST_9', (a, b) => haveSameEnd(a, b, 9)],
  ['LAST_6', (a, b) => haveSameEnd(a, b, 6)],
];

/** Compares two normal addresses: numbers in E.164, or any other address in its one spelling. */
export function matchPhones(a: string | null, b: string | null): PhoneMatch {
  if (!isKnown(a) || !isKnown(b)) return 'UNKNOWN';
  return LEVELS.find(([, holds]) => holds(a, b))?.[0] ?? 'DIFFERENT';
}

const isKnown = (address: string | null): address is string => address !== null && !namesNobody(address);

/** Both are numbers with so many digits, and end in the same. */
function haveSameEnd(a: string, b: string, digits: number): boolean {
  const endOf = (address: string) => new RegExp(`^\\+?\\d*(\\d{${digits}})$`).exec(address)?.[1];
  return endOf(a) !== undefined && endOf(a) === endOf(b);
}

/** `"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1` is `anonymous`. */
function bareAddress(raw: string): string {
  const address = (/<([^<>]*)>/.exec(raw)?.[1] ?? raw).trim().toLowerCase();
  const user = /^(?:sips?|tel):([^@;]*)/.exec(address)?.[1] ?? address;
  return user.replace(/@anonymous\.invalid$/, '').trim();
}
