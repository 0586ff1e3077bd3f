import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { PlacedRecording } from '../../domain/presentation.js';
import { placeRecording } from '../../domain/presentation.js';
import type { Instant } from '../../domain/words.js';
import type { CallRow } from '../../storage/read-model.js';
import type { GraphQLContext } from '../context.js';
import type { Loaders } from '../loaders.js';
import { RecordingType } from './recording.type.js';

/** The recordings of these calls, placed from an instant. */
export async function placedRecordings(
  calls: readonly CallRow[],
  from: Instant,
  loaders: Loaders,
): Promise<PlacedRecording[]> {
  const placed = calls.map(async (call) =>
    placeRecording(call, await loaders.recordings.load(call.id), from),
  );
  return (await Promise.all(placed)).filter((one) => one !== null);
}

@Resolver(() => RecordingType)
export class RecordingResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Where it can be played, also by a browser, which sends no key: for a copy of ours a link that opens ' +
      'for 15 minutes, else the address at its provider. Null unless AVAILABLE.',
  })
  url(@Root() recording: PlacedRecording, @Ctx() context: GraphQLContext) {
    return recording.isKept ? linkTo(recording, '', context) : recording.url;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'A link as `url`, but to be saved as a file. Null unless we have a copy.',
  })
  downloadUrl(@Root() recording: PlacedRecording, @Ctx() context: GraphQLContext) {
    return recording.isKept ? linkTo(recording, '?download=1', context) : null;
  }
}

function linkTo(
  { callId }: PlacedRecording,
  query: string,
  { links, viewer, publicUrl, now }: GraphQLContext,
): string {
  return publicUrl() + links.sign(viewer, `/recordings/${callId}${query}`, now()).path;
}
