import type { InteractionRow } from '../../storage/read-model.js';

/** What lists are exported of: everything else that an interaction has is not even read. */
export const EXPORTED = [
  'id',
  'reference',
  'externalIds',
  'channel',
  'direction',
  'platform',
  'customerAddress',
  'customerName',
  'did',
  'carrier',
  'startedAt',
  'endedAt',
  'durationMs',
  'lastMessageAt',
  'status',
  'dropStage',
  'dropDetail',
  'isProvisional',
  'expectedBy',
  'faultDomain',
  'why',
  'outcome',
  'outcomeReason',
  'segments',
  'campaign',
  'flow',
  'functions',
  'tags',
  'sentiment',
  'reviewFlags',
  'summary',
  'cost',
  'hasRecording',
  'isTest',
  'revision',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof InteractionRow)[];

export type ExportedInteraction = Pick<InteractionRow, (typeof EXPORTED)[number]>;

/** The names of the sources that the reader may know of, by id. */
export type SourceNames = ReadonlyMap<string, string>;

/** A form in which lists are exported. */
export interface ListFormat {
  contentType: string;
  /** What stands before the first row. */
  head: string;
  lines(rows: readonly ExportedInteraction[], sources: SourceNames): string;
}

export const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
