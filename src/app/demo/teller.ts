import type { NeutralRecord } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import type { Random } from './random.js';

export const DEMO_SOURCES = ['dialer', 'assistant', 'human'] as const;
export type DemoSource = (typeof DEMO_SOURCES)[number];

/** One statement of a system, and when it is sent. */
export interface Statement {
  source: DemoSource;
  atMs: Instant;
  /** A neutral record as JSON, its instants as RFC 3339 texts. */
  record: object;
}

/** What a system repeats in every statement about a call. */
export type Identity = Pick<NeutralRecord, 'externalId' | 'role' | 'channel' | 'keys'>;

/** One system that tells of one call: it numbers its statements and sends each a moment after the fact. */
export class Teller {
  readonly statements: Statement[] = [];

  constructor(
    private readonly source: DemoSource,
    private readonly identity: Identity,
    private readonly random: Random,
    /** Until then nothing is sent. */
    private readonly heldUntil: Instant = 0,
  ) {}

  say(occurredAt: Instant, said: Partial<NeutralRecord>): void {
    const version = String(this.statements.length + 1);
    this.statements.push({
      source: this.source,
      atMs: Math.max(occurredAt, this.heldUntil) + this.random.whole(40, 220),
      record: toJson({ ...this.identity, version, occurredAt, ...said }),
    });
  }
}

const INSTANT_FIELD = /^(?:at|\w+At)$/;

/** A record as its sender writes it. */
const toJson = (record: NeutralRecord): object =>
  JSON.parse(JSON.stringify(record), (field, value: unknown) =>
    typeof value === 'number' && INSTANT_FIELD.test(field) ? new Date(value).toISOString() : value,
  ) as object;
