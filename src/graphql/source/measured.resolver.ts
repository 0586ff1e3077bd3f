import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { adjustedAlignment } from '../../domain/alignment.js';
import { adjust, clockedSources } from '../../domain/clock.js';
import { BadUserInput } from '../../domain/errors.js';
import { byStart } from '../../domain/leg.js';
import { watermarkOf } from '../../domain/watermark.js';
import type {
  InteractionRow,
  JoinAlarmRow,
  JoinHealthRow,
  LegRow,
  SourcePairRow,
  SourceRow,
} from '../../storage/read-model.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { LegType } from '../interaction/leg.type.js';
import { DateTime } from '../scalars.js';
import {
  AdjustedAlignmentType,
  ClockOffsetType,
  JoinAlarmType,
  JoinHealthType,
  LagPercentilesType,
  WatermarkKindEnum,
} from './measured.type.js';
import { SourceType } from './source.type.js';

/** A week: the band that alarms are judged by. */
const MAX_HOURS = 168;

/** The pair's clocks, as seen from one of the two. */
type Clocks = SourcePairRow & { otherId: string };

const bound = (hours: number): number => {
  if (hours < 1 || hours > MAX_HOURS) throw new BadUserInput('hours', 'must be between 1 and 168.');
  return hours;
};

@Resolver(() => SourceType)
export class SourceMeasuresResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Up to when it has told everything; null: not known.',
  })
  watermarkAt(@Root() row: SourceRow, @Ctx() { frame }: GraphQLContext) {
    return watermarkOf(row, frame.now).at;
  }

  @FieldResolver(() => WatermarkKindEnum, { description: 'How `watermarkAt` is known.' })
  watermarkKind(@Root() row: SourceRow, @Ctx() { frame }: GraphQLContext) {
    return watermarkOf(row, frame.now).kind;
  }

  @FieldResolver(() => LagPercentilesType, {
    nullable: true,
    description: 'How late it tells of the end of a call; null: not measured yet.',
  })
  lag(@Root() { lag }: SourceRow) {
    return lag;
  }

  @FieldResolver(() => [ClockOffsetType], {
    description: 'Its clock and those of the sources that it joined calls with.',
  })
  async clockOffsets(@Root() { id }: SourceRow, @Ctx() { loaders }: GraphQLContext): Promise<Clocks[]> {
    const pairs = await loaders.pairsBySource.load(id);
    return pairs.map((pair) => ({
      ...pair,
      otherId: pair.dialerSourceId === id ? pair.assistantSourceId : pair.dialerSourceId,
    }));
  }

  @FieldResolver(() => [JoinHealthType], {
    description: 'How well its calls find those of the other sources, hour by hour, the latest first.',
  })
  joinHealth(
    @Root() { id }: SourceRow,
    @Arg('hours', () => Int, { defaultValue: 24, description: 'How many hours back, 1 to 168.' })
    hours: number,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return loaders.joinHealth(bound(hours)).load(id);
  }
}

@Resolver(() => ClockOffsetType)
export class ClockOffsetResolver {
  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The other source; null when it was removed.',
  })
  other(@Root() { otherId }: Clocks, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(otherId);
  }
}

@Resolver(() => JoinHealthType)
export class JoinHealthResolver {
  @FieldResolver(() => DateTime, { description: 'When the hour began.' })
  hourAt(@Root() { hour }: JoinHealthRow) {
    return hour;
  }

  @FieldResolver(() => SourceType, { nullable: true, description: 'The dialer; null when it was removed.' })
  dialer(@Root() { dialerSourceId }: JoinHealthRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(dialerSourceId);
  }

  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The assistant; null when it was removed.',
  })
  assistant(@Root() { assistantSourceId }: JoinHealthRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(assistantSourceId);
  }

  @FieldResolver(() => [JoinAlarmType], { description: 'What lay outside its seven-day band.' })
  alarms(@Root() { breaches, ...row }: JoinHealthRow): JoinAlarmRow[] {
    return breaches.map((breach) => ({ ...row, ...breach }));
  }
}

@Resolver(() => JoinAlarmType)
export class JoinAlarmResolver {
  @Needs('READ_SOURCES')
  @Query(() => [JoinAlarmType], {
    description: 'Pairs of sources whose records stopped finding each other as usual. Needs READ_SOURCES.',
  })
  joinAlarms(@Ctx() { readers, frame }: GraphQLContext) {
    return readers.sources.joinAlarms(frame.tenantId, frame.now);
  }

  @FieldResolver(() => DateTime, { description: 'When the hour began that is unlike the others.' })
  hourAt(@Root() { hour }: JoinAlarmRow) {
    return hour;
  }

  @FieldResolver(() => SourceType, { nullable: true, description: 'The dialer; null when it was removed.' })
  dialer(@Root() { dialerSourceId }: JoinAlarmRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(dialerSourceId);
  }

  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The assistant; null when it was removed.',
  })
  assistant(@Root() { assistantSourceId }: JoinAlarmRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(assistantSourceId);
  }
}

@Resolver(() => LegType)
export class LegClockResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      "When an assistant's leg began by the clock of the dialer; null for other roles, and while the difference is not known.",
  })
  async adjustedStartedAt(@Root() row: LegRow, @Ctx() { loaders }: GraphQLContext) {
    if (row.role !== 'ASSISTANT' || row.startedAt === null) return null;
    const [legs, pairs] = await Promise.all([
      loaders.legsByInteraction.load(row.interactionId),
      loaders.pairsBySource.load(row.sourceId),
    ]);
    const dialers = legs.filter((leg) => leg.role === 'DIALER').sort(byStart);
    const [offset] = dialers.flatMap(
      ({ sourceId }) => pairs.find((pair) => pair.dialerSourceId === sourceId)?.offsetMs ?? [],
    );
    return offset === undefined ? null : adjust(row.startedAt, offset);
  }
}

@Resolver(() => InteractionType)
export class InteractionClockResolver {
  @FieldResolver(() => AdjustedAlignmentType, {
    nullable: true,
    description:
      "The numbers of `alignment` by one clock; null while the clocks' difference is not known or not stable. The status is judged by the times that sources state.",
  })
  async adjustedAlignment(@Root() { id, alignment }: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    const legs = await loaders.legsByInteraction.load(id);
    const [dialer, assistant] = clockedSources(legs);
    if (dialer === undefined || assistant === undefined) return null;
    const pairs = await loaders.pairsBySource.load(assistant);
    return adjustedAlignment(
      alignment,
      pairs.find((pair) => pair.dialerSourceId === dialer),
    );
  }
}
