import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { CustomerSummary, KnownCustomer } from '../../storage/customer-reader.js';
import { nameCustomer } from '../../storage/customer-reader.js';
import type { InteractionRow } from '../../storage/read-model.js';
import type { GraphQLContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { ChannelCountType, CustomerType } from './customer.type.js';
import { InteractionType } from './interaction.type.js';

/** How much of a customer's journey is shown when nothing is said. */
const JOURNEY = 10;

/** The customer of an interaction; null when nothing is known of one. */
export function customerOf(row: InteractionRow): KnownCustomer | null {
  const { customerAddress: address, customerName: displayName, customerKeys: keys } = row;
  return address === null && displayName === null && keys.length === 0
    ? null
    : { address, displayName, keys };
}

@Resolver(() => CustomerType)
export class CustomerResolver {
  @Query(() => CustomerType, {
    nullable: true,
    description:
      'A customer by an address in any spelling, or by an id; null when nobody has been in contact.',
  })
  customer(
    @Arg('address', () => String, {
      description:
        'A phone number in any spelling, an email, or the id that one of your systems gives the customer.',
    })
    address: string,
    @Ctx() { readers, frame }: GraphQLContext,
  ): Promise<KnownCustomer | null> {
    return readers.customers.find(frame, address);
  }

  @FieldResolver(() => [InteractionType], {
    description: "The customer's latest interactions on all channels, the newest first.",
  })
  journey(
    @Root() { keys }: KnownCustomer,
    @Arg('first', () => Int, { nullable: true, defaultValue: JOURNEY, description: 'How many, 1 to 100.' })
    first: number | null,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return loaders.journeys(first ?? JOURNEY).load(nameCustomer(keys));
  }

  @FieldResolver(() => Int, { description: 'How many interactions the customer has had here.' })
  async interactionCount(@Root() customer: KnownCustomer, @Ctx() context: GraphQLContext) {
    return (await summaryOf(customer, context)).interactionCount;
  }

  @FieldResolver(() => Boolean, { description: 'True when there is more than one interaction.' })
  async repeatCaller(@Root() customer: KnownCustomer, @Ctx() context: GraphQLContext) {
    return (await summaryOf(customer, context)).interactionCount > 1;
  }

  @FieldResolver(() => [ChannelCountType], {
    description: 'How often the customer used each channel, the most used first.',
  })
  async channels(@Root() customer: KnownCustomer, @Ctx() context: GraphQLContext) {
    return (await summaryOf(customer, context)).channels;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the first interaction began; null when nothing tells the customer from others.',
  })
  async firstContactAt(@Root() customer: KnownCustomer, @Ctx() context: GraphQLContext) {
    return (await summaryOf(customer, context)).firstContactAt;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the latest interaction began; null when nothing tells the customer from others.',
  })
  async lastContactAt(@Root() customer: KnownCustomer, @Ctx() context: GraphQLContext) {
    return (await summaryOf(customer, context)).lastContactAt;
  }
}

const summaryOf = ({ keys }: KnownCustomer, { loaders }: GraphQLContext): Promise<CustomerSummary> =>
  loaders.customerSummaries.load(nameCustomer(keys));
