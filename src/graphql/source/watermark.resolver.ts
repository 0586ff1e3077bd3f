import { MaxLength } from 'class-validator';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Instant } from '../../domain/words.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import type { UserError } from '../ingest/user-error.js';
import { UserErrorType, userErrorOf } from '../ingest/user-error.js';
import { DateTime } from '../scalars.js';
import { SourceType } from './source.type.js';

@InputType('ReportWatermarkInput', { description: 'How far a source has told everything.' })
export class ReportWatermarkInput {
  @MaxLength(100)
  @Field(() => String, { description: 'The name of the source.' })
  source!: string;

  @Field(() => DateTime, {
    description: 'Every call that ended up to then, by the clock of the source, has been reported.',
  })
  at!: Instant;
}

@ObjectType('ReportWatermarkPayload', { description: 'The watermark as it is now.', simpleResolvers: true })
export class ReportWatermarkPayload {
  sourceId!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The watermark of the source: it never moves back. Null with user errors.',
  })
  watermarkAt!: Instant | null;

  @Field(() => [UserErrorType], { description: 'What the caller can mend.' })
  userErrors!: UserError[];
}

@Resolver(() => ReportWatermarkPayload)
export class WatermarkResolver {
  @Needs('INGEST')
  @Mutation(() => ReportWatermarkPayload, {
    description:
      'Says up to when a source has reported everything. Calls that were only waited for until then are judged ' +
      'anew at once. Needs INGEST.',
  })
  async reportWatermark(
    @Arg('input', () => ReportWatermarkInput, { validate: true, description: 'The source and the time.' })
    { source, at }: ReportWatermarkInput,
    @Ctx() { watermarks, frame }: GraphQLContext,
  ): Promise<ReportWatermarkPayload> {
    try {
      return { ...(await watermarks.report(frame.tenantId, source, at, frame.now)), userErrors: [] };
    } catch (error) {
      return { sourceId: null, watermarkAt: null, userErrors: [userErrorOf(error, 'source')] };
    }
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The source; null with user errors. Needs READ_SOURCES.',
  })
  source(@Root() { sourceId }: ReportWatermarkPayload, @Ctx() { loaders }: GraphQLContext) {
    return sourceId === null ? null : loaders.sources.load(sourceId);
  }
}
