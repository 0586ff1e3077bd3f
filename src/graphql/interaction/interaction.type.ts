import { Field, Int, ObjectType } from 'type-graphql';
import type { Disagreement } from '../../domain/disagreements.js';
import type { InteractionTransfer } from '../../domain/transfer.js';
import type { Resolution } from '../../domain/interaction.js';
import type { Tag } from '../../domain/tag.js';
import type { Annotation, Flag } from '../../domain/mark.js';
import type { Money } from '../../domain/money.js';
import type { Sentiment } from '../../domain/record.js';
import type { Alignment } from '../../domain/alignment.js';
import type { Segment } from '../../domain/timeline.js';
import type {
  Channel,
  Direction,
  DropDetail,
  DropStage,
  FaultDomain,
  Instant,
  InteractionStatus,
  Outcome,
  Platform,
} from '../../domain/words.js';
import type { InteractionRow } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import { ChannelEnum, DirectionEnum, PlatformEnum } from '../enums.js';
import { NodeType } from '../node.js';
import { DateTime } from '../scalars.js';
import { InteractionFacetsType } from './facets.type.js';
import {
  DropDetailEnum,
  DropStageEnum,
  FaultDomainEnum,
  InteractionStatusEnum,
  OutcomeEnum,
} from './interaction.enums.js';
import {
  AnnotationType,
  CostType,
  ReviewFlagType,
  SentimentType,
  TagType,
  TransferType,
} from './interaction.parts.type.js';
import { AlignmentType, DisagreementType, ResolutionType, SegmentType } from './status.type.js';

/** The fields that are shown as they are stored; the resolver has the others. */
type Shown = Pick<InteractionRow, 'reference' | 'externalIds' | 'status' | 'revision'>;

@ObjectType('Interaction', {
  description:
    'One customer contact, whatever the channel, joined from the records of several systems. ' +
    'Fields are null where no source said anything.',
  implements: NodeType,
  simpleResolvers: true,
})
export class InteractionType implements Shown {
  @Field(() => String, {
    nullable: true,
    description: "The business's own reference, such as an order number.",
  })
  reference!: string | null;

  @Field(() => [String], { description: 'The ids that the sources give its calls, the earliest call first.' })
  externalIds!: string[];

  @Field(() => ChannelEnum, { description: 'The channel; VOICE when no source says.' })
  channel!: Channel;

  @Field(() => DirectionEnum, { nullable: true, description: 'Who began it; the dialer is believed first.' })
  direction!: Direction | null;

  @Field(() => PlatformEnum, { nullable: true, description: 'What the customer used.' })
  platform!: Platform | null;

  @Field(() => String, { nullable: true, description: 'The number of ours that was used (DID).' })
  did!: string | null;

  @Field(() => String, { nullable: true, description: 'The carrier that brought the call.' })
  carrier!: string | null;

  @Field(() => DateTime, { description: 'When it began: the start of its earliest leg.' })
  startedAt!: Instant;

  @Field(() => DateTime, { nullable: true, description: 'When its last leg ended; null while it goes on.' })
  endedAt!: Instant | null;

  @Field(() => Int, { nullable: true, description: 'From start to end, in ms; null while it goes on.' })
  durationMs!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the last thing was said; null without a transcript.',
  })
  lastMessageAt!: Instant | null;

  @Field(() => DateTime, { description: 'The latest event that any source told of.' })
  lastActivityAt!: Instant;

  @Field(() => InteractionStatusEnum, { description: 'Whether its trace is whole.' })
  status!: InteractionStatus;

  @Field(() => DropStageEnum, {
    nullable: true,
    description: 'Where the trace is incomplete; null unless DROPPED.',
  })
  dropStage!: DropStage | null;

  @Field(() => DropDetailEnum, {
    nullable: true,
    description: 'What is missing exactly; null when it cannot be told.',
  })
  dropDetail!: DropDetail | null;

  @Field(() => Boolean, { description: 'True while a record that may still come would change a DROPPED.' })
  isProvisional!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when a missing record is expected; null: none is.',
  })
  expectedBy!: Instant | null;

  @Field(() => FaultDomainEnum, {
    nullable: true,
    description: 'Whose part is missing; null when nothing is.',
  })
  faultDomain!: FaultDomain | null;

  @Field(() => OutcomeEnum, {
    nullable: true,
    description: 'How it ended for the customer; null while it goes on.',
  })
  outcome!: Outcome | null;

  @Field(() => String, { nullable: true, description: "The source's own word for how it ended." })
  outcomeReason!: string | null;

  @Field(() => [SegmentType], {
    description:
      'The mini timeline: one bar a leg in order of start, then a placeholder for each role that is missing.',
  })
  segments!: Segment[];

  @Field(() => AlignmentType, { description: 'Whether the segments fit together in time.' })
  alignment!: Alignment;

  @Field(() => [TransferType], { description: 'Hand-overs to other parties, as its legs tell of them.' })
  transfers!: InteractionTransfer[];

  @Field(() => [TagType], { description: 'Metadata of its legs and what people made of it, by name.' })
  tags!: Tag[];

  @Field(() => [SentimentType], { description: "The customer's emotions, in order of time." })
  sentiment!: Sentiment[];

  @Field(() => [ReviewFlagType], { description: 'Marks for inspection.' })
  reviewFlags!: Flag[];

  @Field(() => [AnnotationType], { description: 'Notes that people left on it, in the order of writing.' })
  annotations!: Annotation[];

  @Field(() => CostType, {
    nullable: true,
    description: 'What its legs cost together; null when none has a price, or they differ in currency.',
  })
  cost!: (Money & { isComplete: boolean }) | null;

  @Field(() => [DisagreementType], {
    description: 'What does not fit together, beside the values that were chosen.',
  })
  disagreements!: Disagreement[];

  @Field(() => ResolutionType, {
    nullable: true,
    description: "A person's word that its broken trace stays as it is; null: none.",
  })
  resolution!: Resolution | null;

  @Field(() => String, { nullable: true, description: 'The campaign that the call belongs to.' })
  campaign!: string | null;

  @Field(() => String, { nullable: true, description: "The assistant's flow." })
  flow!: string | null;

  @Field(() => [String], { description: 'Names of the functions that the assistant ran, each once.' })
  functions!: string[];

  @Field(() => Boolean, { description: 'True when there is audio to listen to.' })
  hasRecording!: boolean;

  @Field(() => Boolean, { description: 'True for a test, not a real customer.' })
  isTest!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'From when on time alone changes nothing; a record still does. Null while it goes on.',
  })
  finalAt!: Instant | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How long after `finalAt` its latest record came, in ms; null: none came later.',
  })
  lateByMs!: number | null;

  @Field(() => Int, { description: 'Version of the policy that decided the status.' })
  policyVersion!: number;

  @Field(() => Int, { description: 'Rises by one with every change that a client can see.' })
  revision!: number;

  @Field(() => DateTime, { description: 'When it was first known here, by our clock.' })
  createdAt!: Instant;

  @Field(() => DateTime, { description: 'When it last changed here, by our clock.' })
  updatedAt!: Instant;
}

export const InteractionConnection = connectionType('Interaction', 'interactions', () => InteractionType, {
  isCounted: true,
  facets: () => InteractionFacetsType,
});
