import { MaxLength } from 'class-validator';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Instant } from '../../domain/words.js';
import type { InteractionRow } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { DateTime } from '../scalars.js';

/** What a decision on one interaction is made of. */
@InputType()
abstract class OnInteractionInput {
  @Field(() => ID, { description: 'The id of the interaction, or the bare uuid in it.' })
  interactionId!: string;

  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: 'Why, in at most 500 characters; the audit log keeps it.',
  })
  reason?: string | null;
}

@InputType('DeleteInteractionInput', { description: 'Which interaction to delete, and why.' })
export class DeleteInteractionInput extends OnInteractionInput {}

@InputType('RestoreInteractionInput', { description: 'Which deleted interaction to bring back, and why.' })
export class RestoreInteractionInput extends OnInteractionInput {}

@ObjectType('DeletedInteraction', {
  description: 'What is still told of a deleted interaction, so that it can be restored.',
  simpleResolvers: true,
})
export class DeletedInteractionType {
  @Field(() => DateTime, { description: 'When the interaction began.' })
  startedAt!: Instant;

  @Field(() => DateTime, { description: 'When it was deleted.' })
  deletedAt!: Instant;

  @Field(() => String, {
    nullable: true,
    description: 'Names the credential that deleted it; null when the log does not tell.',
  })
  deletedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'Why, in the words of who deleted it.' })
  reason!: string | null;
}

export const DeletedInteractionConnection = connectionType(
  'DeletedInteraction',
  'deleted interactions',
  () => DeletedInteractionType,
  { isCounted: true },
);

@ObjectType('DeleteInteractionPayload', { description: 'What was deleted.', simpleResolvers: true })
export class DeleteInteractionPayload {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the interaction that is deleted now; null with a user error.',
  })
  deletedInteractionId!: string | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}

@ObjectType('RestoreInteractionPayload', { description: 'What is there again.', simpleResolvers: true })
export class RestoreInteractionPayload {
  @Field(() => InteractionType, {
    nullable: true,
    description: 'The interaction, whole; null with a user error.',
  })
  interaction!: InteractionRow | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}
