import { Field, Int, ObjectType } from 'type-graphql';
import type { LegKey } from '../../domain/leg.js';
import type {
  AttemptEnd,
  Direction,
  Instant,
  KeyScope,
  LegState,
  LinkTier,
  Role,
} from '../../domain/words.js';
import { DirectionEnum, LegStateEnum, RoleEnum } from '../enums.js';
import { NodeType } from '../node.js';
import { DateTime } from '../scalars.js';
import { AttemptEndEnum, KeyScopeEnum, LinkTierEnum } from './interaction.enums.js';

@ObjectType('CorrelationKey', {
  description: 'A value by which legs of different systems find each other.',
  simpleResolvers: true,
})
export class CorrelationKeyType implements LegKey {
  @Field(() => String, { description: 'What the value is: `interaction_id`, `twilio_call_sid`.' })
  namespace!: string;

  @Field(() => String, { description: 'The value, cleaned.' })
  value!: string;

  @Field(() => KeyScopeEnum, { description: 'What it means that two legs share it.' })
  scope!: KeyScope;
}

@ObjectType('LinkEvidence', {
  description: 'A key that a leg shares with others of its interaction.',
  simpleResolvers: true,
})
export class LinkEvidenceType {
  @Field(() => CorrelationKeyType, { description: 'The key.' })
  key!: LegKey;

  withLegIds!: string[];
}

@ObjectType('Link', { description: 'Why a leg is in its interaction.', simpleResolvers: true })
export class LinkType {
  @Field(() => LinkTierEnum, { description: 'What kind of evidence decided.' })
  tier!: LinkTier;

  @Field(() => String, {
    description: 'The rule that decided: `SHARED_KEY`, `PERSON`, `SCORE`, or `NONE` for a leg on its own.',
  })
  method!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Points of a heuristic link, 85 and more; null for any other.',
  })
  score!: number | null;

  @Field(() => String, { description: 'Who decided: the rule set with its version, or a person.' })
  decidedBy!: string;

  @Field(() => Int, {
    description: 'Version of the rules that decided: of joining, or, of a heuristic link, of weighing.',
  })
  rulesVersion!: number;

  @Field(() => DateTime, { description: 'When it was decided, by our clock.' })
  decidedAt!: Instant;
}

@ObjectType('Leg', {
  description:
    "One system's view of one path between two parties. Times are the source's own, never adjusted.",
  implements: NodeType,
  simpleResolvers: true,
})
export class LegType {
  @Field(() => RoleEnum, { description: 'The part that its system plays.' })
  role!: Role;

  @Field(() => String, { description: "The source's own id of it." })
  externalId!: string;

  @Field(() => DirectionEnum, { nullable: true, description: 'Who began it, as its source says.' })
  direction!: Direction | null;

  @Field(() => LegStateEnum, { description: 'How far it has come.' })
  state!: LegState;

  @Field(() => DateTime, { nullable: true, description: 'When it was queued.' })
  queuedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began to ring.' })
  ringAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was answered; null: not answered, or not said.',
  })
  answeredAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began; null when its source has not said.' })
  startedAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it ended; null while it goes on, or not said.',
  })
  endedAt!: Instant | null;

  @Field(() => Boolean, { description: 'True while its end is only inferred from silence.' })
  endPresumed!: boolean;

  @Field(() => AttemptEndEnum, {
    nullable: true,
    description:
      'How it ended, for an attempt of a group call that was not answered while another was; null for any other leg.',
  })
  attemptEnd!: AttemptEnd | null;

  @Field(() => Boolean, {
    description:
      'True when `attemptEnd` follows from the answered attempt, and its own system did not say so.',
  })
  attemptEndDerived!: boolean;
}
