import { Max, MaxLength, Min } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { Retention } from '../../storage/removal/retention-store.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';

/** A hundred years: whoever wants more wants null. */
const LONGEST = 36_500;

const INTERACTIONS = 'Days for which interactions are kept after their end';
const PAYLOADS =
  'Days for which payloads, and records that could not be read, are kept as they came; a payload at least until ' +
  'its interaction has ended';

@ObjectType('Retention', { description: 'What is removed by age.', simpleResolvers: true })
export class RetentionType implements Retention {
  @Field(() => Int, { nullable: true, description: `${INTERACTIONS}; null: as long as nobody erases them.` })
  interactionDays!: number | null;

  @Field(() => Int, { nullable: true, description: `${PAYLOADS}; null: as long as their interaction.` })
  payloadDays!: number | null;
}

@InputType('UpdateRetentionInput', { description: 'A change of what is removed by age.' })
export class UpdateRetentionInput {
  @Min(1)
  @Max(LONGEST)
  @Field(() => Int, { nullable: true, description: `${INTERACTIONS}. Null: without end. Absent: as it is.` })
  interactionDays?: number | null;

  @Min(1)
  @Max(LONGEST)
  @Field(() => Int, { nullable: true, description: `${PAYLOADS}. Null: without end. Absent: as it is.` })
  payloadDays?: number | null;

  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: 'Why, in at most 500 characters; the audit log keeps it.',
  })
  reason?: string | null;
}

@ObjectType('UpdateRetentionPayload', {
  description: 'What is removed by age from now on.',
  simpleResolvers: true,
})
export class UpdateRetentionPayload {
  @Field(() => RetentionType, { nullable: true, description: 'What holds now; null with user errors.' })
  retention!: Retention | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}
