import type { EntityManager } from 'typeorm';
import type { LegFact, PastAction, Situation } from '../../domain/monitoring.js';
import type { JsonObject, Transfer } from '../../domain/record.js';
import { properties } from '../trace/call-store.js';
import { uuids } from '../list/params.js';
import { controlOwner } from './call-control.js';

/** The source that a call came from, with what it takes to speak to it. It stays inside the process. */
export interface ControlledSource {
  id: string;
  name: string;
  provider: string;
  secret: string | null;
  settings: JsonObject;
}

/** Everything that an action on a call needs to know. */
export interface CallFacts extends Pick<Situation, 'leg' | 'others' | 'transfers' | 'actions'> {
  callId: string;
  interactionId: string;
  externalId: string;
  did: string | null;
  customerAddress: string | null;
  source: ControlledSource;
  /** What its vendor gave for steering it, still sealed; null: nothing. */
  control: { owner: string; sealed: string } | null;
}

interface Row {
  callId: string;
  externalId: string;
  interactionId: string;
  leg: LegFact;
  did: string | null;
  customerAddress: string | null;
  transfers: Transfer[];
  source: ControlledSource;
  sealed: string | null;
  others: LegFact[] | null;
  actions: object[] | null;
}

const LEG_FACT = (alias: string) =>
  `jsonb_build_object('id', ${alias}.id, 'role', ${alias}.role, 'state', ${alias}.state, 'endPresumed', ${alias}.end_presumed)`;

const FACTS = `
  select l.id as "callId", l.external_id as "externalId", l.interaction_id as "interactionId", ${LEG_FACT('l')} as leg, c.did,
         c.customer_address as "customerAddress", c.transfers, cc.sealed,
         jsonb_build_object('id', s.id, 'name', s.name, 'provider', s.provider, 'secret', s.secret,
                            'settings', s.settings) as source,
         (select jsonb_agg(${LEG_FACT('o')}) from leg o
           where o.tenant_id = l.tenant_id and o.interaction_id = l.interaction_id and o.id <> l.id
             and o.deleted_at is null) as others,
         (select jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'state', a.state, 'requested_at', a.requested_at))
            from monitoring_action a
           where a.tenant_id = l.tenant_id and a.call_id = l.id and a.kind not in ('LISTEN_IN', 'COACH')) as actions
    from leg l join call c on c.tenant_id = l.tenant_id and c.id = l.id
    join source s on s.tenant_id = l.tenant_id and s.id = l.source_id
    left join call_control cc on cc.tenant_id = l.tenant_id and cc.call_id = l.id
   where l.tenant_id = $1 and l.id = any($2::uuid[]) and l.deleted_at is null`;

/** One statement; of the actions those that decide who has the call. What the tenant does not have is not there. */
export async function readFacts(
  db: Pick<EntityManager, 'query'>,
  tenantId: string,
  callIds: readonly string[],
): Promise<CallFacts[]> {
  const known = uuids(callIds);
  if (known.length === 0) return [];
  const rows = await db.query<Row[]>(FACTS, [tenantId, known]);
  return rows.map(({ sealed, others, actions, ...facts }) => ({
    ...facts,
    others: others ?? [],
    actions: (actions ?? []).map((action) => properties(action) as unknown as PastAction),
    control:
      sealed === null ? null : { owner: controlOwner(tenantId, facts.source.id, facts.externalId), sealed },
  }));
}
