import { MaxLength } from 'class-validator';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import type { ActionRequest } from '../../control/monitor.js';
import { BadUserInput, NotFound } from '../../domain/errors.js';
import type { Instant, MonitoringKind, MonitoringState } from '../../domain/words.js';
import type { ActionFilter } from '../../storage/control/action-reader.js';
import type { Range } from '../../storage/read-model.js';
import { ForwardArgs } from '../connection.js';
import { InstantRangeInput } from '../list.args.js';
import { localId } from '../node.js';
import { MonitoringKindEnum, MonitoringStateEnum } from './monitoring.enums.js';

/** What every action on a call is asked for with. */
@InputType()
abstract class OnCallInput {
  @MaxLength(200)
  @Field(() => ID, { description: 'The id of the call of the AI agent, or the bare uuid in it.' })
  callId!: string;

  @MaxLength(200)
  @Field(() => ID, {
    nullable: true,
    description:
      'A UUID of your own. The same again answers the same action and sends nothing; without it one is made.',
  })
  actionId?: string | null;
}

@InputType()
abstract class JoinInput extends OnCallInput {
  @MaxLength(200)
  @Field(() => String, {
    nullable: true,
    description:
      'Where you are rung, if the system rings people: a telephone number, a `sip:` or a `client:` address.',
  })
  joinAs?: string | null;
}

@InputType('ListenInInput', { description: 'Which call to hear.' })
export class ListenInInput extends JoinInput {}

@InputType('TakeOverInput', { description: 'Which call to take over.' })
export class TakeOverInput extends JoinInput {}

@InputType('HandBackInput', { description: 'Which call to hand back.' })
export class HandBackInput extends OnCallInput {}

@InputType('TransferCallInput', { description: 'Which call goes where.' })
export class TransferCallInput extends OnCallInput {
  @MaxLength(200)
  @Field(() => String, {
    description: "The telephone number to dial; without a country it is one of the tenant's country.",
  })
  destination!: string;
}

@InputType('EnqueueCallInput', { description: 'Which call goes to the human agents.' })
export class EnqueueCallInput extends OnCallInput {}

@InputType('EndCallInput', { description: 'Which call to end.' })
export class EndCallInput extends OnCallInput {}

@InputType('AddCoachingInput', { description: 'What the agent of which call is told.' })
export class AddCoachingInput extends OnCallInput {
  @MaxLength(2_000)
  @Field(() => String, { description: 'The note, 1 to 2,000 characters.' })
  note!: string;
}

@InputType('MonitoringActionFilter', { description: 'Which actions. Everything that is given must hold.' })
export class MonitoringActionFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this call.' })
  callId?: string | null;

  @Field(() => [MonitoringKindEnum], { nullable: true, description: 'Any of these kinds.' })
  kind?: MonitoringKind[] | null;

  @Field(() => [MonitoringStateEnum], { nullable: true, description: 'In any of these states.' })
  state?: MonitoringState[] | null;

  @Field(() => InstantRangeInput, { nullable: true, description: 'Asked for in this period.' })
  requestedAt?: Range<Instant> | null;
}

@ArgsType()
export class MonitoringActionsArgs extends ForwardArgs {
  @Field(() => MonitoringActionFilterInput, { nullable: true, description: 'Which; all by default.' })
  filter?: MonitoringActionFilterInput | null;
}

/** An id that is none of ours matches nothing. */
export const actionFilter = (filter: MonitoringActionFilterInput | null): ActionFilter | null =>
  filter?.callId == null ? filter : { ...filter, callId: localId('Call', filter.callId) ?? filter.callId };

interface Asked {
  callId: string;
  actionId?: string | null;
  joinAs?: string | null;
  destination?: string | null;
  note?: string | null;
}

/** The request as the desk takes it. */
export function requestOf(
  kind: MonitoringKind,
  { callId, actionId, joinAs, destination, note }: Asked,
): ActionRequest {
  return {
    kind,
    callId: callOf(callId),
    actionId: actionId == null ? null : actionOf(actionId),
    destination: destination ?? joinAs ?? null,
    note: note ?? null,
  };
}

/** Throws NOT_FOUND for what cannot be a call's id. */
export function callOf(id: string): string {
  const local = localId('Call', id);
  if (local === null) throw new NotFound('call');
  return local;
}

function actionOf(id: string): string {
  const local = localId('MonitoringAction', id);
  if (local === null) throw new BadUserInput('actionId', 'must be a UUID');
  return local;
}
