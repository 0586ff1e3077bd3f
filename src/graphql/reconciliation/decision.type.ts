import { ArrayMaxSize, ArrayMinSize, MaxLength } from 'class-validator';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { DropDetail, DropStage, ResolutionKind } from '../../domain/words.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import type { InteractionRow } from '../../storage/read-model.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { InteractionFilterInput } from '../interaction/interaction.args.js';
import { DropDetailEnum, DropStageEnum, ResolutionKindEnum } from '../interaction/interaction.enums.js';
import { InteractionType } from '../interaction/interaction.type.js';

/** What every decision is told with. */
@InputType()
abstract class DecisionInput {
  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: 'Why, in at most 500 characters; the audit log keeps it.',
  })
  reason?: string | null;
}

@InputType('LinkInteractionsInput', { description: 'Interactions that are one.' })
export class LinkInteractionsInput extends DecisionInput {
  @Field(() => ID, { description: 'The interaction whose id stays.' })
  survivorId!: string;

  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @Field(() => [ID], { description: 'The interactions that become part of it, 1 to 20.' })
  interactionIds!: string[];
}

@InputType('UnlinkLegInput', { description: 'A leg that does not belong to its interaction.' })
export class UnlinkLegInput extends DecisionInput {
  @Field(() => ID, { description: 'The leg.' })
  legId!: string;
}

@InputType('DismissSuggestionInput', { description: 'A suggestion that is wrong.' })
export class DismissSuggestionInput extends DecisionInput {
  @Field(() => ID, { description: "The dialer's leg of the suggestion." })
  dialerLegId!: string;

  @Field(() => ID, { description: "The assistant's leg of the suggestion." })
  assistantLegId!: string;
}

/** What is said of a broken trace. */
@InputType()
abstract class ResolutionInput extends DecisionInput {
  @Field(() => ResolutionKindEnum, { description: 'Why it stays as it is.' })
  kind!: ResolutionKind;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: 'A note, in at most 500 characters; shown with it.' })
  note?: string | null;
}

@InputType('ResolveInteractionInput', { description: 'A dropped interaction that stays as it is.' })
export class ResolveInteractionInput extends ResolutionInput {
  @Field(() => ID, { description: 'The interaction.' })
  interactionId!: string;
}

@InputType('ResolveInteractionsInput', {
  description: 'A group of dropped interactions that stay as they are; undone as one.',
})
export class ResolveInteractionsInput extends ResolutionInput {
  @Field(() => DropStageEnum, { description: 'The drop stage of the group.' })
  dropStage!: DropStage;

  @Field(() => DropDetailEnum, {
    nullable: true,
    description:
      'The drop detail of the group, as the group tells it: null: those without one. Left out: any.',
  })
  dropDetail?: DropDetail | null;

  @Field(() => InteractionFilterInput, {
    nullable: true,
    description: 'Which interactions of the group; all by default, but at most the latest 1,000 to begin.',
  })
  filter?: InteractionFilter | null;
}

@InputType('UndoInput', { description: 'What to take back.' })
export class UndoInput extends DecisionInput {
  @Field(() => ID, { description: 'An entry of the audit log, or a batch of them.' })
  id!: string;
}

@ObjectType('DecisionPayload', {
  description: 'What a decision has changed; nothing when there are user errors.',
  simpleResolvers: true,
})
export class DecisionPayload {
  @Field(() => [InteractionType], {
    description: 'The interactions concerned, as they are now; at most 100.',
  })
  interactions!: InteractionRow[];

  @Field(() => Int, { description: 'How many interactions are concerned.' })
  count!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'What `undo` takes: an entry of the audit log, or a batch.',
  })
  undoId!: string | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}

@ObjectType('LinkInteractionsPayload', {
  description: 'The interaction that survives.',
  simpleResolvers: true,
})
export class LinkInteractionsPayload {
  @Field(() => InteractionType, {
    nullable: true,
    description: 'The survivor as it is now; null with user errors.',
  })
  interaction!: InteractionRow | null;

  @Field(() => ID, { nullable: true, description: 'The entry of the audit log, which `undo` takes.' })
  undoId!: string | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}

@ObjectType('UnlinkLegPayload', { description: 'Where the leg is, and where it was.', simpleResolvers: true })
export class UnlinkLegPayload {
  @Field(() => InteractionType, {
    nullable: true,
    description: 'Where the leg is now; null with user errors.',
  })
  interaction!: InteractionRow | null;

  @Field(() => InteractionType, { nullable: true, description: 'Where it was; null with user errors.' })
  formerInteraction!: InteractionRow | null;

  @Field(() => ID, { nullable: true, description: 'The entry of the audit log, which `undo` takes.' })
  undoId!: string | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}
