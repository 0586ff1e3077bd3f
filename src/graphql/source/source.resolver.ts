import { Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { lateBy } from '../../domain/lateness.js';
import type { RejectedRecordRow, SourceRow } from '../../storage/read-model.js';
import { connection, ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { LegType } from '../interaction/leg.type.js';
import type { Loaders, RecordRow } from '../loaders.js';
import { globalId } from '../node.js';
import { JsonValue } from '../scalars.js';
import { RejectedRecordConnection, RejectedRecordType, SourceRecordType, SourceType } from './source.type.js';

@Resolver(() => SourceType)
export class SourceResolver {
  @Needs('READ_SOURCES')
  @Query(() => [SourceType], { description: 'The systems that report to us, by name. Needs READ_SOURCES.' })
  sources(@Ctx() { readers, frame }: GraphQLContext) {
    return readers.sources.all(frame.tenantId);
  }

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() row: SourceRow) {
    return globalId('Source', row.id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Now minus the latest event it told of, in ms; null: it never told any.',
  })
  lagMs(@Root() { lastEventAt }: SourceRow, @Ctx() { frame }: GraphQLContext) {
    return lastEventAt === null ? null : Math.max(0, frame.now - lastEventAt);
  }
}

@Resolver(() => SourceRecordType)
export class SourceRecordResolver {
  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() row: RecordRow) {
    return globalId('SourceRecord', row.legId, row.id);
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The system that sent it. Needs READ_SOURCES.',
  })
  source(@Root() row: RecordRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(row.sourceId);
  }

  @FieldResolver(() => LegType, { description: 'The leg it is about.' })
  leg(@Root() row: RecordRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(row.legId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Its number at the source; null when the source numbers nothing.',
  })
  version(@Root() { version }: RecordRow) {
    return version === '' ? null : version;
  }

  @FieldResolver(() => Boolean, { description: 'True when it came after `finalAt` of its interaction.' })
  async isLate(@Root() row: RecordRow, @Ctx() { loaders }: GraphQLContext) {
    return (await latenessOf(row, loaders)) !== null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'How long after `finalAt` of its interaction it came, in ms; null: it was in time.',
  })
  lateByMs(@Root() row: RecordRow, @Ctx() { loaders }: GraphQLContext) {
    return latenessOf(row, loaders);
  }

  @Needs('READ_RAW')
  @FieldResolver(() => JsonValue, {
    nullable: true,
    description: 'The record in our words, as it was read. Needs READ_RAW.',
  })
  record(@Root() row: RecordRow) {
    return row.record;
  }

  @Needs('READ_RAW')
  @FieldResolver(() => JsonValue, {
    nullable: true,
    description: 'The payload as it came, secrets stripped. Needs READ_RAW.',
  })
  payload(@Root() row: RecordRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.payloads.load(row.id);
  }
}

async function latenessOf({ legId, receivedAt }: RecordRow, loaders: Loaders): Promise<number | null> {
  const leg = await loaders.legs.load(legId);
  const interaction = leg === null ? null : await loaders.interactions.load(leg.interactionId);
  return lateBy(receivedAt, interaction?.finalAt ?? null);
}

@Resolver(() => RejectedRecordType)
export class RejectedRecordResolver {
  @Needs('READ_SOURCES')
  @Query(() => RejectedRecordConnection, {
    description: 'What could not be read, the latest first. Needs READ_SOURCES.',
  })
  async rejectedRecords(
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    return connection(await readers.sources.rejected(frame, page));
  }

  @FieldResolver(() => ID, { description: 'Opaque id, which `replayRejectedRecord` takes.' })
  id(@Root() row: RejectedRecordRow) {
    return globalId('RejectedRecord', row.id);
  }

  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The system that sent it; null when it was removed.',
  })
  source(@Root() row: RejectedRecordRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(row.sourceId);
  }

  @Needs('READ_RAW')
  @FieldResolver(() => String, {
    nullable: true,
    description: 'What came, secrets stripped, cut at 64 KiB. Needs READ_RAW.',
  })
  body(@Root() row: RejectedRecordRow) {
    return row.body;
  }
}
