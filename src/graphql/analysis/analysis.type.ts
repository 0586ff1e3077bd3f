import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { AnalystName } from '../../domain/verdict/analyst.js';
import type { Failure } from '../../domain/verdict/lifecycle.js';
import type { OverallStatus, TimelineAnalysisStatus } from '../../domain/verdict/verdict.js';
import type { Instant } from '../../domain/words.js';
import type { TimelineAnalysisRow } from '../../storage/analysis/analysis-reader.js';
import type { Range } from '../../storage/read-model.js';
import { connectionType } from '../connection.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType } from '../ingest/user-error.js';
import { InstantRangeInput } from '../list.args.js';
import { NodeType } from '../node.js';
import { DateTime } from '../scalars.js';
import {
  AnalystEnum,
  OverallStatusEnum,
  TimelineAnalysisFailureEnum,
  TimelineAnalysisStatusEnum,
} from './analysis.enums.js';

/** The fields that are shown as they are stored; the resolver has the others. */
type Shown = Pick<
  TimelineAnalysisRow,
  'status' | 'analyst' | 'model' | 'revision' | 'createdAt' | 'updatedAt' | 'requestedBy'
>;

@ObjectType('TimelineAnalysis', {
  description:
    'A judgement of an ended interaction: what happened, how it ended, and what was wrong, with evidence. ' +
    'It stays as it is when the interaction changes afterwards; `isStale` tells.',
  implements: NodeType,
  simpleResolvers: true,
})
export class TimelineAnalysisType implements Shown {
  @Field(() => TimelineAnalysisStatusEnum, { description: 'Where it stands.' })
  status!: TimelineAnalysisStatus;

  @Field(() => AnalystEnum, { nullable: true, description: 'Who judged; null unless COMPLETED.' })
  analyst!: AnalystName | null;

  @Field(() => String, { nullable: true, description: "The model's name; null when the rules judged." })
  model!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The revision of the interaction that was judged; null unless COMPLETED.',
  })
  revision!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Names the credential that asked for it; null when the policy did.',
  })
  requestedBy!: string | null;

  @Field(() => DateTime, { description: 'When it was begun.' })
  createdAt!: Instant;

  @Field(() => DateTime, { description: 'When it reached its status.' })
  updatedAt!: Instant;

  @Field(() => TimelineAnalysisFailureEnum, {
    nullable: true,
    description: 'Why it failed, for machines; null unless FAILED.',
  })
  failure!: Failure | null;
}

export const TimelineAnalysisConnection = connectionType(
  'TimelineAnalysis',
  'timeline analyses',
  () => TimelineAnalysisType,
  { isCounted: true },
);

@InputType('TimelineAnalysisFilter', { description: 'Which analyses. What is absent does not restrict.' })
export class TimelineAnalysisFilterInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Of this interaction; the id of one that was merged finds those of its survivor.',
  })
  interactionId?: string | null;

  @Field(() => [TimelineAnalysisStatusEnum], { nullable: true, description: 'With one of these statuses.' })
  status?: TimelineAnalysisStatus[] | null;

  @Field(() => [OverallStatusEnum], { nullable: true, description: 'With one of these verdicts.' })
  overallStatus?: OverallStatus[] | null;

  @Field(() => InstantRangeInput, { nullable: true, description: 'Begun in this period.' })
  createdAt?: Range<Instant> | null;
}

@InputType('StartTimelineAnalysisInput', { description: 'What to analyse.' })
export class StartTimelineAnalysisInput {
  @Field(() => ID, { description: 'The id of an interaction that has ended, or the bare uuid in it.' })
  interactionId!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'True: judge it anew although there is an analysis. Not within a minute of the one before, nor while one runs.',
  })
  reanalyze?: boolean | null;
}

@ObjectType('StartTimelineAnalysisPayload', { description: 'The analysis.', simpleResolvers: true })
export class StartTimelineAnalysisPayload {
  @Field(() => TimelineAnalysisType, {
    nullable: true,
    description: 'The one that was begun, or the one that is there; null when it was refused.',
  })
  timelineAnalysis!: TimelineAnalysisRow | null;

  @Field(() => [UserErrorType], {
    description:
      'Why it was refused: CONFLICT when the interaction has not ended, RATE_LIMITED within the cool-down or ' +
      'when too many run already, NOT_FOUND.',
  })
  userErrors!: UserError[];
}
