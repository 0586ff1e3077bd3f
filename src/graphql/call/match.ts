import { ArgsType, Field, Int } from 'type-graphql';
import { snippetOf } from '../../domain/spoken.js';
import type { Instant } from '../../domain/words.js';
import { readTranscriptSearch } from '../../storage/list/transcript.js';
import type { TranscriptRow } from '../../storage/read-model.js';
import type { TimelineOwner } from '../../storage/timeline-reader.js';
import type { Loaders } from '../loaders.js';
import { within } from './timeline.resolver.js';
import type { TranscriptMatchType } from './timeline.type.js';

export const MATCHES =
  'What was said with all these words in one entry, the earliest first: the places that `transcriptSearch` finds. ' +
  'Empty for a blank query.';

/** How many matches are shown when nothing is said. */
const SHOWN = 3;

@ArgsType()
export class TranscriptMatchesArgs {
  @Field(() => String, { description: 'Words and quoted phrases, as in `transcriptSearch` of the filters.' })
  query!: string;

  @Field(() => Int, { nullable: true, defaultValue: SHOWN, description: 'How many at most, 1 to 100.' })
  first?: number | null;
}

export async function transcriptMatches(
  loaders: Loaders,
  owner: TimelineOwner,
  id: string,
  { query, first }: TranscriptMatchesArgs,
): Promise<TranscriptMatchType[]> {
  const phrases = readTranscriptSearch(query, 'query') ?? [];
  const entries = await loaders.transcriptMatches(owner, { phrases, first: first ?? SHOWN }).load(id);
  return entries.map((entry) => matchOf(entry, snippetOf(entry.text ?? '', phrases)));
}

const matchOf = (entry: TranscriptRow, { text, highlights }: ReturnType<typeof snippetOf>) => ({
  entry,
  snippet: text,
  highlights,
});

/** The entry of a match tells its place in what it is read through. */
export const matchWithin =
  (ownerStartedAt: Instant) =>
  (match: TranscriptMatchType): TranscriptMatchType => ({
    ...match,
    entry: within(ownerStartedAt)(match.entry),
  });
