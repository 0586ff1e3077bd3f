import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { AdjustedAlignment } from '../../domain/alignment.js';
import type { JoinMetric } from '../../domain/health.js';
import type { LagStats } from '../../domain/lag.js';
import type { WatermarkKind } from '../../domain/watermark.js';
import type { Instant } from '../../domain/words.js';
import type { JoinAlarmRow, JoinHealthRow, SourcePairRow } from '../../storage/read-model.js';
import { enumOf } from '../enums.js';
import { DateTime } from '../scalars.js';

export const WatermarkKindEnum = enumOf<WatermarkKind>('WatermarkKind', 'How a watermark is known.', {
  REPORTED: 'The source reported it by `reportWatermark`.',
  DERIVED:
    'Its records keep coming: what lies its usual lag before the latest event has been told. It stands still while the source is idle, and never moves back.',
  UNKNOWN: 'It never reported and never was steady. An idle source is not caught up.',
});

export const JoinMetricEnum = enumOf<JoinMetric>(
  'JoinMetric',
  'What is measured of how sources find each other.',
  {
    KEY_FILL_RATE: 'The share of calls with a key that can join, at the source that fills it less.',
    MATCH_RATE: 'The share of calls joined, of those of which every part has a key.',
    ORPHAN_RATE: 'The share of calls whose other half is overdue.',
    LAG: 'How long after its end both sources had told of a call, in ms at the 95th percentile.',
    CLOCK_OFFSET: "By how much the assistant's clock is ahead of the dialer's, in ms.",
  },
);

@ObjectType('LagPercentiles', {
  description: 'How late a source tells of the end of a call, over its latest calls of the last seven days.',
  simpleResolvers: true,
})
export class LagPercentilesType implements Omit<LagStats, 'gapSamples'> {
  @Field(() => Int, { nullable: true, description: 'Half of the calls are told of sooner; null: none was.' })
  p50Ms!: number | null;

  @Field(() => Int, { nullable: true, description: 'The 95th percentile.' })
  p95Ms!: number | null;

  @Field(() => Int, { nullable: true, description: 'The 99th percentile: others wait for it this long.' })
  p99Ms!: number | null;

  @Field(() => Int, { description: 'How many calls were measured; under 20 nothing is decided by them.' })
  samples!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Time between two records of a call that goes on, at the 99th percentile.',
  })
  gapP99Ms!: number | null;

  @Field(() => DateTime, { description: 'When it was measured, by our clock.' })
  measuredAt!: Instant;
}

@ObjectType('AdjustedAlignment', {
  description: 'How the segments fit together by the clock of the dialer. Numbers in ms.',
  simpleResolvers: true,
})
export class AdjustedAlignmentType implements AdjustedAlignment {
  @Field(() => Int, { description: "By how much the assistant's clock is ahead of the dialer's." })
  clockOffsetMs!: number;

  @Field(() => Int, { description: "Assistant's start minus the dialer's answer, by one clock." })
  joinDelayMs!: number;

  @Field(() => Int, { description: "Assistant's end minus the dialer's end, by one clock." })
  overrunMs!: number;
}

@ObjectType('ClockOffset', {
  description: 'The clocks of a dialer and an assistant, measured on calls that they joined by key.',
  simpleResolvers: true,
})
export class ClockOffsetType implements Pick<
  SourcePairRow,
  'offsetMs' | 'spreadMs' | 'samples' | 'isStable'
> {
  @Field(() => Int, {
    nullable: true,
    description: "By how much the assistant's clock is ahead of the dialer's; null: under 30 calls.",
  })
  offsetMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The interquartile range; null: under 30 calls.' })
  spreadMs!: number | null;

  @Field(() => Int, { description: 'How many calls were measured.' })
  samples!: number;

  @Field(() => Boolean, {
    description: 'False when the clocks cannot be trusted: then calls without a key are not joined by time.',
  })
  isStable!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when they differ by another value; null: they do not.',
  })
  jumpedAt!: Instant | null;

  @Field(() => DateTime, { description: 'When it was measured, by our clock.' })
  measuredAt!: Instant;
}

@ObjectType('JoinHealth', {
  description: 'How well the calls of a dialer and an assistant that began in one hour found each other.',
  simpleResolvers: true,
})
export class JoinHealthType implements Omit<
  JoinHealthRow,
  'tenantId' | 'dialerSourceId' | 'assistantSourceId' | 'hour' | 'breaches'
> {
  @Field(() => Int, { description: 'Calls that are joined, or whose other half is overdue.' })
  calls!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The share with a key that can join, at the source that fills it less; null: no calls.',
  })
  keyFillRate!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The share joined, of those of which every part has a key; null: there are none.',
  })
  matchRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'The share whose other half is overdue.' })
  orphanRate!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How long after its end both had told of a call, at the 95th percentile.',
  })
  lagMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "By how much the assistant's clock is ahead of the dialer's; null: no call was joined.",
  })
  clockOffsetMs!: number | null;

  @Field(() => DateTime, { description: 'When it was measured, by our clock.' })
  measuredAt!: Instant;
}

@ObjectType('JoinAlarm', {
  description:
    'In its latest hour a pair of sources is unlike the seven days before: a join may have broken.',
  simpleResolvers: true,
})
export class JoinAlarmType implements Omit<JoinAlarmRow, 'dialerSourceId' | 'assistantSourceId' | 'hour'> {
  @Field(() => JoinMetricEnum, { description: 'What is wrong.' })
  metric!: JoinMetric;

  @Field(() => Float, { description: 'Its value: a share from 0 to 1, or ms.' })
  value!: number;

  @Field(() => Float, { description: 'Its median over the seven days before.' })
  median!: number;

  @Field(() => Float, { description: 'The lower end of its band.' })
  low!: number;

  @Field(() => Float, { description: 'The upper end of its band.' })
  high!: number;

  @Field(() => Int, { description: 'How many calls the hour had.' })
  calls!: number;
}
