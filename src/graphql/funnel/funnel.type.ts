import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { FunnelFigures, FunnelGroup, FunnelResult, Rate, StageCount } from '../../domain/funnel.js';
import type { Instant, Stage } from '../../domain/words.js';
import { enumOf } from '../enums.js';
import { DateTime } from '../scalars.js';

export const StageEnum = enumOf<Stage>('Stage', 'How far an interaction came.', {
  ATTEMPTED: 'It began.',
  CONNECTED: 'It was answered.',
  ASSISTANT_JOINED: 'The assistant took part in it.',
  CUSTOMER_SPOKE: 'The customer said or wrote something.',
  OUTCOME_REACHED: 'The conversation ended as completed or transferred.',
  TRANSFER_REQUESTED: 'A transfer was asked for.',
  TRANSFER_BRIDGED: 'A transfer was connected.',
  HUMAN_CONNECTED: 'A human agent took the call.',
});

@ObjectType('Rate', { description: 'A share of interactions.', simpleResolvers: true })
export class RateType implements Rate {
  @Field(() => Float, { nullable: true, description: 'From 0 to 1; null when there is nothing that counts.' })
  value!: number | null;

  @Field(() => Int, { description: 'Interactions of which it holds.' })
  numerator!: number;

  @Field(() => Int, { description: 'Interactions of which it can be told whether it holds.' })
  denominator!: number;

  @Field(() => Int, {
    description: 'Interactions that it leaves out, because it cannot be told of them, or not yet.',
  })
  excluded!: number;

  @Field(() => DateTime, { description: 'When it was so.' })
  asOf!: Instant;
}

@ObjectType('StageCount', { description: 'A stage of the funnel.', simpleResolvers: true })
export class StageCountType implements StageCount {
  @Field(() => StageEnum, { description: 'The stage.' })
  stage!: Stage;

  @Field(() => Int, { description: 'Interactions that reached it.' })
  count!: number;

  @Field(() => RateType, {
    nullable: true,
    description:
      'Of those that reached the stage before, the share that did not reach this one. Only those count of which it ' +
      'was to be expected and nothing more is awaited. Null for a first stage.',
  })
  dropOff!: Rate | null;
}

@ObjectType()
abstract class FiguresType implements FunnelFigures {
  @Field(() => Int, { description: 'All interactions that it counts.' })
  interactionCount!: number;

  @Field(() => [StageCountType], { description: 'The way to an outcome, from ATTEMPTED to OUTCOME_REACHED.' })
  stages!: StageCount[];

  @Field(() => [StageCountType], {
    description: 'The way to a human, from TRANSFER_REQUESTED to HUMAN_CONNECTED.',
  })
  transferStages!: StageCount[];

  @Field(() => RateType, { description: 'Complete traces, of those that are complete or dropped for good.' })
  completionRate!: Rate;

  @Field(() => RateType, {
    description: 'Interactions with a connected transfer, of those that an assistant joined.',
  })
  transferRate!: Rate;

  @Field(() => RateType, {
    description:
      'Interactions that the assistant dealt with alone and whose customer did not call again within 24 hours of their ' +
      'beginning, of those that are over and whose customer is known. Those that began less than 24 hours ago are ' +
      'excluded, so that it is null for a cohort that is younger.',
  })
  containmentRate!: Rate;
}

@ObjectType('FunnelGroup', {
  description: 'The funnel of the interactions that share a value, an hour or a day.',
  simpleResolvers: true,
})
export class FunnelGroupType extends FiguresType implements FunnelGroup {
  @Field(() => String, {
    nullable: true,
    description: 'The value; null when it is not known or not grouped by.',
  })
  key!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its hour or day begins; null when not grouped by time.',
  })
  startsAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its hour or day ends; null when not grouped by time.',
  })
  endsAt!: Instant | null;
}

@ObjectType('Funnel', {
  description: 'Pipeline health: how far interactions come, and where they are lost between stages.',
  simpleResolvers: true,
})
export class FunnelType extends FiguresType implements FunnelResult {
  @Field(() => DateTime, { description: 'When it was so.' })
  asOf!: Instant;

  @Field(() => [FunnelGroupType], {
    description:
      'In time, then the largest first; their counts add up to the whole. Empty when nothing is grouped by.',
  })
  groups!: FunnelGroup[];
}
