import { readVerdict } from '../../domain/verdict/json.js';
import type { InteractionRow } from '../../storage/read-model.js';
import type { SummarySource } from '../call/analysis.type.js';
import type { Loaders } from '../loaders.js';

/** What happened, in words, and whose words they are: a source's, else ours; null when there are none. */
export async function summaryOf(
  row: InteractionRow,
  loaders: Loaders,
): Promise<{ summary: string; source: SummarySource } | null> {
  if (row.summary !== null) return { summary: row.summary, source: 'PROVIDER' };
  const summary = await reviewOf(row, loaders);
  return summary === null ? null : { summary, source: 'THROUGHLINE' };
}

/** What our latest completed analysis tells of it; null when there is none. */
export async function reviewOf(
  row: InteractionRow,
  { reviewByInteraction }: Loaders,
): Promise<string | null> {
  const [review] = await reviewByInteraction.load(row.id);
  return review?.result == null ? null : readVerdict(review.result).narrative;
}
