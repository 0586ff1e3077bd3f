import { Field, Int, ObjectType } from 'type-graphql';
import type { CallEvent, IntegrationEntry, Interruption, ServiceError } from '../../domain/record.js';
import type {
  CallStatus,
  Channel,
  Direction,
  DisconnectedBy,
  Instant,
  Outcome,
  Platform,
  Role,
} from '../../domain/words.js';
import type { CallRow } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import { ChannelEnum, DirectionEnum, PlatformEnum, RoleEnum } from '../enums.js';
import { OutcomeEnum } from '../interaction/interaction.enums.js';
import { NodeType } from '../node.js';
import { DateTime } from '../scalars.js';
import { CallStatusEnum, DisconnectedByEnum } from './call.enums.js';
import {
  CallEventType,
  IntegrationLogEntryType,
  InterruptionType,
  ServiceErrorType,
} from './call.log.type.js';

/** The fields that are shown as they are stored; the resolver has the others. */
type Shown = Pick<CallRow, 'status' | 'statusRaw' | 'isTest' | 'role' | 'recordCount'>;

@ObjectType('Call', {
  description:
    'What one system said of one call, in full: all its records folded into one. ' +
    'Fields are null where the source said nothing.',
  implements: NodeType,
  simpleResolvers: true,
})
export class CallType implements Shown {
  @Field(() => RoleEnum, { description: 'The part that its system plays.' })
  role!: Role;

  @Field(() => ChannelEnum, { nullable: true, description: 'Its channel.' })
  channel!: Channel | null;

  @Field(() => PlatformEnum, { nullable: true, description: 'What the customer used.' })
  platform!: Platform | null;

  @Field(() => CallStatusEnum, {
    description: 'Its state. The highest that was reached; UNKNOWN when nothing is said.',
  })
  status!: CallStatus;

  @Field(() => String, { nullable: true, description: "The system's own word for its state." })
  statusRaw!: string | null;

  @Field(() => Boolean, { description: 'True for a test, not a real customer.' })
  isTest!: boolean;

  @Field(() => DirectionEnum, { nullable: true, description: 'Who began it.' })
  direction!: Direction | null;

  @Field(() => DisconnectedByEnum, { nullable: true, description: 'Who or what ended it.' })
  disconnectedBy!: DisconnectedBy | null;

  @Field(() => String, { nullable: true, description: "The system's own word for who ended it." })
  disconnectedByRaw!: string | null;

  @Field(() => String, { nullable: true, description: "The system's own word for why it ended." })
  endReason!: string | null;

  @Field(() => OutcomeEnum, { nullable: true, description: 'How it ended, as its source states it.' })
  outcome!: Outcome | null;

  @Field(() => String, { nullable: true, description: 'The carrier that brought it.' })
  carrier!: string | null;

  @Field(() => String, { nullable: true, description: 'The number of ours that it used (DID).' })
  did!: string | null;

  @Field(() => String, { nullable: true, description: "The business's own reference." })
  reference!: string | null;

  @Field(() => String, { nullable: true, description: 'The campaign it belongs to.' })
  campaign!: string | null;

  @Field(() => String, { nullable: true, description: "The assistant's flow." })
  flow!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was queued.' })
  queuedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began to ring.' })
  ringAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began; null when its source has not said.' })
  startedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was answered.' })
  answeredAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it ended; null while it goes on, or not said.',
  })
  endedAt!: Instant | null;

  @Field(() => [InterruptionType], {
    description: 'When the customer or the bot barged in, in order of time.',
  })
  interruptions!: Interruption[];

  @Field(() => [CallEventType], { description: 'Low-level events of its life, in order of time.' })
  events!: CallEvent[];

  @Field(() => [ServiceErrorType], { description: 'Faults of the voice pipeline, in order of time.' })
  serviceErrors!: ServiceError[];

  @Field(() => [IntegrationLogEntryType], {
    description: 'What was sent to other systems, in order of time.',
  })
  integrationLog!: IntegrationEntry[];

  @Field(() => Int, { description: 'How many records of its source are folded into it.' })
  recordCount!: number;

  @Field(() => DateTime, { description: 'When it last changed here, by our clock.' })
  updatedAt!: Instant;
}

export const CallConnection = connectionType('Call', 'calls', () => CallType, { isCounted: true });
