import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { PlacedRecording } from '../../domain/presentation.js';
import type { Instant, RecordingState } from '../../domain/words.js';
import { DateTime } from '../scalars.js';
import { RecordingStateEnum } from './call.enums.js';

@ObjectType('Recording', { description: 'The audio of a call.', simpleResolvers: true })
export class RecordingType implements Omit<PlacedRecording, 'callId' | 'url'> {
  @Field(() => String, { nullable: true, description: 'Its format as stated: `mp3`, `wav`.' })
  format!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it begins: as stated, else with the answer; null when neither is known.',
  })
  startedAt!: Instant | null;

  @Field(() => Int, { nullable: true, description: 'How long it is, in ms.' })
  durationMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Where it begins, in ms from the start of the call or interaction it is shown with; null when unknown.',
  })
  offsetMs!: number | null;

  @Field(() => RecordingStateEnum, { description: 'Whether there is audio.' })
  state!: RecordingState;

  @Field(() => String, {
    nullable: true,
    description: 'Why there is none, or not yet; null when it can be played.',
  })
  reason!: string | null;

  @Field(() => Boolean, { description: 'True when we have a copy; false when only its provider has it.' })
  isKept!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The media type of our copy: `audio/mpeg`; null without one.',
  })
  contentType!: string | null;

  @Field(() => Float, { nullable: true, description: 'How large our copy is, in bytes; null without one.' })
  bytes!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When our copy was made; null when there never was one.',
  })
  fetchedAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When our copy is deleted by age; null when it is not.',
  })
  expiresAt!: Instant | null;
}
