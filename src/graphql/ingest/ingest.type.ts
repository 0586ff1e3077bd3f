import { Field, Int, ObjectType } from 'type-graphql';
import type { RecordResult, RecordResultStatus } from '../../ingest/results.js';
import { enumOf } from '../enums.js';
import type { UserError } from './user-error.js';
import { UserErrorType } from './user-error.js';

export const RecordResultStatusEnum = enumOf<RecordResultStatus>(
  'RecordResultStatus',
  'What became of a record.',
  {
    ACCEPTED: 'It is stored and joined.',
    DUPLICATE:
      'It was here already, or is of something that was erased, and then has no interaction; nothing changed.',
    CONFLICT: 'Its version came before with another body; both are kept, the later one is used.',
    REJECTED: 'It could not be read; it is kept among the rejected records.',
  },
);

@ObjectType('RecordError', { description: 'Why a record was rejected.', simpleResolvers: true })
export class RecordErrorType {
  @Field(() => String, {
    nullable: true,
    description: 'The field at fault, as a path; null when it is the whole.',
  })
  field!: string | null;

  @Field(() => String, { description: 'What is wrong, in words.' })
  message!: string;
}

@ObjectType('RecordResult', {
  description: 'What became of one record of a delivery.',
  simpleResolvers: true,
})
export class RecordResultType implements Omit<RecordResult, 'interactionId'> {
  @Field(() => Int, { description: 'Its place in the delivery, from 0.' })
  index!: number;

  @Field(() => RecordResultStatusEnum, { description: 'What became of it.' })
  status!: RecordResultStatus;

  @Field(() => String, {
    nullable: true,
    description: "The source's own id of the call; null when it could not be read.",
  })
  externalId!: string | null;

  @Field(() => [String], {
    description: 'Paths of fields that are not part of the format; they were kept and not read.',
  })
  unknownFields!: string[];

  @Field(() => RecordErrorType, { nullable: true, description: 'Why it was rejected; null unless it was.' })
  error!: RecordResult['error'];
}

@ObjectType('IngestRecordsPayload', { description: 'What became of the records.', simpleResolvers: true })
export class IngestRecordsPayload {
  @Field(() => [RecordResultType], {
    description: 'One for each record, in the same order; empty when none was looked at.',
  })
  results!: RecordResult[];

  @Field(() => [UserErrorType], {
    description: 'What the caller can mend: every rejected record, or the whole call.',
  })
  userErrors!: UserError[];
}

@ObjectType('ReplayRejectedRecordPayload', {
  description: 'What became of the second try.',
  simpleResolvers: true,
})
export class ReplayRejectedRecordPayload {
  @Field(() => [RecordResultType], { description: 'One for each record that was read from it.' })
  results!: RecordResult[];

  @Field(() => [UserErrorType], { description: 'What the caller can mend.' })
  userErrors!: UserError[];
}
