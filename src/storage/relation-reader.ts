import type { DataSource } from 'typeorm';
import { reachedBit } from '../domain/funnel.js';
import type { LegKey } from '../domain/leg.js';
import type { Neighbour, Relatable, Relation } from '../domain/relations.js';
import { BRIDGE_MS, relationsOf } from '../domain/relations.js';
import { uuids } from './list/params.js';
import { CALL_BACK_TIME } from './queries/funnel-sql.js';
import { isSameKey, isThread } from './trace/session-sql.js';

/** Neighbours that are looked at on either side, of each customer and each bridge: the nearest ones. */
const NEAREST = 32;

type Row = Omit<Relatable, 'id'> & {
  /** The interaction that is asked about. */
  ownId: string;
  /** Itself, or its neighbour. */
  id: string;
  key: LegKey | null;
};

const CONNECTED = `i.stage_marks & ${reachedBit('CONNECTED')} <> 0`;

/** Calls of the own customer that began on one side of the own one, the nearest first. */
const customersCalls = (side: 'before' | 'after'): string => `
  (select c.id, null::jsonb as key from interaction c
    where c.tenant_id = $1 and c.customer_e164 = o.customer_e164 and c.id <> o.id
      and c.deleted_at is null
      and ${
        side === 'before'
          ? `c.started_at <= o.started_at and c.started_at > o.started_at - ${CALL_BACK_TIME}`
          : `c.started_at > o.started_at and c.started_at < o.started_at + ${CALL_BACK_TIME}`
      }
    order by c.started_at ${side === 'before' ? 'desc' : 'asc'}, c.id limit ${NEAREST})`;

/** Legs with the same bridge key; ids are in order of arrival, so the nearest came just before or after. */
const onBridge = (side: '<' | '>'): string => `
  (select k.leg_id from correlation_key k
    where k.tenant_id = $1 and k.namespace = own.namespace and k.value = own.value and k.scope = 'BRIDGE'
      and k.leg_id ${side} own.leg_id
    order by k.leg_id ${side === '<' ? 'desc' : 'asc'} limit ${NEAREST})`;

const BRIDGES = `
  (select m.interaction_id as id, jsonb_build_object('namespace', own.namespace, 'value', own.value, 'scope', own.scope) as key
     from leg l
     join correlation_key own on own.tenant_id = $1 and own.leg_id = l.id and own.scope = 'BRIDGE'
    cross join lateral (${onBridge('<')} union all ${onBridge('>')}) near
    cross join lateral (select interaction_id from leg where tenant_id = $1 and id = near.leg_id limit 1) m
    where l.tenant_id = $1 and l.interaction_id = o.id and m.interaction_id <> o.id)`;

/** Other legs of the same thread whose sessions were closed before the own one began, or began after it was closed. */
const inThread = (side: 'before' | 'after'): string => `
  (select c.leg_id from correlation_key c
    where ${isSameKey('c', 'own')} and c.limit_ms > 0 and not c.is_overfull
      and ${
        side === 'before'
          ? 'c.open_until < own.began_at'
          : 'c.open_until > own.open_until and c.began_at > own.open_until'
      }
    order by c.open_until ${side === 'before' ? 'desc' : 'asc'} limit ${NEAREST})`;

/** Calls with the id of the thread; the nearest came just before or after. */
const calledInThread = (side: '<' | '>'): string => `
  (select c.leg_id from correlation_key c
    where ${isSameKey('c', 'own')} and c.limit_ms = 0 and c.leg_id ${side} own.leg_id
    order by c.leg_id ${side === '<' ? 'desc' : 'asc'} limit ${NEAREST})`;

const THREADS = `
  (select m.interaction_id as id, jsonb_build_object('namespace', own.namespace, 'value', own.value, 'scope', own.scope) as key
     from leg l
     join correlation_key own on own.tenant_id = $1 and own.leg_id = l.id and own.scope = 'INTERACTION'
    cross join lateral (
          select leg_id from (
            ${inThread('before')} union all ${inThread('after')}
            union all ${calledInThread('<')} union all ${calledInThread('>')}) c
           where not own.is_overfull and ${isThread('own')}) near
    cross join lateral (select interaction_id from leg where tenant_id = $1 and id = near.leg_id limit 1) m
    where l.tenant_id = $1 and l.interaction_id = o.id and m.interaction_id <> o.id)`;

/** One row is one lookup: `limit 1` keeps the planner from reading a table instead. */
const NEIGHBOURS = `
  select o.id as "ownId", i.id, n.key, i.channel, i.direction, i.started_at as "startedAt", i.ended_at as "endedAt",
         i.outcome, ${CONNECTED} as "wasConnected", i.is_test as "isTest"
    from unnest($2::uuid[]) asked(id)
    join interaction o on o.tenant_id = $1 and o.id = asked.id
   cross join lateral (
         select o.id, null::jsonb as key
         union all ${customersCalls('before')} union all ${customersCalls('after')}
         union ${BRIDGES} union ${THREADS}) n
   cross join lateral (select * from interaction where tenant_id = $1 and id = n.id and deleted_at is null limit 1) i
   where n.key->>'scope' = 'INTERACTION'
      or i.started_at between o.started_at - interval '${BRIDGE_MS} milliseconds'
                          and o.started_at + interval '${BRIDGE_MS} milliseconds'`;

/** How interactions stand to each other. It is kept nowhere: the domain tells it from the interactions as they are. */
export class RelationReader {
  constructor(private readonly db: DataSource) {}

  /** The relations of each interaction, in one statement; those that are not found have none. */
  async ofInteractions(tenantId: string, ids: readonly string[]): Promise<Map<string, Relation[]>> {
    const known = uuids(ids);
    if (known.length === 0) return new Map();
    const rows = await this.db.query<Row[]>(NEIGHBOURS, [tenantId, known]);
    return new Map(known.map((id) => [id, relationsAmong(rows.filter(({ ownId }) => ownId === id))]));
  }
}

function relationsAmong(rows: readonly Row[]): Relation[] {
  const own = rows.find(({ id, ownId }) => id === ownId);
  if (own === undefined) return [];
  const neighbours = rows
    .filter(({ id }) => id !== own.id)
    .map(({ key, ...row }): Neighbour => ({ ...row, shared: key ?? 'CUSTOMER' }));
  return relationsOf(own, neighbours);
}
