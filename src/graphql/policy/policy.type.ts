import { Field, Int, ObjectType } from 'type-graphql';
import type { PolicySet } from '../../domain/policy.js';
import type { Channel, Direction, Instant } from '../../domain/words.js';
import type { PolicyVersion } from '../../storage/policy-store.js';
import { ChannelEnum, DirectionEnum } from '../enums.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { DateTime } from '../scalars.js';
import type { ShownPatch, ShownValues } from './policy.values.js';
import { addValues, shownPatch, shownValues } from './policy.values.js';

@ObjectType('TracePolicyOverride', {
  description:
    'What is different for a channel, a direction, or both together. Value by value the most specific wins: ' +
    'both, then the channel alone, then the direction alone, then the policy itself.',
  simpleResolvers: true,
})
export class TracePolicyOverrideType {
  @Field(() => ChannelEnum, { nullable: true, description: 'The channel; null: any.' })
  channel!: Channel | null;

  @Field(() => DirectionEnum, { nullable: true, description: 'The direction; null: any, or not known.' })
  direction!: Direction | null;
}
addValues(TracePolicyOverrideType.prototype, { isPatch: true, absent: 'Null: not different.' });

@ObjectType('TracePolicyVersion', { description: 'A policy as it was, or is.', simpleResolvers: true })
export class TracePolicyVersionType {
  @Field(() => Int, { description: "Counts on from 1, which is the product's own." })
  version!: number;

  @Field(() => DateTime, { nullable: true, description: "When it was made; null for the product's own." })
  changedAt!: Instant | null;

  @Field(() => String, {
    nullable: true,
    description: "Names the credential that made it; null for the product's own.",
  })
  changedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was made, in the words of who made it.' })
  reason!: string | null;

  @Field(() => [TracePolicyOverrideType], { description: 'What is different where.' })
  overrides!: (ShownPatch & { channel: Channel | null; direction: Direction | null })[];
}
addValues(TracePolicyVersionType.prototype, { isPatch: false, absent: '' });

@ObjectType('TracePolicy', {
  description:
    'What is expected of interactions and how long it is waited for. Every status keeps the version that decided it.',
  simpleResolvers: true,
})
export class TracePolicyType extends TracePolicyVersionType {}

export type ShownPolicy = TracePolicyVersionType & ShownValues;

/** A version in the form that clients see. */
export const shownPolicy = ({ policy, ...made }: PolicyVersion): ShownPolicy => ({
  ...made,
  ...shownValues(policy),
  version: policy.version,
  overrides: overridesOf(policy),
});

const overridesOf = ({ overrides }: PolicySet): ShownPolicy['overrides'] =>
  overrides.map(({ channel, direction, ...patch }) => ({ channel, direction, ...shownPatch(patch) }));

@ObjectType('UpdateTracePolicyPayload', {
  description: 'The policy after the change, or after none.',
  simpleResolvers: true,
})
export class UpdateTracePolicyPayload {
  @Field(() => TracePolicyType, {
    nullable: true,
    description: 'The policy as it is now, changed or not; null when the input breaks the rules of its type.',
  })
  tracePolicy!: ShownPolicy | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}
