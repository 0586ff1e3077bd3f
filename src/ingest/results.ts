export const RECORD_RESULTS = ['ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED'] as const;
export type RecordResultStatus = (typeof RECORD_RESULTS)[number];

/** What became of one record of a delivery. */
export interface RecordResult {
  /** Place of the record in the delivery, from 0. */
  index: number;
  status: RecordResultStatus;
  externalId: string | null;
  /** The interaction it belongs to now; null when it was rejected, or is of something erased and not kept. */
  interactionId: string | null;
  /** Paths of fields that are not part of the record format; they were kept in the payload and not read. */
  unknownFields: string[];
  /** Why it was rejected, and which field is at fault. */
  error: { field: string | null; message: string } | null;
}

/** What the doors (HTTP and GraphQL) need of the core. */
export interface Receiver {
  /** Neutral records for a source of the tenant, by name. Throws NotFound for an unknown source. */
  receiveRecords(tenantId: string, sourceName: string, records: readonly unknown[]): Promise<RecordResult[]>;
  /** Tries a rejected record again; its body is read as it was kept. */
  replayRejected(tenantId: string, rejectedId: string): Promise<RecordResult[]>;
}
