import { Field, ID, ObjectType } from 'type-graphql';
import type { ApiRole, Instant } from '../../domain/words.js';
import type { ApiKeyRow } from '../../storage/key-store.js';
import type { SourceRow } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import { ApiRoleEnum } from '../enums.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { DateTime } from '../scalars.js';
import { SourceType } from './source.type.js';

const FAULTS = 'What the caller can mend; when there is any, nothing changed.';

@ObjectType('ApiKey', {
  description: 'A key as it can be shown: nothing in it opens anything.',
  simpleResolvers: true,
})
export class ApiKeyType implements Omit<ApiKeyRow, 'tenantId'> {
  @Field(() => ID, { description: 'Names the key, as `Viewer.keyId` and the audit log do.' })
  id!: string;

  @Field(() => String, { description: 'What it is for.' })
  name!: string;

  @Field(() => ApiRoleEnum, { description: 'What whoever has it may do.' })
  role!: ApiRole;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Instant;

  @Field(() => DateTime, { nullable: true, description: 'When it expires; null: it does not.' })
  expiresAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to a minute; null: never.' })
  lastUsedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked; null: it was not.' })
  revokedAt!: Instant | null;
}

export const ApiKeyConnection = connectionType('ApiKey', 'API keys', () => ApiKeyType, { isCounted: true });

@ObjectType('CreateSourcePayload', { description: 'The new source.', simpleResolvers: true })
export class CreateSourcePayload {
  @Field(() => SourceType, { nullable: true, description: 'The source; null with a user error.' })
  source!: SourceRow | null;

  @Field(() => [UserErrorType], { description: FAULTS })
  userErrors!: UserError[];
}

@ObjectType('UpdateSourcePayload', { description: 'The source as it is now.', simpleResolvers: true })
export class UpdateSourcePayload {
  @Field(() => SourceType, { nullable: true, description: 'The source; null with a user error.' })
  source!: SourceRow | null;

  @Field(() => [UserErrorType], { description: FAULTS })
  userErrors!: UserError[];
}

@ObjectType('CreateApiKeyPayload', { description: 'The new key.', simpleResolvers: true })
export class CreateApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: 'What it is; null with a user error.' })
  apiKey!: ApiKeyRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'The key itself, here and never again: keep it. Null with a user error.',
  })
  key!: string | null;

  @Field(() => [UserErrorType], { description: FAULTS })
  userErrors!: UserError[];
}

@ObjectType('RevokeApiKeyPayload', { description: 'The key as it is now.', simpleResolvers: true })
export class RevokeApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key; null with a user error.' })
  apiKey!: ApiKeyRow | null;

  @Field(() => [UserErrorType], { description: FAULTS })
  userErrors!: UserError[];
}
