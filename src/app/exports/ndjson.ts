import { explain } from '../../domain/why.js';
import { globalId } from '../../graphql/node.js';
import type { ExportedInteraction, ListFormat, SourceNames } from './list-format.js';
import { iso } from './list-format.js';

/** One JSON object a line, its names and values those of the GraphQL type. */
export const NDJSON: ListFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  lines: (rows, sources) => rows.map((row) => `${JSON.stringify(shown(row, sources))}\n`).join(''),
};

function shown(row: ExportedInteraction, sources: SourceNames): object {
  const { customerAddress: address, customerName: displayName, ...facts } = row;
  const { code, headline, text } = explain(row.why, 'en');
  return {
    ...facts,
    id: globalId('Interaction', row.id),
    customer: address === null && displayName === null ? null : { address, displayName },
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    lastMessageAt: iso(row.lastMessageAt),
    expectedBy: iso(row.expectedBy),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    why: { code, headline, text },
    segments: row.segments.map(({ legId, sourceId, startedAt, endedAt, ...segment }) => ({
      ...segment,
      source: sources.get(sourceId ?? '') ?? null,
      legId: legId === null ? null : globalId('Leg', legId),
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
    })),
    sentiment: row.sentiment.map((one) => ({ ...one, at: iso(one.at) })),
    reviewFlags: row.reviewFlags.map((one) => ({ ...one, at: iso(one.at ?? null) })),
  };
}
