import { MaxLength } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { ErasureState, Instant } from '../../domain/words.js';
import type { ErasureRow } from '../../storage/removal/erasure-store.js';
import { enumOf } from '../enums.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { DateTime } from '../scalars.js';

export const ErasureStateEnum = enumOf<ErasureState>(
  'ErasureState',
  'How far the erasing of a customer has come.',
  {
    RUNNING: 'It goes on in the background; records of the past are turned away already.',
    DONE: 'Nothing of the customer is left.',
  },
);

@InputType('EraseCustomerInput', { description: 'Whom to erase, and why.' })
export class EraseCustomerInput {
  @MaxLength(256)
  @Field(() => String, {
    description: 'A number in any spelling, or another address of the customer. It is not kept.',
  })
  address!: string;

  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: 'Why, in at most 500 characters; it is kept for good and must not name the customer.',
  })
  reason?: string | null;
}

@ObjectType('Erasure', {
  description:
    'That a customer was erased, by whom and how much it was. Nothing in it tells who the customer is.',
  simpleResolvers: true,
})
export class ErasureType {
  @Field(() => ErasureStateEnum, { description: 'How far it has come.' })
  state!: ErasureState;

  @Field(() => DateTime, { description: 'When it was asked for. What began later is not erased.' })
  requestedAt!: Instant;

  @Field(() => String, { description: 'Names the credential that asked for it.' })
  requestedBy!: string;

  @Field(() => String, { nullable: true, description: 'Why, in the words of who asked.' })
  reason!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was done; null while it runs.' })
  completedAt!: Instant | null;

  @Field(() => Int, { description: 'Interactions erased so far.' })
  interactionCount!: number;

  @Field(() => Int, { description: 'Calls erased so far.' })
  callCount!: number;

  @Field(() => Int, { description: 'Rows of all tables erased so far.' })
  rowCount!: number;
}

@ObjectType('EraseCustomerPayload', { description: 'The erasure that was begun.', simpleResolvers: true })
export class EraseCustomerPayload {
  @Field(() => ErasureType, {
    nullable: true,
    description:
      'The erasure: DONE when it was small, else RUNNING in the background; null with a user error.',
  })
  erasure!: ErasureRow | null;

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend; when there is any, nothing changed.',
  })
  userErrors!: UserError[];
}
