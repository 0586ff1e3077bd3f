import { latencyOf } from '../../domain/presentation.js';
import type { Latency } from '../../domain/record.js';
import type { CallRow } from '../../storage/read-model.js';
import type { Loaders } from '../loaders.js';

/** The average times of a call; its tool calls and searches are read only where nothing else tells. */
export async function averageLatency(
  row: CallRow,
  { toolCallsByCall, knowledgeSearchesByCall }: Loaders,
): Promise<Required<Latency>> {
  const { toolMs, ragMs } = latencyOf(row);
  const [toolCalls, knowledgeSearches] = await Promise.all([
    toolMs === null ? toolCallsByCall.load(row.id) : [],
    ragMs === null ? knowledgeSearchesByCall.load(row.id) : [],
  ]);
  return latencyOf(row, { toolCalls, knowledgeSearches });
}
