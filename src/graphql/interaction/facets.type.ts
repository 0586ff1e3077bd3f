import DataLoader from 'dataloader';
import type { ClassType } from 'type-graphql';
import { Field, Int, ObjectType } from 'type-graphql';
import type { Facet, FacetCounts } from '../../storage/list/facets.js';
import { COUNT_CAP } from '../../storage/list/count.js';
import { ChannelEnum, DirectionEnum } from '../enums.js';
import { DropStageEnum, InteractionStatusEnum, OutcomeEnum } from './interaction.enums.js';

/** The classes of the counts by one field: `<name>Facet` and `<name>FacetCount`. */
function facetType(name: string, of: string, value: () => object): ClassType {
  @ObjectType(`${name}FacetCount`, {
    description: `How many interactions have ${of}.`,
    simpleResolvers: true,
  })
  class Count {
    @Field(() => value(), { nullable: true, description: 'The value; null: none.' })
    value!: string | null;

    @Field(() => Int, { description: 'How many have it.' })
    count!: number;
  }

  @ObjectType(`${name}Facet`, {
    description: `How many interactions have each ${name}.`,
    simpleResolvers: true,
  })
  class FacetOf {
    @Field(() => [Count], { description: 'Every value that occurs, the most frequent first.' })
    counts!: Count[];

    @Field(() => Boolean, {
      description: `True when more than ${COUNT_CAP.toLocaleString('en')} match: the latest of them were counted.`,
    })
    isCapped!: boolean;
  }
  return FacetOf;
}

const InteractionStatusFacet = facetType('InteractionStatus', 'a status', () => InteractionStatusEnum);
const DropStageFacet = facetType('DropStage', 'a drop stage', () => DropStageEnum);
const ChannelFacet = facetType('Channel', 'a channel', () => ChannelEnum);
const DirectionFacet = facetType('Direction', 'a direction', () => DirectionEnum);
const OutcomeFacet = facetType('Outcome', 'an outcome', () => OutcomeEnum);

const WITHOUT_OWN = "The filter's own condition on it is left out.";

@ObjectType('InteractionFacets', {
  description:
    'How many interactions match the filter, by value. Each field is counted without the condition that the filter ' +
    'itself puts on it, so that the values beside the chosen ones have their counts; conditions inside `and`, `or` ' +
    'and `not` hold for all.',
  simpleResolvers: true,
})
export class InteractionFacetsType implements Record<Facet, unknown> {
  @Field(() => InteractionStatusFacet, { description: `By status. ${WITHOUT_OWN}` })
  status!: unknown;

  @Field(() => DropStageFacet, { description: `By drop stage; most have none. ${WITHOUT_OWN}` })
  dropStage!: unknown;

  @Field(() => ChannelFacet, { description: `By channel. ${WITHOUT_OWN}` })
  channel!: unknown;

  @Field(() => DirectionFacet, { description: `By who began it. ${WITHOUT_OWN}` })
  direction!: unknown;

  @Field(() => OutcomeFacet, { description: `By how it ended. ${WITHOUT_OWN}` })
  outcome!: unknown;
}

type CountFacets = (facets: readonly Facet[]) => Promise<Map<Facet, FacetCounts>>;

/** What is asked for in one tick is counted by one statement. */
export function facetsOf(count: CountFacets): Record<Facet, () => Promise<FacetCounts>> {
  const loader = new DataLoader<Facet, FacetCounts>(async (facets) => {
    const counted = await count(facets);
    return facets.map((facet) => counted.get(facet) ?? { counts: [], isCapped: false });
  });
  const of = (facet: Facet) => () => loader.load(facet);
  return {
    status: of('status'),
    dropStage: of('dropStage'),
    channel: of('channel'),
    direction: of('direction'),
    outcome: of('outcome'),
  };
}
