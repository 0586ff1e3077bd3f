/**
 * Conditions on rows of `correlation_key`, of tenant `$1`, for joining over strong keys. They find no fewer legs
 * than the domain joins (see domain/reach.ts), and of a thread no more than the sessions that a leg meets.
 */

/** Does row `c` carry the strong key of row `k`? */
export const isSameKey = (c: string, k: string): string =>
  `${c}.tenant_id = $1 and ${c}.namespace = ${k}.namespace and ${c}.value = ${k}.value and ${c}.scope = 'INTERACTION'`;

/** Do too many legs carry the key of row `k`? */
export const isQuarantined = (k: string): string =>
  `exists (select from quarantined_key q
            where q.tenant_id = $1 and q.namespace = ${k}.namespace and q.value = ${k}.value and q.reach = 'TOO_MANY_LEGS')`;

/** The rows that inactivity may cut, which have an index of their own. */
const MAY_BE_CUT = 'limit_ms > 0';

/** Does any leg of messages carry the key of row `k`? */
export const isThread = (k: string): string =>
  `exists (select from correlation_key w where ${isSameKey('w', k)} and w.${MAY_BE_CUT} and w.is_written)`;

const ms = (amount: string): string => `${amount} * interval '1 millisecond'`;

/** Were the legs of two rows there within the longer of their limits? The domain's `touch`. */
const touches = (a: string, b: string): string => {
  const follows = (one: string, other: string) =>
    `${one}.began_at <= ${other}.open_until + ${ms(`(greatest(${one}.limit_ms, ${other}.limit_ms) - ${other}.limit_ms)`)}`;
  return `${follows(a, b)} and ${follows(b, a)}`;
};

/**
 * The rows of the key of row `k` that inactivity may cut, but for those that were closed before `k` began. The order
 * is that of their index: without it the planner, which takes threads for short, would rather read them all.
 */
const notClosedBefore = (k: string): string =>
  `(select c.* from correlation_key c
     where ${isSameKey('c', k)} and c.${MAY_BE_CUT} and c.open_until >= ${k}.began_at - ${ms(`${k}.limit_ms`)}
     order by c.open_until offset 0)`;

/** Is the leg of row `k` messages, or one that does not say what it is and meets messages? */
export const isOfSession = (k: string): string =>
  `(${k}.is_written or (${k}.${MAY_BE_CUT} and exists (
     select from ${notClosedBefore(k)} w where w.is_written and ${touches('w', k)})))`;

/** Legs of no session with the key of row `k`, unless it is messages or under quarantine. More are too many anyway. */
export const callsWith = (k: string, limit: number): string =>
  `(select o.leg_id from correlation_key o
     where not ${k}.is_written and not ${isQuarantined(k)} and ${isSameKey('o', k)} and not ${isOfSession('o')}
     limit ${limit})`;

/**
 * Legs that meet row `k` in a session of its key. Where a session is known to have too many legs one of them is
 * enough to tell so.
 */
export const sessionOf = (k: string): string => {
  const meets = `${touches('o', k)} and (${k}.is_of_session or ${isOfSession('o')})`;
  return `
   (select o.leg_id from ${notClosedBefore(k)} o where not o.is_overfull and ${meets})
   union all
   (select o.leg_id from ${notClosedBefore(k)} o where not ${k}.is_overfull and o.is_overfull and ${meets} limit 1)
   union all
   (select o.leg_id from correlation_key o
     where ${k}.is_of_session and ${isSameKey('o', k)} and o.limit_ms = 0 and ${touches('o', k)})`;
};
