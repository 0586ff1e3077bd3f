import type { VconRecording, VconSummary } from '../../domain/vcon.js';
import { recordingDialog, turnDialog, vconAnalysis, vconHead, VconParties } from '../../domain/vcon.js';
import { isKept } from '../../domain/recording.js';
import type { GraphQLContext } from '../../graphql/context.js';
import { summaryOf } from '../../graphql/interaction/summary.js';
import type { ExportedEntry } from '../../storage/export/transcript-export.js';
import type { CallRow, InteractionRow, RecordingRow } from '../../storage/read-model.js';

/** What a vCon holds beside what was said. */
export interface VconParts {
  interaction: InteractionRow;
  recordings: VconRecording[];
  summary: VconSummary | null;
}

export async function vconParts(
  interaction: InteractionRow,
  { loaders, publicUrl }: GraphQLContext,
): Promise<VconParts> {
  const calls = await loaders.callsByInteraction.load(interaction.id);
  const rows = await Promise.all(calls.map(({ id }) => loaders.recordings.load(id)));
  const recordings = calls.flatMap((call, index) => recordingOf(call, rows[index] ?? null, publicUrl()));
  return { interaction, recordings, summary: await summaryOf(interaction, loaders) };
}

/** Only a copy of ours: a provider's address can be a secret, and what it opens can change. */
function recordingOf(call: CallRow, row: RecordingRow | null, publicUrl: string): VconRecording[] {
  if (row?.sha256 == null || !isKept(row)) return [];
  const startedAt = row.startedAt ?? call.recording?.startedAt ?? call.answeredAt ?? call.sortedAt;
  return [
    {
      callId: call.id,
      startedAt,
      durationMs: row.durationMs ?? call.recording?.durationMs ?? null,
      mediatype: row.contentType,
      url: `${publicUrl}/recordings/${call.id}`,
      contentHash: `sha256-${Buffer.from(row.sha256, 'hex').toString('base64url')}`,
    },
  ];
}

/** The parties come after the dialog: who they all are is known when all has been said. */
export async function* writeVcon(
  { interaction, recordings, summary }: VconParts,
  entries: AsyncIterable<readonly ExportedEntry[]>,
): AsyncGenerator<string> {
  const parties = new VconParties(interaction);
  yield `${JSON.stringify(vconHead(interaction)).slice(0, -1)},"dialog":[`;
  let separator = '\n';
  for (const recording of recordings) {
    yield separator + JSON.stringify(recordingDialog(recording, parties));
    separator = ',\n';
  }
  for await (const batch of entries)
    for (const entry of batch) {
      yield separator + JSON.stringify(turnDialog(entry, parties));
      separator = ',\n';
    }
  const end = { parties: parties.list, analysis: vconAnalysis(summary) };
  yield `\n],${JSON.stringify(end).slice(1)}\n`;
}
