import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Relation } from '../../domain/relations.js';
import type { InteractionRow } from '../../storage/read-model.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { InteractionType } from './interaction.type.js';
import { CorrelationKeyType } from './leg.type.js';
import { RelationType } from './relation.type.js';

@Resolver(() => InteractionType)
export class InteractionRelationsResolver {
  @FieldResolver(() => [RelationType], {
    description: 'Other interactions that it is related to and not part of, the latest first.',
  })
  relations(@Root() { id }: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.relationsByInteraction.load(id);
  }
}

@Resolver(() => RelationType)
export class RelationResolver {
  @FieldResolver(() => InteractionType, { description: 'The other interaction.' })
  interaction(@Root() { interactionId }: Relation, @Ctx() { loaders }: GraphQLContext) {
    return loaders.interactions.load(interactionId);
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => CorrelationKeyType, {
    nullable: true,
    description:
      'The bridge, or the thread, that legs of both name; null for other kinds. Needs READ_SOURCES.',
  })
  key(@Root() { key }: Relation) {
    return key;
  }
}
