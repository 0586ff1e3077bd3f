import type { InteractionFilter } from '../../storage/list/filter.js';
import type { InteractionOrder } from '../../storage/list/order.js';
import type { PageArgs, TenantFrame } from '../../storage/read-model.js';
import { connection } from '../connection.js';
import type { Readers } from '../readers.js';
import { facetsOf } from './facets.type.js';

interface Wanted {
  filter: InteractionFilter | null | undefined;
  orderBy: InteractionOrder | null | undefined;
  page: PageArgs;
}

/** A page of interactions with all that an InteractionConnection has. Counts are made when they are asked for. */
export async function interactionList(
  { interactions }: Pick<Readers, 'interactions'>,
  frame: TenantFrame,
  { filter, orderBy, page }: Wanted,
) {
  const counted = () => interactions.count(frame, filter);
  const found = connection(await interactions.page(frame, filter, orderBy, page), counted);
  return { ...found, facets: () => facetsOf((asked) => interactions.facets(frame, filter, asked)) };
}
