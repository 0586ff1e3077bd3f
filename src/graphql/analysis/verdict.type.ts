import { Field, Int, ObjectType } from 'type-graphql';
import type {
  Issue,
  OverallStatus,
  ResourceSummary,
  ResourceUse,
  Severity,
  Verdict,
  VerdictMetrics,
} from '../../domain/verdict/verdict.js';
import type { Instant } from '../../domain/words.js';
import { DateTime } from '../scalars.js';
import { OverallStatusEnum, SeverityEnum } from './analysis.enums.js';
import { SessionContextType, SessionMetricsType, SessionOutcomeType } from './session.type.js';

@ObjectType('ResourceUse', { description: 'A kind of resource that took part.', simpleResolvers: true })
export class ResourceUseType implements ResourceUse {
  @Field(() => String, { description: 'The kind: `call`, `ai`, `transcribe`, `tool`.' })
  type!: string;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType('ResourceSummary', { description: 'What a resource carried.', simpleResolvers: true })
export class ResourceSummaryType implements ResourceSummary {
  @Field(() => String, { description: 'The kind of resource.' })
  resourceType!: string;

  @Field(() => String, { description: 'What was communicated, and what came of it.' })
  summary!: string;
}

@ObjectType('IssueEvidence', {
  description: 'An event of the timeline that shows an issue.',
  simpleResolvers: true,
})
export class IssueEvidenceType {
  @Field(() => Int, { description: 'Its place in the timeline that was judged, from 0.' })
  evidenceIndex!: number;

  @Field(() => String, { description: 'What happened: `call_hangup`, `tool_call`.' })
  eventType!: string;

  @Field(() => DateTime, { description: 'When.' })
  at!: Instant;

  @Field(() => String, { description: 'The uuid of the leg that it happened in.' })
  resourceId!: string;
}

@ObjectType('TimelineIssue', { description: 'Something that is wrong.', simpleResolvers: true })
export class TimelineIssueType implements Omit<Issue, 'evidence'> {
  @Field(() => SeverityEnum, { description: 'How serious it is.' })
  severity!: Severity;

  @Field(() => String, { description: 'What it concerns: `latency`, `media`, `tool`.' })
  area!: string;

  @Field(() => String, { description: 'What it is, in a sentence.' })
  summary!: string;

  @Field(() => [IssueEvidenceType], { description: 'The events that show it, in order of time.' })
  evidence!: IssueEvidenceType[];
}

@ObjectType('TimelineVerdict', {
  description:
    'What an analysis says. The blocks that do not apply are null, as they are absent in `resultJson`.',
  simpleResolvers: true,
})
export class TimelineVerdictType implements Pick<Verdict, 'narrative' | 'overallStatus' | 'inputReduced'> {
  @Field(() => Int, { description: 'The form of the verdict: 3 now; 1 and 2 were made earlier.' })
  version!: number;

  @Field(() => OverallStatusEnum, { description: 'The verdict in one word.' })
  overallStatus!: OverallStatus;

  @Field(() => Boolean, { description: 'True when there were too many events to judge all of them.' })
  inputReduced!: boolean;

  @Field(() => SessionContextType, {
    nullable: true,
    description: 'What the session was; null before version 3.',
  })
  sessionContext!: SessionContextType | null;

  @Field(() => SessionOutcomeType, { nullable: true, description: 'How it ended; null before version 3.' })
  outcome!: SessionOutcomeType | null;

  @Field(() => SessionMetricsType, {
    nullable: true,
    description: 'How it was spoken; null for what is no call, without turns, and before version 3.',
  })
  metrics!: VerdictMetrics | null;

  @Field(() => [ResourceUseType], { description: 'The kinds of resources that took part.' })
  resourcesUsed!: ResourceUse[];

  @Field(() => [ResourceSummaryType], { description: 'What each resource carried; empty in version 1.' })
  interactions!: ResourceSummary[];

  @Field(() => String, { description: 'What happened, in words.' })
  narrative!: string;

  @Field(() => [TimelineIssueType], { description: 'What is wrong; empty when the verdict is OK.' })
  issues!: TimelineIssueType[];
}
