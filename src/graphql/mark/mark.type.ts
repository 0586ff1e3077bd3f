import { Field, ID, ObjectType } from 'type-graphql';
import type { InteractionRow } from '../../storage/read-model.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { InteractionType } from '../interaction/interaction.type.js';

@ObjectType('MarkInteractionPayload', {
  description: 'The interaction after a person marked it, or after nothing.',
  simpleResolvers: true,
})
export class MarkInteractionPayload {
  @Field(() => InteractionType, {
    nullable: true,
    description: 'The interaction as it is now; null when the input names none.',
  })
  interaction!: InteractionRow | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The entry of the audit log, by which it can be undone; null when nothing changed.',
  })
  auditEntryId!: string | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}
