import { Field, Int, ObjectType } from 'type-graphql';
import type { FeatureName, Obstacle, Veto } from '../../domain/score.js';
import type { Explained, JoinReason } from '../../domain/explain.js';
import type { LegKey } from '../../domain/leg.js';
import type { SuggestionRow } from '../../storage/reconciliation-reader.js';
import { enumOf } from '../enums.js';
import { DateTime } from '../scalars.js';
import type { Instant } from '../../domain/words.js';

export const FeatureNameEnum = enumOf<FeatureName>('LinkFeatureName', 'What is compared of two legs.', {
  CUSTOMER_NUMBER:
    'The numbers of the customer: E164, VARIANT, LAST_9 or LAST_6 alike; CARRIER when the assistant sees the number dialled or a carrier\u2019s, which says nothing of the customer.',
  DID: 'The numbers that were dialled.',
  CUSTOMER_KEY: 'Ids of the customer, keys of scope CUSTOMER: SHARED when both legs name one.',
  BRIDGE:
    'Conferences and the like, keys of scope BRIDGE: SHARED when both legs name one. It counts while the numbers of the customer cannot be compared.',
  JOIN_DELAY_MS: 'Assistant start minus dialer answer, clocks adjusted, in ms.',
  SHARE_INSIDE: "The share of the assistant's leg that lies inside the dialer's, 0 to 1.",
  END_GAP_MS: 'Assistant end minus dialer end, clocks adjusted, in ms.',
  DIRECTION: 'The directions, and the campaigns.',
  NUMBER_HEAT: 'Whether so many calls have the number that it tells little.',
});

export const VetoEnum = enumOf<Veto>('LinkVeto', 'What makes it impossible that two legs are one call.', {
  OTHER_TENANT: 'They belong to different tenants.',
  NOT_COMPLEMENTARY: 'They are not a dialer and an assistant.',
  TEST_AGAINST_REAL: 'One is a test, the other is not.',
  CANNOT_LINK: 'A person said that they are not one call.',
  HAS_PARTNER: 'One of them has its other half by key or by hand.',
  CUSTOMER_WITHHELD: 'The customer hid the number.',
  CUSTOMER_DIFFERENT: 'The numbers of the customer differ.',
  DIRECTION_CONFLICT: 'One came in, the other went out.',
  DIALER_NEVER_ANSWERED: "The dialer's leg was never answered.",
  ASSISTANT_BEFORE_ANSWER: 'The assistant began more than 5 s before the answer.',
  ASSISTANT_AFTER_END: "The assistant began more than 5 s after the dialer's end.",
  ASSISTANT_OUTLASTS_DIALER: "The assistant ended more than 10 s after the dialer's end.",
});

export const ObstacleEnum = enumOf<Obstacle>('LinkObstacle', 'Why a person is asked.', {
  SCORE_TOO_LOW: 'The points do not suffice to link.',
  MARGIN_TOO_THIN: 'Another pair is nearly as good.',
  NUMBER_HOT: 'Too many calls have the number.',
  CARRIER_NUMBER: "The assistant sees a number that is not the customer's.",
  CLOCK_UNSTABLE: 'The clocks of the two sources cannot be trusted.',
  PRECISION_TOO_LOW: 'Links of the two sources have proved wrong too often.',
  WATERMARK_BEHIND: 'A source may still tell of the true partner.',
  AUTOMATIC_OFF: "The tenant's policy links nothing without a person.",
});

export const JoinReasonEnum = enumOf<JoinReason>('JoinReason', 'What a rule of joining says of two legs.', {
  TOGETHER: 'They are one interaction.',
  PARTED_BY_PERSON: 'A person has parted them.',
  DISMISSED_BY_PERSON: 'A person has dismissed the suggestion that they are one call.',
  KEY_QUARANTINED: 'A key that both carry reaches too many legs and joins nothing.',
  OTHER_SESSION:
    'A key that both carry is the id of a written thread, and inactivity has cut them into different sessions.',
  KEY_JOINS_OTHERS:
    'A key that both carry joins one of them with others: it would bring together what a person has parted.',
  NO_SHARED_KEY: 'They have no key in common that can join.',
  NOT_COMPARABLE: 'Circumstances compare an answered dialer with an assistant, on the phone.',
  NOT_ENDED: 'Circumstances are compared once both have ended.',
  OTHER_LEG_STANDS: 'Another leg of the interaction of one of them is compared in its place.',
  VETOED: 'Something makes it impossible; see the vetoes.',
  SCORE_TOO_LOW: 'The circumstances do not suffice even for a suggestion.',
  SCORE_NEEDS_A_PERSON: 'The circumstances suffice for a suggestion.',
  SCORE_SUFFICES:
    'The circumstances suffice to link; without an obstacle the next look does so, within seconds.',
  OBSTRUCTED: 'Something keeps the pair from being linked without a person; see the obstacles.',
  LINKED_ELSEWHERE: 'One of them is linked with another leg, on better evidence; see the rivals.',
});

@ObjectType('LinkFeature', { description: 'One piece of circumstantial evidence.', simpleResolvers: true })
export class LinkFeatureType {
  @Field(() => FeatureNameEnum, { description: 'What was compared.' })
  name!: FeatureName;

  value!: string | number;

  @Field(() => Int, { description: 'Points for the pair, negative against it.' })
  points!: number;
}

@ObjectType('LinkRival', {
  description: 'Another pair that one of the two legs could make.',
  simpleResolvers: true,
})
export class LinkRivalType {
  dialerId!: string;
  assistantId!: string;

  @Field(() => Int, { description: 'Its points.' })
  points!: number;
}

@ObjectType('LinkMatch', { description: 'The circumstantial evidence of a link.', simpleResolvers: true })
export class LinkMatchType {
  withLegId!: string;

  @Field(() => [LinkFeatureType], { description: 'The evidence, piece by piece.' })
  features!: SuggestionRow['features'];

  @Field(() => [LinkRivalType], { description: 'Other pairs of either leg, the best first, at most ten.' })
  rivals!: SuggestionRow['rivals'];

  @Field(() => Int, { nullable: true, description: 'Points ahead of the best rival; null without one.' })
  margin!: number | null;
}

@ObjectType('Suggestion', {
  description: 'Two legs that may be one call. A person links or dismisses them.',
  simpleResolvers: true,
})
export class SuggestionType {
  dialerLegId!: string;
  assistantLegId!: string;

  @Field(() => Int, {
    description: 'Points of the evidence; 85 and more link by themselves when nothing stands in the way.',
  })
  points!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Points ahead of the best rival, negative behind it; null without one.',
  })
  margin!: number | null;

  @Field(() => [LinkFeatureType], { description: 'The evidence, piece by piece.' })
  features!: SuggestionRow['features'];

  @Field(() => [LinkRivalType], { description: 'Other pairs of either leg, the best first, at most ten.' })
  rivals!: SuggestionRow['rivals'];

  @Field(() => [ObstacleEnum], { description: 'Why it was not linked by itself.' })
  obstacles!: Obstacle[];

  @Field(() => Int, { description: 'Version of the rules that weighed it.' })
  rulesVersion!: number;

  @Field(() => DateTime, { description: 'When it was weighed, by our clock.' })
  decidedAt!: Instant;
}

@ObjectType('LinkExplanation', {
  description: 'All that speaks for and against two legs being one call.',
  simpleResolvers: true,
})
export class LinkExplanationType {
  legIds!: Explained['legIds'];

  @Field(() => Boolean, { description: 'Whether they are one interaction now.' })
  areTogether!: boolean;

  @Field(() => [JoinReasonEnum], { description: 'What the rules say, in the order in which they ask.' })
  reasons!: JoinReason[];

  sharedKeys!: LegKey[];

  score!: Explained['score'];

  @Field(() => [ObstacleEnum], {
    description: 'What keeps the pair from being linked without a person, as the matcher sees it.',
  })
  obstacles!: Obstacle[];

  @Field(() => Int, {
    nullable: true,
    description:
      'Points ahead of the best rival, negative behind it; null without one, and for a pair that cannot be suggested.',
  })
  margin!: number | null;

  @Field(() => [LinkRivalType], { description: 'Other pairs of either leg, the best first, at most ten.' })
  rivals!: Explained['rivals'];
}

@ObjectType('LinkScore', { description: 'The circumstantial evidence for two legs.', simpleResolvers: true })
export class LinkScoreType {
  @Field(() => Int, { description: 'Points in all.' })
  points!: number;

  @Field(() => [LinkFeatureType], { description: 'The evidence, piece by piece.' })
  features!: SuggestionRow['features'];

  @Field(() => [VetoEnum], { description: 'What makes it impossible, whatever the points.' })
  vetoes!: Veto[];
}
