import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { NotFound } from '../../domain/errors.js';
import type { RecordResult } from '../../ingest/results.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { globalId, localId } from '../node.js';
import { IngestRecordsInput, ReplayRejectedRecordInput } from './ingest.args.js';
import { IngestRecordsPayload, RecordResultType, ReplayRejectedRecordPayload } from './ingest.type.js';
import { rejectionsOf, userErrorOf } from './user-error.js';

@Resolver(() => RecordResultType)
export class IngestResolver {
  @Needs('INGEST')
  @Mutation(() => IngestRecordsPayload, {
    description:
      'Takes records of a source. A record that cannot be read does not hold up the others. Needs INGEST.',
  })
  async ingestRecords(
    @Arg('input', () => IngestRecordsInput, { validate: true, description: 'The source and its records.' })
    { source, records }: IngestRecordsInput,
    @Ctx() { receiver, viewer }: GraphQLContext,
  ): Promise<IngestRecordsPayload> {
    try {
      const results = await receiver.receiveRecords(viewer.tenantId, source, records);
      return { results, userErrors: rejectionsOf(results) };
    } catch (error) {
      return { results: [], userErrors: [userErrorOf(error, 'source')] };
    }
  }

  @Needs('REPLAY')
  @Mutation(() => ReplayRejectedRecordPayload, {
    description:
      'Tries a rejected record again, after its source or the reading of it was mended. Needs REPLAY.',
  })
  async replayRejectedRecord(
    @Arg('input', () => ReplayRejectedRecordInput, { description: 'Which one.' })
    { id }: ReplayRejectedRecordInput,
    @Ctx() { receiver, viewer }: GraphQLContext,
  ): Promise<ReplayRejectedRecordPayload> {
    const local = localId('RejectedRecord', id);
    try {
      if (local === null) throw new NotFound('rejected record');
      const results = await receiver.replayRejected(viewer.tenantId, local);
      return { results, userErrors: rejectionsOf(results) };
    } catch (error) {
      return { results: [], userErrors: [userErrorOf(error, 'id')] };
    }
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The id of its interaction; null when it was rejected, or is of something that was erased.',
  })
  interactionId(@Root() { interactionId }: RecordResult) {
    return interactionId === null ? null : globalId('Interaction', interactionId);
  }

  @Needs('READ')
  @FieldResolver(() => InteractionType, {
    nullable: true,
    description:
      'The interaction it belongs to now; null when it was rejected, deleted or erased. Needs READ.',
  })
  interaction(@Root() { interactionId }: RecordResult, @Ctx() { loaders }: GraphQLContext) {
    return interactionId === null ? null : loaders.interactions.load(interactionId);
  }
}
