import { MaxLength } from 'class-validator';
import { Field, InputType, Int } from 'type-graphql';
import type { PolicyChange } from '../../domain/policy.js';
import type { Channel, Direction } from '../../domain/words.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import { ChannelEnum, DirectionEnum } from '../enums.js';
import { InteractionFilterInput } from '../interaction/interaction.args.js';
import type { ShownPatch } from './policy.values.js';
import { addValues, readPatch } from './policy.values.js';

@InputType('TracePolicyOverrideInput', {
  description: 'What is to be different for a channel, a direction, or both together.',
})
export class TracePolicyOverrideInput {
  @Field(() => ChannelEnum, { nullable: true, description: 'The channel; null: any.' })
  channel?: Channel | null;

  @Field(() => DirectionEnum, { nullable: true, description: 'The direction; null: any.' })
  direction?: Direction | null;
}
addValues(TracePolicyOverrideInput.prototype, { isPatch: true, absent: 'Absent: not different.' });

@InputType('TracePolicyInput', {
  description: 'What is to be different of a policy; the rest stays as it is.',
})
export class TracePolicyInput {
  @Field(() => [TracePolicyOverrideInput], {
    nullable: true,
    description: 'All overrides, in the place of those that are. Absent: as they are.',
  })
  overrides?: (TracePolicyOverrideInput & ShownPatch)[] | null;
}
addValues(TracePolicyInput.prototype, { isPatch: true, absent: 'Absent: as it is.' });

/** The change that the input asks for. */
export function readChange({ overrides, ...patch }: TracePolicyInput & ShownPatch): PolicyChange {
  if (overrides == null) return readPatch(patch);
  const read = overrides.map(({ channel = null, direction = null, ...values }) => ({
    channel,
    direction,
    ...readPatch(values),
  }));
  return { ...readPatch(patch), overrides: read };
}

@InputType('UpdateTracePolicyInput', { description: 'A change of the policy.' })
export class UpdateTracePolicyInput {
  @Field(() => Int, {
    description: 'The version that the change was made from; CONFLICT when there is a later one by now.',
  })
  expectedVersion!: number;

  @Field(() => TracePolicyInput, { description: 'What is to be different.' })
  policy!: TracePolicyInput;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: 'Why, in at most 500 characters.' })
  reason?: string | null;
}

@InputType('SimulatePolicyInput', { description: 'A policy, and interactions to try it on.' })
export class SimulatePolicyInput {
  @Field(() => TracePolicyInput, { description: 'What would be different of the present policy.' })
  policy!: TracePolicyInput;

  @Field(() => InteractionFilterInput, {
    nullable: true,
    description: 'Which interactions; all by default. The latest 10,000 to begin are judged.',
  })
  filter?: InteractionFilter | null;
}
