import { Field, Float, ObjectType } from 'type-graphql';
import type { RecordingMode, RecordingSettings } from '../../domain/recording.js';
import type { Instant, Role } from '../../domain/words.js';
import type { RejectedRecordRow, SourceRow } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import { enumOf, RoleEnum } from '../enums.js';
import { NodeType } from '../node.js';
import { DateTime } from '../scalars.js';

export const RecordingModeEnum = enumOf<RecordingMode>(
  'RecordingMode',
  'What becomes of the recordings that a source tells of.',
  {
    FETCH: 'We fetch a copy and keep it.',
    REFERENCE: 'We only tell where the provider has them.',
  },
);

@ObjectType('SourceRecordingSettings', {
  description: 'How the recordings of a source are treated. No credentials.',
  simpleResolvers: true,
})
export class SourceRecordingSettingsType implements Omit<RecordingSettings, 'user' | 'password' | 'token'> {
  @Field(() => RecordingModeEnum, { description: 'Whether copies are fetched.' })
  mode!: RecordingMode;

  @Field(() => [String], {
    description: "Hosts that may be asked by https and redirected to, the provider's own among them.",
  })
  hosts!: readonly string[];

  @Field(() => [String], {
    description:
      'Hosts that may be asked by plain http and need not be public. Only the command line sets them.',
  })
  trustedHosts!: readonly string[];

  @Field(() => String, { nullable: true, description: "Where the provider's interface is; null: its own." })
  apiUrl!: string | null;

  @Field(() => Float, { nullable: true, description: 'Days after which a copy is deleted; null: never.' })
  keepDays!: number | null;

  @Field(() => Boolean, {
    description: 'True when a user, a password or a token is set. They are never shown.',
  })
  hasCredentials!: boolean;
}

type ShownOfSource = Pick<SourceRow, 'name' | 'provider' | 'role' | 'timeZone'>;

@ObjectType('Source', {
  description: 'A system that reports to us.',
  implements: NodeType,
  simpleResolvers: true,
})
export class SourceType implements ShownOfSource {
  @Field(() => String, { description: 'Its name; unique within the tenant.' })
  name!: string;

  @Field(() => String, { description: 'What its records look like: `twilio`, `vapi`, `neutral`.' })
  provider!: string;

  @Field(() => RoleEnum, { description: 'The part it plays unless a record says otherwise.' })
  role!: Role;

  @Field(() => String, { description: 'IANA zone of the times that it writes without one.' })
  timeZone!: string;

  @Field(() => DateTime, { description: 'When it was added, by our clock.' })
  createdAt!: Instant;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its latest record came, by our clock; null: none yet.',
  })
  lastRecordAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The latest event it told of, by its own clock; null: none yet.',
  })
  lastEventAt!: Instant | null;
}

@ObjectType('SourceRecord', {
  description: 'What a system sent, immutable. Everything else can be rebuilt from these.',
  implements: NodeType,
  simpleResolvers: true,
})
export class SourceRecordType {
  @Field(() => RoleEnum, { description: 'The part that its system plays in it.' })
  role!: Role;

  @Field(() => String, { description: "The source's own id of the call it is about." })
  externalId!: string;

  @Field(() => String, { description: 'SHA-256 of the record, hex: equal records have equal hashes.' })
  hash!: string;

  @Field(() => DateTime, { description: "When what it tells happened, by the source's clock." })
  occurredAt!: Instant;

  @Field(() => DateTime, { description: 'When it came, by our clock.' })
  receivedAt!: Instant;
}

@ObjectType('RejectedRecord', {
  description: 'What could not be read, kept with the reason until it is tried again.',
  simpleResolvers: true,
})
export class RejectedRecordType implements Pick<RejectedRecordRow, 'reason' | 'field'> {
  @Field(() => DateTime, { description: 'When it came, by our clock.' })
  receivedAt!: Instant;

  @Field(() => String, { description: 'Why it could not be read.' })
  reason!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The field at fault, as a path; null when it is the whole.',
  })
  field!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was tried again with success; null: not yet.',
  })
  replayedAt!: Instant | null;
}

export const RejectedRecordConnection = connectionType(
  'RejectedRecord',
  'rejected records',
  () => RejectedRecordType,
  { isCounted: true },
);
