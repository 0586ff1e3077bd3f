import { ArrayMaxSize, Length, MaxLength } from 'class-validator';
import { Field, Float, ID, InputType } from 'type-graphql';
import type { RecordingMode, RecordingsChange } from '../../domain/recording.js';
import type { ApiRole, Instant, Role } from '../../domain/words.js';
import { ApiRoleEnum, RoleEnum } from '../enums.js';
import { DateTime } from '../scalars.js';
import { RecordingModeEnum } from './source.type.js';

const NEVER_SHOWN = 'It is kept and never shown again';

@InputType()
abstract class ReasonedInput {
  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: 'Why, in at most 500 characters; the audit log keeps it.',
  })
  reason?: string | null;
}

@InputType('RecordingSettingsInput', {
  description: 'How recordings are treated. Absent: as it is. Null: its default.',
})
export class RecordingSettingsInput implements RecordingsChange {
  @Field(() => RecordingModeEnum, {
    nullable: true,
    description: 'Whether copies are fetched. Default: REFERENCE.',
  })
  mode?: RecordingMode | null;

  @ArrayMaxSize(50)
  @MaxLength(260, { each: true })
  @Field(() => [String], {
    nullable: true,
    description:
      "Hosts that may be asked by https and redirected to, besides the provider's own: `cdn.example.com`, " +
      '`cdn.example.com:8443`, `*.example.com`. At most 50, in the place of those that are.',
  })
  hosts?: string[] | null;

  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: `Sent by HTTP Basic to the host that is asked first: Twilio's account SID. ${NEVER_SHOWN}.`,
  })
  user?: string | null;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: `The password of that user. ${NEVER_SHOWN}.` })
  password?: string | null;

  @MaxLength(2_000)
  @Field(() => String, {
    nullable: true,
    description: `Sent as Bearer instead of user and password: Vapi's private key. ${NEVER_SHOWN}.`,
  })
  token?: string | null;

  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: "Where the provider's interface is, on a host that is allowed. Default: Vapi's own.",
  })
  apiUrl?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Days after which a copy is deleted, above 0 and at most 36500. Default: never.',
  })
  keepDays?: number | null;
}

@InputType('CreateSourceInput', { description: 'A system that is to report to us.' })
export class CreateSourceInput extends ReasonedInput {
  @MaxLength(63)
  @Field(() => String, {
    description:
      'Its name, unique within the tenant: 1 to 63 small letters, digits and hyphens. It stays for good.',
  })
  name!: string;

  @MaxLength(63)
  @Field(() => String, {
    description: 'What its records look like: `twilio`, `vapi`, `neutral`. It stays for good.',
  })
  provider!: string;

  @Field(() => RoleEnum, { description: 'The part it plays unless a record says otherwise.' })
  role!: Role;

  @Length(1, 500)
  @Field(() => String, {
    nullable: true,
    description: `Proves its deliveries: Twilio's auth token, Vapi's server secret. ${NEVER_SHOWN}. Without one, records are taken with a key alone.`,
  })
  secret?: string | null;

  @MaxLength(100)
  @Field(() => String, {
    defaultValue: 'UTC',
    description: 'IANA zone of the times that it writes without one.',
  })
  timeZone!: string;

  @Field(() => RecordingSettingsInput, { nullable: true, description: 'How its recordings are treated.' })
  recordings?: RecordingSettingsInput | null;
}

@InputType('UpdateSourceInput', { description: 'A change of a source. Absent: as it is.' })
export class UpdateSourceInput extends ReasonedInput {
  @Field(() => ID, { description: 'Its id, or the bare uuid in it.' })
  sourceId!: string;

  @Field(() => RoleEnum, { nullable: true, description: 'The part it plays from now on.' })
  role?: Role | null;

  @MaxLength(100)
  @Field(() => String, { nullable: true, description: 'IANA zone of the times that it writes without one.' })
  timeZone?: string | null;

  @Length(1, 500)
  @Field(() => String, {
    nullable: true,
    description: `Proves its deliveries from now on. ${NEVER_SHOWN}. Null: it has none any more.`,
  })
  secret?: string | null;

  @Field(() => RecordingSettingsInput, {
    nullable: true,
    description: 'What is to be different of how its recordings are treated.',
  })
  recordings?: RecordingSettingsInput | null;
}

@InputType('CreateApiKeyInput', { description: 'A key that is to be made.' })
export class CreateApiKeyInput extends ReasonedInput {
  @MaxLength(256)
  @Field(() => String, { description: 'What it is for, in at most 256 characters.' })
  name!: string;

  @Field(() => ApiRoleEnum, { description: 'What whoever has it may do.' })
  role!: ApiRole;

  @Field(() => DateTime, { nullable: true, description: 'When it expires; null: it does not.' })
  expiresAt?: Instant | null;
}

@InputType('RevokeApiKeyInput', { description: 'A key that is to open nothing any more.' })
export class RevokeApiKeyInput extends ReasonedInput {
  @MaxLength(100)
  @Field(() => ID, { description: 'Its id, as `apiKeys`, `Viewer.keyId` and the audit log name it.' })
  id!: string;
}
