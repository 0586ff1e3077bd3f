import { Field, ObjectType } from 'type-graphql';
import type { JsonObject } from '../../domain/record.js';
import { enumOf } from '../enums.js';
import { JsonValue } from '../scalars.js';

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

/** Whose words a summary is. */
export type SummarySource = 'PROVIDER' | 'THROUGHLINE';

export const SummarySourceEnum = enumOf<SummarySource>('SummarySource', 'Whose words a summary is.', {
  PROVIDER: 'Those of a source: its own analysis after the call.',
  THROUGHLINE: 'Ours: the narrative of the latest timeline analysis, because no source brought a summary.',
});

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
