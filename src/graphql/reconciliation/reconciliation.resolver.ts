import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { BadUserInput } from '../../domain/errors.js';
import type { Explained } from '../../domain/explain.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import { pageSize } from '../../storage/list/page-size.js';
import type { InteractionRow } from '../../storage/read-model.js';
import type { SuggestionRow } from '../../storage/reconciliation-reader.js';
import { openDrops } from '../../storage/reconciliation-reader.js';
import { ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { InteractionFilterInput } from '../interaction/interaction.args.js';
import { interactionList } from '../interaction/interaction-list.js';
import { InteractionConnection, InteractionType } from '../interaction/interaction.type.js';
import { CorrelationKeyType, LegType } from '../interaction/leg.type.js';
import { localId } from '../node.js';
import { QuarantinedKeyType, ReconciliationGroupType, ReconciliationType } from './reconciliation.type.js';
import {
  LinkExplanationType,
  LinkFeatureType,
  LinkRivalType,
  LinkScoreType,
  SuggestionType,
} from './suggestion.type.js';

const SHOWN = 20;

@Resolver(() => ReconciliationType)
export class ReconciliationResolver {
  @Query(() => ReconciliationType, {
    description: 'What a person has to decide: dropped interactions by drop stage, with suggestions.',
  })
  reconciliation(
    @Arg('filter', () => InteractionFilterInput, {
      nullable: true,
      description: 'Which interactions; all that are dropped and not resolved by default.',
    })
    filter: InteractionFilter | null | undefined,
  ) {
    return { filter: filter ?? null };
  }

  @FieldResolver(() => [ReconciliationGroupType], { description: 'The largest group first.' })
  async groups(@Root() { filter }: ReconciliationType, @Ctx() { readers, frame }: GraphQLContext) {
    const groups = await readers.reconciliation.groups(frame, filter);
    return groups.map((group) => ({ ...group, filter }));
  }

  @FieldResolver(() => InteractionConnection, {
    description: 'Interactions from which a person took a leg although a key holds it there.',
  })
  async contested(
    @Root() { filter }: ReconciliationType,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    const contested = { disagreement: ['KEY_OVERRULED' as const], and: filter === null ? [] : [filter] };
    return interactionList(readers, frame, { filter: contested, orderBy: null, page });
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => [QuarantinedKeyType], {
    nullable: true,
    description: 'Keys that reach too far, the latest first. Needs READ_SOURCES.',
  })
  quarantinedKeys(
    @Arg('first', () => Int, { nullable: true, defaultValue: SHOWN, description: 'How many, 1 to 100.' })
    first: number | null,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    return readers.reconciliation.quarantined(frame.tenantId, pageSize({ first: first ?? SHOWN }).size);
  }

  @Query(() => LinkExplanationType, {
    description: 'Why two legs are not one interaction, or why they are.',
  })
  explainNonLink(
    @Arg('legs', () => [ID], { description: 'Two legs, by their ids.' }) legs: string[],
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    const [one, other, ...rest] = legs.map((id) => localId('Leg', id) ?? id);
    if (one === undefined || other === undefined || rest.length > 0 || one === other)
      throw new BadUserInput('legs', 'must name two different legs');
    return readers.reconciliation.explain(frame, [one, other]);
  }
}

@Resolver(() => ReconciliationGroupType)
export class ReconciliationGroupResolver {
  @FieldResolver(() => InteractionConnection, { description: 'Its interactions, the latest first.' })
  async interactions(
    @Root() { filter, dropStage, dropDetail }: ReconciliationGroupType,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    const own = openDrops(dropStage, dropDetail, filter);
    return interactionList(readers, frame, { filter: own, orderBy: null, page });
  }
}

@Resolver(() => InteractionType)
export class InteractionSuggestionsResolver {
  @FieldResolver(() => [SuggestionType], {
    description: 'Legs of other interactions that may be the other half of one of its own, the best first.',
  })
  suggestions(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.suggestionsByInteraction.load(row.id);
  }
}

@Resolver(() => SuggestionType)
export class SuggestionResolver {
  @FieldResolver(() => LegType, { nullable: true, description: "The dialer's leg." })
  dialerLeg(@Root() { dialerLegId }: SuggestionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(dialerLegId);
  }

  @FieldResolver(() => LegType, { nullable: true, description: "The assistant's leg." })
  assistantLeg(@Root() { assistantLegId }: SuggestionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(assistantLegId);
  }
}

@Resolver(() => LinkRivalType)
export class LinkRivalResolver {
  @FieldResolver(() => LegType, { nullable: true, description: "The dialer's leg." })
  dialerLeg(@Root() { dialerId }: LinkRivalType, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(dialerId);
  }

  @FieldResolver(() => LegType, { nullable: true, description: "The assistant's leg." })
  assistantLeg(@Root() { assistantId }: LinkRivalType, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(assistantId);
  }
}

@Resolver(() => LinkFeatureType)
export class LinkFeatureResolver {
  @FieldResolver(() => String, {
    description: 'What was found: a word, or a number as text; UNKNOWN when not told.',
  })
  value(@Root() { value }: { value: string | number }) {
    return String(value);
  }
}

@Resolver(() => LinkExplanationType)
export class LinkExplanationResolver {
  @FieldResolver(() => [LegType], { description: 'The two legs.' })
  async legs(@Root() { legIds }: Explained, @Ctx() { loaders }: GraphQLContext) {
    return (await Promise.all(legIds.map((id) => loaders.legs.load(id)))).filter((leg) => leg !== null);
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => [CorrelationKeyType], {
    nullable: true,
    description: 'Keys that both carry, those under quarantine included. Needs READ_SOURCES.',
  })
  sharedKeys(@Root() { sharedKeys }: Explained) {
    return sharedKeys;
  }

  @FieldResolver(() => LinkScoreType, {
    nullable: true,
    description: 'The circumstantial evidence; null for legs that it cannot compare.',
  })
  score(@Root() { score }: Explained) {
    return score;
  }
}
