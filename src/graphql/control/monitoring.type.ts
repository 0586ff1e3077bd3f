import type { ClassType } from 'type-graphql';
import { Field, Int, ObjectType } from 'type-graphql';
import type { Join, JoinProtocol } from '../../control/monitor.js';
import type { ApiRole, Instant, MonitoringKind, MonitoringState } from '../../domain/words.js';
import type { MonitoringActionRow } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import { ApiRoleEnum } from '../enums.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { NodeType } from '../node.js';
import { DateTime } from '../scalars.js';
import { JoinProtocolEnum, MonitoringKindEnum, MonitoringStateEnum } from './monitoring.enums.js';

type Shown = Pick<
  MonitoringActionRow,
  'kind' | 'state' | 'destination' | 'reason' | 'requestedAt' | 'sentAt' | 'settledAt' | 'revision'
>;

@ObjectType('MonitoringAction', {
  description: 'What somebody did to a live call, and how far it has come.',
  implements: NodeType,
  simpleResolvers: true,
})
export class MonitoringActionType implements Shown {
  @Field(() => MonitoringKindEnum, { description: 'What was asked for.' })
  kind!: MonitoringKind;

  @Field(() => MonitoringStateEnum, { description: 'How far it has come.' })
  state!: MonitoringState;

  @Field(() => ApiRoleEnum, { description: 'The role of who asked, at that time.' })
  actorRole!: ApiRole;

  @Field(() => String, {
    nullable: true,
    description: 'Where the call goes or who is rung: a number in E.164, an address, a queue. Else null.',
  })
  destination!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it failed, or what is unknown about it; null otherwise.',
  })
  reason!: string | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  requestedAt!: Instant;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was sent, which happens at most once; null: it never was.',
  })
  sentAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it became final; null: it is not.' })
  settledAt!: Instant | null;

  @Field(() => Int, { description: 'Grows with every state, from 1.' })
  revision!: number;
}

export const MonitoringActionConnection = connectionType(
  'MonitoringAction',
  'actions on live calls',
  () => MonitoringActionType,
  { isCounted: true },
);

@ObjectType('CallJoin', {
  description: 'How the person who asked hears or speaks in the call.',
  simpleResolvers: true,
})
export class CallJoinType implements Join {
  @Field(() => JoinProtocolEnum, { description: 'By what.' })
  protocol!: JoinProtocol;

  @Field(() => String, { nullable: true, description: 'Where; null when the person is rung.' })
  url!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What the system's own client asks for; null for our WebSocket, whose address is signed.",
  })
  token!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when it can be opened, once; null when the person is rung.',
  })
  expiresAt!: Instant | null;
}

@ObjectType('CoachingNote', {
  description: 'What somebody told the agent of a call. No transcript, export or caller ever has it.',
  simpleResolvers: true,
})
export class CoachingNoteType {
  @Field(() => String, { description: 'The note.' })
  text!: string;

  @Field(() => String, { description: 'Names the credential of who wrote it.' })
  author!: string;

  @Field(() => DateTime, { description: 'When it was written.' })
  at!: Instant;
}

@ObjectType('HandOff', {
  description: 'A call in progress whose assistant asked for a human who has not come.',
  simpleResolvers: true,
})
export class HandOffType {}

export const HandOffConnection = connectionType('HandOff', 'calls that wait for a human', () => HandOffType, {
  isCounted: true,
});

/** What every action answers. */
export interface ActionPayload {
  action: MonitoringActionRow | null;
  userErrors: UserError[];
}

export interface JoinPayload extends ActionPayload {
  join: Join | null;
}

/** The payload class of a mutation. */
function payloadType(name: string, canJoin: boolean): ClassType {
  @ObjectType(name, { description: 'The action, or why there is none.', simpleResolvers: true })
  class Payload {
    @Field(() => MonitoringActionType, {
      nullable: true,
      description: 'The action as it is now; null with a user error.',
    })
    action!: MonitoringActionRow | null;

    @Field(() => [UserErrorType], {
      description: 'What the caller can mend; when there is any, nothing was kept and nothing was sent.',
    })
    userErrors!: UserError[];
  }
  if (canJoin) {
    const description = 'How to hear or speak; null unless the action is DONE and leads into the call.';
    Field(() => CallJoinType, { nullable: true, description })(Payload.prototype, 'join');
  }
  return Payload;
}

export const ListenInPayload = payloadType('ListenInPayload', true);
export const TakeOverPayload = payloadType('TakeOverPayload', true);
export const HandBackPayload = payloadType('HandBackPayload', false);
export const TransferCallPayload = payloadType('TransferCallPayload', false);
export const EnqueueCallPayload = payloadType('EnqueueCallPayload', false);
export const EndCallPayload = payloadType('EndCallPayload', false);
export const AddCoachingPayload = payloadType('AddCoachingPayload', false);
