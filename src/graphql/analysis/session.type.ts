import { Field, Int, ObjectType } from 'type-graphql';
import type {
  EndedBy,
  OriginKind,
  OriginType,
  Participant,
  ParticipantRole,
  ReferenceType,
  SessionChannel,
  SessionContext,
  SessionResult,
  VerdictMetrics,
  VerdictOutcome,
} from '../../domain/verdict/verdict.js';
import type { Direction, Instant } from '../../domain/words.js';
import { DirectionEnum } from '../enums.js';
import { DateTime } from '../scalars.js';
import {
  EndedByEnum,
  OriginKindEnum,
  OriginTypeEnum,
  ParticipantRoleEnum,
  ReferenceTypeEnum,
  SessionChannelEnum,
  SessionResultEnum,
} from './analysis.enums.js';

@ObjectType('SessionParticipant', { description: 'A party of a session.', simpleResolvers: true })
export class ParticipantType implements Participant {
  @Field(() => ParticipantRoleEnum, { description: 'What it is to the session.' })
  role!: ParticipantRole;

  @Field(() => String, { description: 'Its number or address.' })
  address!: string;
}

@ObjectType('SessionContext', {
  description: 'What the session was, whatever its channel: computed from the records, never by a model.',
  simpleResolvers: true,
})
export class SessionContextType implements SessionContext {
  @Field(() => ReferenceTypeEnum, { nullable: true, description: 'What it is; null when nothing says.' })
  referenceType!: ReferenceType | null;

  @Field(() => SessionChannelEnum, { nullable: true, description: 'Its channel; null when it has none.' })
  channel!: SessionChannel | null;

  @Field(() => DirectionEnum, {
    nullable: true,
    description: 'Who began it; null for a conversation, in which both sides write.',
  })
  direction!: Direction | null;

  @Field(() => String, { nullable: true, description: "The source's own word for the direction." })
  directionRaw!: string | null;

  @Field(() => [ParticipantType], { description: 'Who took part; empty when nobody is known.' })
  participants!: Participant[];

  @Field(() => String, { nullable: true, description: "The assistant's flow." })
  flowName!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it began: a conversation with its first message, a call with its earliest leg.',
  })
  startedAt!: Instant | null;

  @Field(() => OriginKindEnum, {
    nullable: true,
    description: 'For a transcription or a recording: that the rest shows what it was made from.',
  })
  originKind!: OriginKind | null;

  @Field(() => OriginTypeEnum, { nullable: true, description: 'What it was made from.' })
  originType!: OriginType | null;

  @Field(() => Boolean, {
    description: 'True when it has more than one leg on the line, such as a group call.',
  })
  multiLeg!: boolean;

  @Field(() => Boolean, {
    description: 'True when an assistant took part; false for a transcription or a recording.',
  })
  aiHandled!: boolean;

  @Field(() => Boolean, {
    description: 'True when a human agent was connected; false for a transcription or a recording.',
  })
  humanInvolved!: boolean;
}

@ObjectType('OutcomeDetail', {
  description:
    'What the channel itself says of the end. A field is null when it does not belong to the channel.',
  simpleResolvers: true,
})
export class OutcomeDetailType {
  @Field(() => Int, { nullable: true, description: 'Of a call: from the answer to the hang-up, in ms.' })
  durationMs!: number | null;

  @Field(() => String, { nullable: true, description: "Of a call: the source's own hang-up reason." })
  hangupReason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of a conversation: `message`, `line` or `whatsapp`.',
  })
  chatPlatform!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of a conversation: who wrote last, `self` (the business) or `peer` (the customer).',
  })
  lastActivityBy!: string | null;

  @Field(() => Int, { nullable: true, description: 'Of a conversation: messages of the business.' })
  turnsSelf!: number | null;

  @Field(() => Int, { nullable: true, description: 'Of a conversation: messages of the customer.' })
  turnsPeer!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Of a conversation: true when the customer wrote last and was not answered.',
  })
  unanswered!: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of a conversation: messages that were not delivered. They do not fail the thread.',
  })
  deliveryFailures!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of a conversation: from its first to its last message, in ms.',
  })
  threadSpanMs!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Of a conversation: true when only its latest messages were counted.',
  })
  truncated!: boolean | null;
}

@ObjectType('SessionOutcome', {
  description: 'How the session ended: computed from the records, never by a model.',
  simpleResolvers: true,
})
export class SessionOutcomeType implements Pick<VerdictOutcome, 'result' | 'endedBy' | 'reason'> {
  @Field(() => SessionResultEnum, { description: 'What came of it.' })
  result!: SessionResult;

  @Field(() => EndedByEnum, { nullable: true, description: 'Of a call: who ended it; null when nobody did.' })
  endedBy!: EndedBy | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Of a call, in the words of pages: `Customer ended`, `Callee ended`, `System ended`, or `No answer / N/A`.',
  })
  endedByLabel!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The source's own reason: of the hang-up, or the delivery status of the last message.",
  })
  reason!: string | null;

  @Field(() => OutcomeDetailType, { nullable: true, description: 'What the channel itself says.' })
  detail!: OutcomeDetailType | null;
}

@ObjectType('SessionMetrics', {
  description:
    'How the two sides spoke: computed from the transcript, never by a model. A time without inputs is null.',
  simpleResolvers: true,
})
export class SessionMetricsType implements VerdictMetrics {
  @Field(() => Int, { description: 'Turns of the customer.' })
  turnsUser!: number;

  @Field(() => Int, { description: 'Turns of the assistant.' })
  turnsBot!: number;

  @Field(() => Int, { nullable: true, description: "From the assistant's start to its first turn, in ms." })
  firstResponseMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'From a turn of the customer to the answer, average, in ms.',
  })
  avgResponseMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The slowest answer, in ms.' })
  maxResponseMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The longest silence between two turns, in ms.' })
  maxGapMs!: number | null;
}
