import { ArrayMaxSize, ArrayMinSize, MaxLength } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import type { Json } from '../../domain/record.js';
import { JsonValue } from '../scalars.js';

/** Most records of one mutation. */
export const MAX_RECORDS = 500;

@InputType('IngestRecordsInput', { description: 'Records of one source.' })
export class IngestRecordsInput {
  @MaxLength(100)
  @Field(() => String, { description: 'The name of the source.' })
  source!: string;

  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_RECORDS)
  @Field(() => [JsonValue], {
    description:
      `Neutral records, 1 to ${String(MAX_RECORDS)}, in the format of \`POST /ingest/<source>\`: only \`externalId\` and ` +
      '`occurredAt` are required, and `role` unless it is that of the source. Absent means not said, null means said: none.',
  })
  records!: Json[];
}

@InputType('ReplayRejectedRecordInput', { description: 'Which rejected record to try again.' })
export class ReplayRejectedRecordInput {
  @Field(() => ID, { description: 'Its id, or the bare uuid in it.' })
  id!: string;
}
