import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CauseKind, Instant } from '../../domain/words.js';
import type { InteractionRow, VersionRow } from '../../storage/read-model.js';
import type { GraphQLContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { SourceRecordType } from '../source/source.type.js';
import { InteractionType } from './interaction.type.js';
import { CauseType, InteractionRevisionType } from './status.type.js';

@Resolver(() => InteractionType)
export class InteractionHistoryResolver {
  @FieldResolver(() => [InteractionRevisionType], {
    description: 'How it changed after a time, the first change first, at most 100, each with its cause.',
  })
  changesSince(
    @Root() { id }: InteractionRow,
    @Arg('asOf', () => DateTime, { description: 'The time, by our clock; what changed at it is not in it.' })
    asOf: Instant,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return loaders.changesSince(asOf).load(id);
  }
}

@Resolver(() => InteractionRevisionType)
export class InteractionRevisionResolver {
  @FieldResolver(() => CauseType, { description: 'What made it change.' })
  causedBy(@Root() { causeKind: kind, causeId: id }: VersionRow): CauseType {
    return { kind, id };
  }

  @FieldResolver(() => InteractionType, {
    nullable: true,
    description: 'What it is part of now, when this merged it away; else null.',
  })
  mergedInto(@Root() { mergedInto }: VersionRow, @Ctx() { loaders }: GraphQLContext) {
    return mergedInto === null ? null : loaders.interactions.load(mergedInto);
  }
}

@Resolver(() => CauseType)
export class CauseResolver {
  @FieldResolver(() => SourceRecordType, {
    nullable: true,
    description: 'The source record; null unless the kind is RECORD.',
  })
  sourceRecord(
    @Root() { kind, id }: { kind: CauseKind; id: string | null },
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return kind === 'RECORD' && id !== null ? loaders.records.load(id) : null;
  }
}
