import { BadUserInput } from '../../domain/errors.js';
import { oneVariant } from '../../domain/phone.js';
import { normalizeAddress, reversedDigits } from '../address.js';
import { addressKey } from '../customer-keys.js';
import type { TenantFrame } from '../read-model.js';
import { hadLeg } from './as-of.js';
import type { Condition } from './condition.js';
import { hasLabel } from './condition.js';
import { labelOf } from './labels.js';
import type { Params } from './params.js';
import { isStorable } from './params.js';

/** Longer than any id, and than what a person looks for. */
export const LONGEST_SEARCH = 500;

/** Fewer digits would find every other customer. */
const MIN_SUFFIX = 4;

/** The interactions that a search text means. A blank text is no search. */
export function interactionSearch(
  text: string | null | undefined,
  frame: TenantFrame,
  params: Params,
): Condition {
  return search(text, frame, params, ({ interactions, legs, asItWas }) =>
    frame.asOf === undefined ? `i.id in (${interactions} union ${legs('interaction_id')})` : asItWas(),
  );
}

/** The calls that a search text means: those it names, and all of an interaction that it names. */
export function callSearch(text: string | null | undefined, frame: TenantFrame, params: Params): Condition {
  return search(text, frame, params, ({ tenant, interactions, legs }) => {
    const members = `select m.id from leg m where m.tenant_id = ${tenant} and m.interaction_id in (${interactions})`;
    return `c.id in (${legs('id')} union ${members})`;
  });
}

/** Selects of what a text names: each arm is one look-up in one index. */
interface Named {
  tenant: string;
  /** Ids of interactions. */
  interactions: string;
  /** A column of legs. */
  legs: (column: 'id' | 'interaction_id') => string;
  /** Whether the row `i` names itself, or had a leg that is named. */
  asItWas: () => string;
}

function search(
  text: string | null | undefined,
  frame: TenantFrame,
  params: Params,
  condition: (named: Named) => string,
): Condition {
  const wanted = searchText(text, 'search');
  if (wanted === null) return null;
  if (!isStorable(wanted)) return 'false';
  const tenant = params.add(frame.tenantId, 'uuid');
  const spellings = params.add(spellingsOf(wanted), 'text[]');
  const byCustomer = customerMatches(wanted, frame, params);
  const matches = (alias: string) => [`${alias}.reference = any(${spellings})`, ...byCustomer(alias)];
  return condition({
    tenant,
    interactions: matches('f')
      .map((match) => `select f.id from interaction f where f.tenant_id = ${tenant} and ${match}`)
      .join(' union '),
    legs: (column) => `select g.${column} from leg g
        where g.tenant_id = ${tenant} and g.external_id = any(${spellings})${
          frame.hidesSources === true
            ? ''
            : ` union select g.${column} from correlation_key k
        join leg g on g.tenant_id = k.tenant_id and g.id = k.leg_id
        where k.tenant_id = ${tenant} and k.value = any(${spellings})`
        }`,
    asItWas: () => {
      const keyed = `select k.leg_id from correlation_key k where k.tenant_id = ${tenant} and k.value = any(${spellings})`;
      const byKey = frame.hidesSources === true ? [] : [hadLeg(keyed)];
      const named = [...matches('i'), `i.external_ids && ${spellings}`, ...byKey];
      return `(i.tenant_id = ${tenant} and (${named.join(' or ')}))`;
    },
  });
}

/** What is searched for; null when that is nothing. */
export function searchText(text: string | null | undefined, field: string): string | null {
  const wanted = text?.trim() ?? '';
  if (wanted.length > LONGEST_SEARCH)
    throw new BadUserInput(field, `must have at most ${LONGEST_SEARCH} characters`);
  return wanted === '' ? null : wanted;
}

/** Ids are matched as written, and in the two cases in which people retype them. */
const spellingsOf = (text: string): string[] => [...new Set([text, text.toLowerCase(), text.toUpperCase()])];

/** The conditions on the customer of an interaction, by the alias of its table. */
function customerMatches(text: string, frame: TenantFrame, params: Params): (alias: string) => string[] {
  const { e164 } = normalizeAddress(text, frame.defaultCountry);
  const digits = reversedDigits(text) ?? '';
  const isCustomer = e164 === null ? null : params.add(oneVariant(e164), 'text');
  const ends = digits.length < MIN_SUFFIX ? null : startsWith(digits, params);
  return (alias) => [
    ...(isCustomer === null ? [] : [`${alias}.customer_e164 = ${isCustomer}`]),
    ...(ends === null ? [] : [ends(`${alias}.customer_reversed`)]),
  ];
}

/** `like 'digits%'` as a range, which an index answers under every plan. The column is in byte order. */
function startsWith(digits: string, params: Params): (column: string) => string {
  const last = digits.charCodeAt(digits.length - 1);
  const next = digits.slice(0, -1) + String.fromCharCode(last + 1);
  const [from, to] = [params.add(digits, 'text'), params.add(next, 'text')];
  return (column) => `${column} >= ${from} and ${column} < ${to}`;
}

/**
 * The labels of one customer: of the address, however it is written, and of an id that systems may give
 * customers. Nobody is behind a withheld address.
 */
export function customerLabels(text: string, { tenantId, defaultCountry }: TenantFrame): string[] {
  const { e164 } = normalizeAddress(text, defaultCountry);
  if (e164 === null) return [];
  return [labelOf(tenantId, 'customer', addressKey(e164)), labelOf(tenantId, 'contactId', text.trim())];
}

/** The interactions of one customer. */
export function interactionCustomerIs(
  address: string | null | undefined,
  frame: TenantFrame,
  params: Params,
): Condition {
  if (address === null || address === undefined) return null;
  const labels = customerLabels(address, frame);
  if (frame.asOf !== undefined) return hasLabel('i', labels, params);
  return labels.length === 0 ? 'false' : `i.id = any (array(${ofCustomer('f.id', labels, frame, params)}))`;
}

/** The calls of the interactions of one customer. */
export function callCustomerIs(
  address: string | null | undefined,
  frame: TenantFrame,
  params: Params,
): Condition {
  if (address === null || address === undefined) return null;
  const labels = customerLabels(address, frame);
  if (labels.length === 0) return 'false';
  const legs = ofCustomer(
    'm.id',
    labels,
    frame,
    params,
    'join leg m on m.tenant_id = f.tenant_id and m.interaction_id = f.id',
  );
  return `c.id = any (array(${legs}))`;
}

/**
 * A select of ids, to be run once and before anything else: a customer has few interactions, which no
 * statistics tell, so the list's own order would be read from end to end for them.
 */
const ofCustomer = (
  id: string,
  labels: readonly string[],
  { tenantId }: TenantFrame,
  params: Params,
  join = '',
): string =>
  `select ${id} from interaction f ${join} where f.tenant_id = ${params.add(tenantId, 'uuid')} and ${hasLabel('f', labels, params)}`;
