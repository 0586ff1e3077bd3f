import { FieldResolver, Resolver, Root } from 'type-graphql';
import type { PlacedRecording } from '../../domain/presentation.js';
import { placeRecording } from '../../domain/presentation.js';
import type { Instant } from '../../domain/words.js';
import type { CallRow } from '../../storage/read-model.js';
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
    description: 'Where it can be played; null unless AVAILABLE.',
  })
  url(@Root() recording: PlacedRecording) {
    return recording.url;
  }
}
