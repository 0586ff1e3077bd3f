import { adjust } from './clock.js';
import type { CannotLink } from './correlate.js';
import type { PhoneMatch } from './phone.js';
import { matchPhones } from './phone.js';
import type { Direction, Instant, Role } from './words.js';

/** What the score sees of a leg. */
export interface ScoredLeg {
  legId: string;
  tenantId: string;
  role: Role;
  direction: Direction | null;
  campaign: string | null;
  /** Null when its source does not tell. */
  customerE164: string | null;
  /** True when its source says that the customer hid the number. */
  customerWithheld: boolean;
  did: string | null;
  answeredAt: Instant | null;
  startedAt: Instant | null;
  endedAt: Instant | null;
  isTest: boolean;
  /** Joined with a leg of the complementary role already, by key or by a person; a weak link does not count. */
  hasPartner: boolean;
  /** Its customer's number is hot around it (see heat.ts); absent: no. */
  isHot?: boolean;
  /** Keys of scope BRIDGE and of scope CUSTOMER, each as `namespace/value`; absent: none. */
  bridges?: readonly string[];
  contacts?: readonly string[];
}

export interface ScoreContext {
  /** How far the assistant's clock is ahead of the dialer's (rule R11); null: not known. */
  offsetMs: number | null;
  /** The customer's number is hot. */
  hot: boolean;
  cannotLink?: readonly CannotLink[];
}

/** The two legs, and what the rules measure between them; all by the dialer's clock. */
export interface Pair {
  dialer: ScoredLeg;
  assistant: ScoredLeg;
  context: ScoreContext;
  /** CARRIER: the assistant sees a number that is not the customer's, so that the two cannot be compared (rule R23). */
  customer: PhoneMatch | 'WITHHELD' | 'CARRIER';
  /** A customer's id, and a conference or the like, that both name; null: none. */
  customerKey: 'SHARED' | null;
  bridge: 'SHARED' | null;
  did: PhoneMatch;
  direction: 'SAME' | 'OTHER_CAMPAIGN' | 'CONFLICT' | 'UNKNOWN';
  /** Assistant start minus dialer answer, assistant start and end minus dialer end. */
  joinDelay: number | null;
  startAfterEnd: number | null;
  endGap: number | null;
  /** The share of the assistant's leg that lies inside the dialer's. */
  shareInside: number | null;
}

/**
 * Every time of the assistant is read by the dialer's clock first. The assistant starts when it answers, as
 * in the alignment of an interaction, or when its leg began if that is all its source tells.
 */
export function measure(dialer: ScoredLeg, assistant: ScoredLeg, context: ScoreContext): Pair {
  const byDialer = (at: Instant | null) => (at === null ? null : adjust(at, context.offsetMs));
  const [start, end] = [byDialer(assistant.answeredAt ?? assistant.startedAt), byDialer(assistant.endedAt)];
  const customer = matchCustomers(dialer, assistant);
  return {
    dialer,
    assistant,
    context,
    customer,
    customerKey: shared(dialer.contacts, assistant.contacts),
    bridge:
      customer === 'CARRIER' || customer === 'UNKNOWN' ? shared(dialer.bridges, assistant.bridges) : null,
    did: matchPhones(dialer.did, assistant.did),
    direction: matchDirections(dialer, assistant),
    joinDelay: minus(start, dialer.answeredAt),
    startAfterEnd: minus(start, dialer.endedAt),
    endGap: minus(end, dialer.endedAt),
    shareInside: shareInside([start, end], [dialer.startedAt ?? dialer.answeredAt, dialer.endedAt]),
  };
}

function matchCustomers(dialer: ScoredLeg, assistant: ScoredLeg): Pair['customer'] {
  if (dialer.customerWithheld || assistant.customerWithheld) return 'WITHHELD';
  const match = matchPhones(dialer.customerE164, assistant.customerE164);
  return match === 'DIFFERENT' && seesCarrier(dialer, assistant) ? 'CARRIER' : match;
}

/** The assistant reports the number that was dialled, or one that more calls have than one customer makes. */
const seesCarrier = ({ did }: ScoredLeg, { customerE164, isHot }: ScoredLeg): boolean =>
  isHot === true || ['E164', 'VARIANT'].includes(matchPhones(did, customerE164));

const shared = (one: readonly string[] = [], other: readonly string[] = []): 'SHARED' | null =>
  one.some((name) => other.includes(name)) ? 'SHARED' : null;

const minus = (a: Instant | null, b: Instant | null): number | null =>
  a === null || b === null ? null : a - b;

/** A campaign that only one side tells is no difference. */
function matchDirections(a: ScoredLeg, b: ScoredLeg): Pair['direction'] {
  if (a.direction === null || b.direction === null) return 'UNKNOWN';
  if (a.direction !== b.direction) return 'CONFLICT';
  const told = new Set([a.campaign, b.campaign].filter((campaign) => campaign !== null));
  return told.size > 1 ? 'OTHER_CAMPAIGN' : 'SAME';
}

type Span = readonly [from: Instant | null, to: Instant | null];

/** Null while an end is missing. A leg without length is inside or is not. */
function shareInside([from, to]: Span, [outerFrom, outerTo]: Span): number | null {
  if (from === null || to === null || outerFrom === null || outerTo === null) return null;
  if (to <= from) return from >= outerFrom && from <= outerTo ? 1 : 0;
  return Math.max(0, Math.min(to, outerTo) - Math.max(from, outerFrom)) / (to - from);
}

/** Has a person said that the two are not one call (rule R18)? */
export const areParted = (cannotLink: readonly CannotLink[] | undefined, a: string, b: string): boolean =>
  cannotLink?.some((pair) => pair.includes(a) && pair.includes(b)) === true;
