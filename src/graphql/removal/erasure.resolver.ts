import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { pageSize } from '../../storage/list/page-size.js';
import type { ErasureRow } from '../../storage/removal/erasure-store.js';
import type { GraphQLContext } from '../context.js';
import { actorOf } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { globalId, localId } from '../node.js';
import { EraseCustomerInput, EraseCustomerPayload, ErasureType } from './erasure.type.js';

/** How many erasures are shown when nothing is said. */
const SHOWN = 20;

@Resolver(() => ErasureType)
export class ErasureResolver {
  @Needs('ERASE')
  @Mutation(() => EraseCustomerPayload, {
    description:
      'Erases a customer for good: every interaction under any spelling of the address, with all that is stored ' +
      'of it. Records of it that come later are not taken in; new contacts are. Needs ERASE.',
  })
  async eraseCustomer(
    @Arg('input', () => EraseCustomerInput, { validate: true, description: 'Whom, and why.' })
    { address, reason = null }: EraseCustomerInput,
    @Ctx() { erasures, frame, viewer }: GraphQLContext,
  ): Promise<EraseCustomerPayload> {
    try {
      const by = { actor: actorOf(viewer), reason };
      return { erasure: await erasures.erase(frame.tenantId, address, by, frame.now), userErrors: [] };
    } catch (error) {
      return { erasure: null, userErrors: [userErrorOf(error, 'address')] };
    }
  }

  @Needs('ERASE')
  @Query(() => ErasureType, {
    nullable: true,
    description: 'How far the erasing of a customer has come; null when there is none. Needs ERASE.',
  })
  async erasure(
    @Arg('id', () => ID, { description: 'Its id, or the bare uuid in it.' }) id: string,
    @Ctx() { erasures, frame }: GraphQLContext,
  ): Promise<ErasureRow | null> {
    const local = localId('Erasure', id);
    return local === null ? null : ((await erasures.byIds(frame.tenantId, [local]))[0] ?? null);
  }

  @Needs('ERASE')
  @Query(() => [ErasureType], { description: 'Erasures, the latest first. Needs ERASE.' })
  erasures(
    @Arg('first', () => Int, { nullable: true, defaultValue: SHOWN, description: 'How many, 1 to 100.' })
    first: number | null,
    @Ctx() { erasures, frame }: GraphQLContext,
  ): Promise<ErasureRow[]> {
    return erasures.latest(frame.tenantId, pageSize({ first: first ?? SHOWN }).size);
  }

  @FieldResolver(() => ID, { description: 'Opaque id, which `erasure` takes.' })
  id(@Root() row: ErasureRow) {
    return globalId('Erasure', row.id);
  }
}
