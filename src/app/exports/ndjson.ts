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

type Shown = Record<
  Exclude<keyof ExportedInteraction, 'customerAddress' | 'customerName'> | 'customer',
  unknown
>;

/** Written out: an object that is put together of others costs many times its size. */
function shown(row: ExportedInteraction, sources: SourceNames): Shown {
  const { customerAddress: address, customerName: displayName } = row;
  const { code, headline, text } = explain(row.why, 'en');
  return {
    id: globalId('Interaction', row.id),
    reference: row.reference,
    externalIds: row.externalIds,
    channel: row.channel,
    direction: row.direction,
    platform: row.platform,
    customer: address === null && displayName === null ? null : { address, displayName },
    did: row.did,
    carrier: row.carrier,
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    durationMs: row.durationMs,
    lastMessageAt: iso(row.lastMessageAt),
    status: row.status,
    dropStage: row.dropStage,
    dropDetail: row.dropDetail,
    isProvisional: row.isProvisional,
    expectedBy: iso(row.expectedBy),
    faultDomain: row.faultDomain,
    why: { code, headline, text },
    outcome: row.outcome,
    outcomeReason: row.outcomeReason,
    segments: row.segments.map((one) => segment(one, sources)),
    campaign: row.campaign,
    flow: row.flow,
    functions: row.functions,
    tags: row.tags,
    sentiment: row.sentiment.map(({ label, score, at }) => ({ label, score, at: iso(at) })),
    reviewFlags: row.reviewFlags.map((one) => ({ ...one, at: iso(one.at ?? null) })),
    summary: row.summary,
    cost: row.cost,
    hasRecording: row.hasRecording,
    isTest: row.isTest,
    revision: row.revision,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

const segment = (one: ExportedInteraction['segments'][number], sources: SourceNames) => ({
  role: one.role,
  source: sources.get(one.sourceId ?? '') ?? null,
  state: one.state,
  legId: one.legId === null ? null : globalId('Leg', one.legId),
  startedAt: iso(one.startedAt),
  endedAt: iso(one.endedAt),
  offsetMs: one.offsetMs,
  durationMs: one.durationMs,
  offsetPercent: one.offsetPercent,
  widthPercent: one.widthPercent,
});
