import type { DataSource } from 'typeorm';
import type { Channel, Instant } from '../domain/words.js';
import { InteractionEntity } from './entities/interaction.entity.js';
import { labelOf } from './list/labels.js';
import { pageSize } from './list/page-size.js';
import { Params } from './list/params.js';
import { customerLabels } from './list/search.js';
import type { InteractionRow, TenantFrame } from './read-model.js';
import { INTERACTION_UNSHOWN } from './read-model.js';
import { columnsOf, selectList } from './select.js';

/** Of so many of the latest interactions of an address it is told by what else its customer is known. */
const SEEDS = 100;
const MOST_KEYS = 50;

export interface KnownCustomer {
  /** As the latest source that names one wrote it. */
  address: string | null;
  displayName: string | null;
  /** See customer-keys.ts. */
  keys: string[];
}

/** What a customer's interactions add up to. */
export interface CustomerSummary {
  interactionCount: number;
  firstContactAt: Instant | null;
  lastContactAt: Instant | null;
  /** The channel that was used most comes first. */
  channels: { channel: Channel; count: number }[];
}

export const NO_CONTACT: CustomerSummary = {
  interactionCount: 0,
  firstContactAt: null,
  lastContactAt: null,
  channels: [],
};

/**
 * Reads what belongs to a customer: all interactions that have one of the customer's keys, on every
 * channel. A customer is asked for by `nameCustomer(keys)`. Every method is one statement, and none when
 * it is asked for nothing.
 */
export class CustomerReader {
  constructor(private readonly db: DataSource) {}

  /** Whoever has this address or id; null when nobody has had an interaction. */
  async find(frame: TenantFrame, address: string): Promise<KnownCustomer | null> {
    const labels = customerLabels(address, frame);
    if (labels.length === 0) return null;
    const params = new Params();
    const tenant = params.add(frame.tenantId, 'uuid');
    const latest = latestOf(tenant, params.add(labels, 'text[]'), params.add(SEEDS, 'integer'));
    const seeds = await this.db.query<KnownCustomer[]>(
      `select i.customer_address as address, i.customer_name as "displayName", i.customer_keys as keys
      from (${latest}) found join interaction i on i.tenant_id = ${tenant} and i.id = found.id
      order by i.started_at desc, i.id desc`,
      params.values,
    );
    return seeds.length === 0 ? null : merged(seeds);
  }

  /** The latest interactions of each customer, newest first. */
  async journeys(
    frame: TenantFrame,
    customers: readonly string[],
    first: number,
  ): Promise<Map<string, InteractionRow[]>> {
    const { size } = pageSize({ first });
    const journeys = new Map<string, InteractionRow[]>(customers.map((customer) => [customer, []]));
    const params = new Params();
    const asked = selectAsked(customers, frame, params);
    if (asked === null) return journeys;
    const tenant = params.add(frame.tenantId, 'uuid');
    const rows = await this.db.query<(InteractionRow & { askedFor: string })[]>(
      `with asked as (${asked})
      select asked.customer as "askedFor", ${this.columns} from asked
      cross join lateral (${latestOf(tenant, 'asked.labels', params.add(size, 'integer'))}) found
      join interaction i on i.tenant_id = ${tenant} and i.id = found.id
      order by i.started_at desc, i.id desc`,
      params.values,
    );
    for (const { askedFor: customer, ...row } of rows) journeys.get(customer)?.push(row);
    return journeys;
  }

  async summaries(frame: TenantFrame, customers: readonly string[]): Promise<Map<string, CustomerSummary>> {
    const params = new Params();
    const asked = selectAsked(customers, frame, params);
    if (asked === null) return new Map();
    const rows = await this.db.query<ChannelSummary[]>(
      `with asked as (${asked})
      select asked.customer, f.channel, count(*)::int as count,
        min(f.started_at) as "firstContactAt", max(f.started_at) as "lastContactAt"
      from asked join interaction f on f.tenant_id = ${params.add(frame.tenantId, 'uuid')} and f.labels && asked.labels and f.deleted_at is null
      group by asked.customer, f.channel order by count desc, f.channel`,
      params.values,
    );
    return rows.reduce(
      (all, row) => all.set(row.customer, withChannel(all.get(row.customer) ?? NO_CONTACT, row)),
      new Map<string, CustomerSummary>(),
    );
  }

  private get columns(): string {
    return selectList(columnsOf(this.db, InteractionEntity, INTERACTION_UNSHOWN), 'i');
  }
}

/** One text for each set of keys. */
export const nameCustomer = (keys: readonly string[]): string => JSON.stringify(keys);

/** A select of the customers and the labels of each; null when none of them has a key. */
function selectAsked(customers: readonly string[], { tenantId }: TenantFrame, params: Params): string | null {
  const pairs = customers.flatMap((customer) =>
    (JSON.parse(customer) as string[]).map((key) => [customer, labelOf(tenantId, 'customer', key)] as const),
  );
  if (pairs.length === 0) return null;
  const [names, labels] = [0, 1].map((side) =>
    params.add(
      pairs.map((pair) => pair[side] ?? ''),
      'text[]',
    ),
  );
  return `select customer, array_agg(label) as labels from unnest(${names}, ${labels}) pair(customer, label)
    group by customer`;
}

/**
 * Ids of the latest interactions with any of the labels. They are found before they are put in order: a
 * customer has few, and the order's own index would have to be read from end to end for them.
 */
const latestOf = (tenant: string, labels: string, limit: string): string =>
  `select f.id from (
    select f.id, f.started_at from interaction f where f.tenant_id = ${tenant} and f.labels && ${labels} and f.deleted_at is null offset 0
  ) f order by f.started_at desc, f.id desc limit ${limit}`;

/** One customer of all that is said of it, the latest first. */
function merged(seeds: readonly KnownCustomer[]): KnownCustomer {
  const latest = (of: 'address' | 'displayName') =>
    seeds.map((seed) => seed[of]).find((value) => value !== null) ?? null;
  const keys = [...new Set(seeds.flatMap((seed) => seed.keys))].slice(0, MOST_KEYS).sort();
  return { address: latest('address'), displayName: latest('displayName'), keys };
}

interface ChannelSummary {
  customer: string;
  channel: Channel;
  count: number;
  firstContactAt: Instant;
  lastContactAt: Instant;
}

const withChannel = (summary: CustomerSummary, row: ChannelSummary): CustomerSummary => ({
  interactionCount: summary.interactionCount + row.count,
  firstContactAt: Math.min(summary.firstContactAt ?? Infinity, row.firstContactAt),
  lastContactAt: Math.max(summary.lastContactAt ?? -Infinity, row.lastContactAt),
  channels: [...summary.channels, { channel: row.channel, count: row.count }],
});
