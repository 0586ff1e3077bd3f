import { Field, ObjectType } from 'type-graphql';
import type { ErrorCode } from '../../domain/errors.js';
import { ThroughlineError } from '../../domain/errors.js';
import type { RecordResult } from '../../ingest/results.js';
import { enumOf } from '../enums.js';

type UserErrorCode = Extract<
  ErrorCode,
  'BAD_USER_INPUT' | 'NOT_FOUND' | 'CONFLICT' | 'RATE_LIMITED' | 'ACTION_NOT_ALLOWED' | 'CAPABILITY_MISSING'
>;

const CODES: Record<UserErrorCode, string> = {
  BAD_USER_INPUT: 'A value is not what it must be.',
  NOT_FOUND: 'What the input names does not exist.',
  CONFLICT: 'The present state does not allow it.',
  RATE_LIMITED: 'Too soon, or too much at once: ask again later.',
  ACTION_NOT_ALLOWED: 'The call is not one that this can be done to now.',
  CAPABILITY_MISSING: 'The system that holds the call cannot do it.',
};

export const UserErrorCodeEnum = enumOf<UserErrorCode>(
  'UserErrorCode',
  'What kind of fault of the input it is.',
  CODES,
);

export interface UserError {
  field: string | null;
  message: string;
  code: UserErrorCode;
}

@ObjectType('UserError', {
  description: 'Something in the input of a mutation that its caller can mend.',
  simpleResolvers: true,
})
export class UserErrorType implements UserError {
  @Field(() => String, {
    nullable: true,
    description: 'The field at fault, as a path in the input: `records.3.startedAt`.',
  })
  field!: string | null;

  @Field(() => String, { description: 'What is wrong, in words.' })
  message!: string;

  @Field(() => UserErrorCodeEnum, { description: 'What kind of fault it is, for machines.' })
  code!: UserErrorCode;
}

const isUserError = (error: unknown): error is ThroughlineError & { code: UserErrorCode } =>
  error instanceof ThroughlineError && error.code in CODES;

/** The fault as a user error when the caller can mend it; any other is thrown on. */
export function userErrorOf(error: unknown, field: string | null): UserError {
  if (!isUserError(error)) throw error;
  return { field: error.field ?? field, message: error.message, code: error.code };
}

export const rejectionsOf = (results: readonly RecordResult[]): UserError[] =>
  results.flatMap(({ index, error }) => {
    if (error === null) return [];
    const field = ['records', String(index), ...(error.field === null ? [] : [error.field])].join('.');
    return [{ field, message: error.message, code: 'BAD_USER_INPUT' as const }];
  });
