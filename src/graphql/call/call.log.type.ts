import { Field, Int, ObjectType } from 'type-graphql';
import type { Json } from '../../domain/record.js';
import type { Instant, IntegrationStatus, Service, Speaker } from '../../domain/words.js';
import { DateTime, JsonValue } from '../scalars.js';
import { IntegrationStatusEnum, ServiceEnum, SpeakerEnum } from './call.enums.js';

@ObjectType('Interruption', {
  description: 'Somebody barged in while the other was speaking.',
  simpleResolvers: true,
})
export class InterruptionType {
  @Field(() => DateTime, { description: 'When.' })
  at!: Instant;

  @Field(() => SpeakerEnum, { nullable: true, description: 'Who barged in.' })
  by!: Speaker | null;

  @Field(() => String, { nullable: true, description: 'What dealt with it: `VAD`, or the model.' })
  handledBy!: string | null;

  @Field(() => Int, { nullable: true, description: 'The turn in which it happened.' })
  turn!: number | null;
}

@ObjectType('CallEvent', { description: "A low-level event of a call's life.", simpleResolvers: true })
export class CallEventType {
  @Field(() => String, { description: "The source's id of it; unique within the call." })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What happened, as the source names it: `call.answered`.',
  })
  type!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When.' })
  at!: Instant | null;

  @Field(() => JsonValue, { nullable: true, description: 'What the source says about it.' })
  data!: Json;
}

@ObjectType('ServiceError', { description: 'A fault of the voice pipeline.', simpleResolvers: true })
export class ServiceErrorType {
  @Field(() => ServiceEnum, { description: 'The part that reported it.' })
  service!: Service;

  @Field(() => String, { nullable: true, description: 'The stage in which it occurred.' })
  processor!: string | null;

  @Field(() => DateTime, { description: 'When.' })
  at!: Instant;

  @Field(() => Boolean, { nullable: true, description: 'True when it likely ended the call.' })
  fatal!: boolean | null;

  @Field(() => String, { nullable: true, description: 'What went wrong, in words.' })
  message!: string | null;
}

@ObjectType('IntegrationLogEntry', {
  description: 'One delivery to another system, such as a CRM.',
  simpleResolvers: true,
})
export class IntegrationLogEntryType {
  @Field(() => String, { description: 'The name of the integration.' })
  integration!: string;

  @Field(() => DateTime, { description: 'When.' })
  at!: Instant;

  @Field(() => IntegrationStatusEnum, { nullable: true, description: 'How it ended.' })
  status!: IntegrationStatus | null;

  @Field(() => JsonValue, { nullable: true, description: 'What the source says about it.' })
  detail!: Json;
}
