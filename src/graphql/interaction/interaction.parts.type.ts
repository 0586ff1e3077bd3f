import { Field, ObjectType } from 'type-graphql';
import type { Tag } from '../../domain/tag.js';
import type { Annotation, Flag } from '../../domain/mark.js';
import type { Banner, BannerKind } from '../../domain/presentation.js';
import type { Sentiment } from '../../domain/record.js';
import type {
  FlaggedBy,
  Instant,
  TransferInitiator,
  TransferKind,
  TransferState,
} from '../../domain/words.js';
import { DateTime } from '../scalars.js';
import {
  BannerKindEnum,
  FlaggedByEnum,
  TransferInitiatorEnum,
  TransferKindEnum,
  TransferStateEnum,
} from './interaction.enums.js';

@ObjectType('Tag', {
  description: 'Metadata such as call reason, language or a function output.',
  simpleResolvers: true,
})
export class TagType implements Tag {
  @Field(() => String, { description: 'The name of the tag.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its value; null for a tag that is only a word.' })
  value!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Names the credential of the person that set it here; null for a tag of a record.',
  })
  setBy?: string;

  @Field(() => DateTime, { nullable: true, description: 'When a person set it; null for a tag of a record.' })
  setAt?: Instant;
}

@ObjectType('Sentiment', { description: "A customer's emotion at a moment.", simpleResolvers: true })
export class SentimentType implements Sentiment {
  @Field(() => String, {
    description: 'The emotion, such as `gratitude` or `confusion`, as the source names it.',
  })
  label!: string;

  @Field(() => Number, { nullable: true, description: 'How sure the source is, usually 0 to 1.' })
  score!: number | null;

  @Field(() => DateTime, { description: 'When it was noticed.' })
  at!: Instant;
}

@ObjectType('ReviewFlag', { description: 'Marks an interaction for inspection.', simpleResolvers: true })
export class ReviewFlagType implements Flag {
  @Field(() => String, { description: 'What was noticed, as the source names it: `ANOMALY`.' })
  code!: string;

  @Field(() => String, { nullable: true, description: 'Why, in words.' })
  reason!: string | null;

  @Field(() => FlaggedByEnum, { nullable: true, description: 'Who raised it.' })
  by!: FlaggedBy | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was raised.' })
  at!: Instant | null;

  @Field(() => String, {
    nullable: true,
    description: 'Names the credential of the person that set it here; null unless a person did.',
  })
  setBy?: string;
}

@ObjectType('Annotation', { description: 'A note that a person left.', simpleResolvers: true })
export class AnnotationType implements Omit<Annotation, 'id'> {
  @Field(() => String, { description: 'The note.' })
  text!: string;

  @Field(() => String, { description: 'Names the credential of the person that wrote it.' })
  by!: string;

  @Field(() => DateTime, { description: 'When it was written.' })
  at!: Instant;
}

@ObjectType('Cost', {
  description: 'What something cost. An unknown price is null, never zero.',
  simpleResolvers: true,
})
export class CostType {
  @Field(() => String, { description: 'Decimal text, as exact as the sources gave it: `0.1245`.' })
  amount!: string;

  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => Boolean, { description: 'False when some part has no price yet.' })
  isComplete!: boolean;
}

@ObjectType('Transfer', { description: 'A hand-over to another party.', simpleResolvers: true })
export class TransferType {
  @Field(() => String, { description: "The provider's id of it." })
  id!: string;

  @Field(() => TransferKindEnum, { nullable: true, description: 'How it was done.' })
  kind!: TransferKind | null;

  @Field(() => TransferInitiatorEnum, { nullable: true, description: 'Who asked for it.' })
  initiator!: TransferInitiator | null;

  @Field(() => TransferStateEnum, { nullable: true, description: 'How far it has come.' })
  state!: TransferState | null;

  @Field(() => String, { nullable: true, description: 'The number, queue or agent that it goes to.' })
  target!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was asked for.' })
  requestedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it connected; null when it did not.' })
  bridgedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was over.' })
  endedAt!: Instant | null;

  @Field(() => String, { nullable: true, description: 'Why it failed; null unless it did.' })
  failureReason!: string | null;
}

@ObjectType('Banner', {
  description: 'A line at the top of the page of a call or interaction.',
  simpleResolvers: true,
})
export class BannerType implements Omit<Banner, 'originCallId'> {
  @Field(() => BannerKindEnum, { description: 'What it tells.' })
  kind!: BannerKind;

  @Field(() => String, {
    nullable: true,
    description: 'Where the call went; null unless it is about a transfer.',
  })
  target!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it happened.' })
  at!: Instant | null;

  @Field(() => String, { nullable: true, description: 'Why a transfer failed; null unless one did.' })
  reason!: string | null;
}
