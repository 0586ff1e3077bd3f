import { Field, Int, ObjectType } from 'type-graphql';
import type { PlacedRecording } from '../../domain/presentation.js';
import type { JsonObject } from '../../domain/record.js';
import type { Instant, RecordingState } from '../../domain/words.js';
import { DateTime, JsonValue } from '../scalars.js';
import { RecordingStateEnum } from './call.enums.js';

@ObjectType('Recording', { description: 'The audio of a call.', simpleResolvers: true })
export class RecordingType implements Omit<PlacedRecording, 'callId'> {
  @Field(() => String, { nullable: true, description: 'Where it can be played; null unless AVAILABLE.' })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'Its format: `mp3`, `wav`.' })
  format!: string | null;

  @Field(() => DateTime, {
    description: 'When it begins: as stated, else with the answer, else with the call.',
  })
  startedAt!: Instant;

  @Field(() => Int, { nullable: true, description: 'How long it is, in ms.' })
  durationMs!: number | null;

  @Field(() => Int, {
    description: 'Where it begins, in ms from the start of the call or interaction it is shown with.',
  })
  offsetMs!: number;

  @Field(() => RecordingStateEnum, { description: 'Whether there is audio.' })
  state!: RecordingState;

  @Field(() => String, { nullable: true, description: 'Why there is none, when the source says so.' })
  reason!: string | null;
}

@ObjectType('Disposition', {
  description: 'A business result of a call, shown as a badge.',
  simpleResolvers: true,
})
export class DispositionType {
  @Field(() => String, { description: 'What it is about.' })
  name!: string;

  @Field(() => String, { description: 'The result: `AGREED`.' })
  value!: string;
}

@ObjectType('PostCallAnalysis', {
  description: "The structured outcome that the bot's analysis prompt produced after the call.",
  simpleResolvers: true,
})
export class PostCallAnalysisType {
  @Field(() => String, { nullable: true, description: 'What happened, in words.' })
  summary!: string | null;

  @Field(() => JsonValue, { nullable: true, description: "The prompt's own fields, an object." })
  fields!: JsonObject | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True when analysis was skipped and the disposition was set by rule.',
  })
  autoAssigned!: boolean | null;
}

@ObjectType('QcAnalysis', {
  description: "The review that the bot's quality-control prompt produced.",
  simpleResolvers: true,
})
export class QcAnalysisType {
  @Field(() => JsonValue, { description: "The prompt's own fields, an object." })
  fields!: JsonObject;
}
