import type { Json, JsonObject, NeutralRecord } from '../../domain/record.js';
import type { Role } from '../../domain/words.js';

/** One HTTP request as it came in, before anything was believed. */
export interface Delivery {
  /** The public URL the sender used, query included: some signatures cover it. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  rawBody: Buffer;
}

/** What an adapter may know of the source that a delivery came to. */
export interface SourceFacts {
  role: Role;
  secret: string | null;
  /** IANA zone of the times in payloads that carry none. */
  timeZone: string;
  /** Settings of this provider, as its README names them. */
  settings: JsonObject;
}

/**
 * What the core needs to know of a provider. Adapters are pure: no I/O, no clock of their own
 * (the time of receipt is an argument where a signature or an undated event needs one).
 */
export interface ProviderAdapter {
  provider: string;
  /** The role of a source of this provider unless its owner says otherwise. */
  defaultRole: Role;
  /** The namespace under which other systems name this provider's own call id; null: none do. */
  identityNamespace: string | null;
  /** Field names whose values never reach the database, wherever in the payload they stand. */
  secretFields: readonly string[];
  /** True when the delivery was signed with the source's secret. Called on the raw bytes, before reading. */
  verify(delivery: Delivery, source: SourceFacts, receivedAt: number): boolean;
  /** Raw bytes to the payload. Throws UnreadableBody naming what is wrong. */
  read(delivery: Delivery): Json;
  /**
   * What the payload holds for steering its live call, as names and values; null: nothing. It is called before
   * secrets are stripped; what it answers is kept encrypted, apart from everything that is read.
   */
  liveControl?(payload: Json): { externalId: string; values: Record<string, string> } | null;
  /** The payload to records, without `payload` (the core attaches it). Throws InvalidPayload naming the field. */
  adapt(payload: Json, source: SourceFacts, receivedAt: number): NeutralRecord[];
}
