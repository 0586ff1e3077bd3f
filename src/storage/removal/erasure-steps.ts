import type { EntityManager } from 'typeorm';
import { phoneVariants } from '../../domain/phone.js';
import { normalizeAddress } from '../address.js';
import type { ErasureEntity } from '../entities/removal.entity.js';
import { spellingPattern } from './spelling.js';

/** Whom an erasure is about. */
export interface Wanted {
  tenantId: string;
  e164: string;
  defaultCountry: string;
  /** What began later is another matter. */
  until: number;
}

/** What one look brought to light, and where the next one goes on; null: there is nothing further here. */
export interface Finding {
  interactionIds: string[];
  position: string | null;
}

/** Looks for the customer in one place, from a position on. */
type Look = (tx: EntityManager, wanted: Wanted, position: string | null) => Promise<Finding>;

/** Interactions that are removed in one transaction. */
const BATCH = 50;
/** Rows that are read through at a time where no index answers. */
const PAGE = 5_000;

/**
 * Interactions that show the customer; before them those that only have a contact id in common with one
 * of them, since the way to these is lost with it. What is found is removed, so that the next look begins anew.
 */
const byCustomer: Look = async (tx, { tenantId, e164, until }) => {
  const rows: { id: string; isOwn: boolean }[] = await tx.query(
    `with own as (
       select id from interaction
        where tenant_id = $1 and customer_e164 = any($2::text[]) and started_at <= $3 limit ${BATCH})
     select id, true as "isOwn" from own
      union all
     (select distinct i.id, false from own
       join leg l on l.tenant_id = $1 and l.interaction_id = own.id
       join correlation_key k on k.tenant_id = $1 and k.leg_id = l.id and k.scope = 'CUSTOMER'
       join correlation_key o on o.tenant_id = $1 and o.namespace = k.namespace and o.value = k.value
                             and o.scope = 'CUSTOMER'
       join leg m on m.tenant_id = $1 and m.id = o.leg_id
       join interaction i on i.tenant_id = $1 and i.id = m.interaction_id
      where i.customer_e164 is null and i.started_at <= $3 limit ${BATCH})`,
    [tenantId, phoneVariants(e164), new Date(until)],
  );
  const others = rows.filter(({ isOwn }) => !isOwn);
  const interactionIds = (others.length > 0 ? others : rows).map(({ id }) => id);
  return { interactionIds, position: rows.length === 0 ? null : '' };
};

/** Interactions of which one system says this customer, and a more trusted one another. */
const byCall: Look = async (tx, wanted, position) => {
  const { tenantId, e164, defaultCountry, until } = wanted;
  const page: { id: string; address: string | null; interactionId: string }[] = await tx.query(
    `with page as (select id, customer_address from call where tenant_id = $1 and id > $2 order by id limit ${PAGE})
     select p.id, p.customer_address as address, l.interaction_id as "interactionId"
       from page p join leg l on l.tenant_id = $1 and l.id = p.id
       join interaction i on i.tenant_id = $1 and i.id = l.interaction_id
      where p.customer_address ~* $3 and i.started_at <= $4
      union all
     (select id, null, null from page order by id desc limit 1)
      order by id`,
    [tenantId, position ?? NIL, spellingPattern(e164), new Date(until)],
  );
  return findingOf(page, e164, defaultCountry);
};

/** Of rows that look like the customer's those that are; the last of the page is there in any case. */
function findingOf(
  page: readonly { id: string; address: string | null; interactionId: string }[],
  e164: string,
  defaultCountry: string,
): Finding {
  const forms = new Set(phoneVariants(e164));
  const found = page
    .filter(({ address }) => forms.has(normalizeAddress(address, defaultCountry).e164 ?? ''))
    .slice(0, BATCH);
  const isWhole = found.length < BATCH;
  return {
    interactionIds: [...new Set(found.map((one) => one.interactionId))],
    position: (isWhole ? page.at(-1)?.id : found.at(-1)?.id) ?? null,
  };
}

/** Interactions that once showed this customer. */
const byVersion: Look = async (tx, { tenantId, e164, until }, position) => {
  const [id = NIL, revision = '0'] = position?.split('/') ?? [];
  const rows: { id: string; revision: number; found: string | null }[] = await tx.query(
    `with page as (
       select interaction_id, revision, state->>'customer_e164' as customer, started_at from interaction_version
        where tenant_id = $1 and (interaction_id, revision) > ($2, $3) order by interaction_id, revision limit ${PAGE}),
     hits as (select * from page where customer = any($4::text[]) and started_at <= $5
               order by interaction_id, revision limit ${BATCH}),
     place as (
       (select interaction_id, revision from hits where (select count(*) from hits) = ${BATCH}
         order by 1 desc, 2 desc limit 1)
       union all
       (select interaction_id, revision from page where (select count(*) from hits) < ${BATCH}
         order by 1 desc, 2 desc limit 1))
     select p.interaction_id as id, p.revision, h.interaction_id as found from place p left join hits h on true`,
    [tenantId, id, revision, phoneVariants(e164), new Date(until)],
  );
  const found = [...new Set(rows.flatMap((row) => row.found ?? []))];
  const [place] = rows;
  return {
    interactionIds: await survivorsOf(tx, tenantId, found),
    position: place === undefined ? null : `${place.id}/${place.revision}`,
  };
};

async function survivorsOf(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select distinct coalesce(r.survivor_id, given.id) as id from unnest($2::uuid[]) given(id)
       left join interaction_redirect r on r.tenant_id = $1 and r.id = given.id`,
    [tenantId, ids],
  );
  return rows.map(({ id }) => id);
}

/**
 * Interactions that were judged when they showed this customer, and those that were made from another one,
 * whose participants their verdict took over: the transcription of a call has no customer of its own.
 */
const byAnalysis: Look = async (tx, wanted, position) => {
  const { tenantId, e164, defaultCountry, until } = wanted;
  const page: { id: string; address: string | null; interactionId: string }[] = await tx.query(
    `with page as (
       select id, interaction_id, result->'session_context' as context from timeline_analysis
        where tenant_id = $1 and id > $2 order by id limit ${PAGE})
     select p.id, one->>'address' as address, p.interaction_id as "interactionId"
       from page p cross join jsonb_path_query(p.context, '$.participants[*]') one
       join interaction i on i.tenant_id = $1 and i.id = p.interaction_id
      where one->>'role' in ('peer', case p.context->>'direction' when 'outbound' then 'destination' else 'source' end)
        and one->>'address' ~* $3 and coalesce((p.context->>'started_at')::timestamptz, i.started_at) <= $4
      union all
     (select id, null, null from page order by id desc limit 1)
      order by id`,
    [tenantId, position ?? NIL, spellingPattern(e164), new Date(until)],
  );
  return findingOf(page, e164, defaultCountry);
};

/** What could not be read and has the customer's address somewhere in it goes; nothing else hangs on it. */
const byRejected: Look = async (tx, { tenantId, e164 }, position) => {
  const [last]: { id: string; isFull: boolean }[] = await tx.query(
    `with page as (select id from rejected_record where tenant_id = $1 and id > $2 order by id limit ${PAGE / 10}),
          gone as (delete from rejected_record r using page
                    where r.tenant_id = $1 and r.id = page.id and r.body ~* $3)
     select id, (select count(*) from page) = ${PAGE / 10} as "isFull" from page order by id desc limit 1`,
    [tenantId, position ?? NIL, spellingPattern(e164)],
  );
  return { interactionIds: [], position: last?.isFull === true ? last.id : null };
};

/**
 * What others' interactions once were, while a call that is gone now was part of them: their versions that
 * tell of it go.
 */
const byHistory: Look = async (tx, { tenantId }, position) => {
  const [id = NIL, revision = '0'] = position?.split('/') ?? [];
  const [last]: { id: string; revision: number; isFull: boolean }[] = await tx.query(
    `with page as (
       select interaction_id, revision, state->'external_ids' as ids from interaction_version
        where tenant_id = $1 and (interaction_id, revision) > ($2, $3) order by interaction_id, revision limit ${PAGE}),
     gone as (
       delete from interaction_version v using page p
        where v.tenant_id = $1 and v.interaction_id = p.interaction_id and v.revision = p.revision
          and exists (select from jsonb_array_elements_text(p.ids) e(id)
                       where not exists (select from leg l where l.tenant_id = $1 and l.external_id = e.id)))
     select interaction_id as id, revision, (select count(*) from page) = ${PAGE} as "isFull"
       from page order by 1 desc, 2 desc limit 1`,
    [tenantId, id, revision],
  );
  return { interactionIds: [], position: last?.isFull === true ? `${last.id}/${last.revision}` : null };
};

/**
 * What people wrote in the audit log about a call that is gone now, under another interaction, or with the
 * customer's address in it: that they did it stays.
 */
const byDeed: Look = async (tx, { tenantId, e164 }, position) => {
  const [last]: { id: string; isFull: boolean }[] = await tx.query(
    `with page as (select id, reason, detail from audit_entry where tenant_id = $1 and id > $2 order by id limit ${PAGE}),
          legs as (
            select p.id, coalesce(jsonb_agg(e.id) filter (where l.id is not null), '[]') as kept,
                   bool_or(l.id is null) as is_broken
              from page p cross join jsonb_array_elements_text(p.detail->'legIds') e(id)
              left join leg l on l.tenant_id = $1 and l.id = e.id::uuid group by p.id),
          blanked as (
            update audit_entry a
               set reason = null,
                   detail = case when g.is_broken then jsonb_set(a.detail, '{legIds}', g.kept) else a.detail end
              from page p left join legs g on g.id = p.id
             where a.tenant_id = $1 and a.id = p.id and (g.is_broken or p.reason ~* $3))
     select id, (select count(*) from page) = ${PAGE} as "isFull" from page order by id desc limit 1`,
    [tenantId, position ?? NIL, spellingPattern(e164)],
  );
  return { interactionIds: [], position: last?.isFull === true ? last.id : null };
};

const NIL = '00000000-0000-0000-0000-000000000000';

/** Where the customer is looked for, in this order. */
const STEPS = {
  CUSTOMER: byCustomer,
  CALLS: byCall,
  VERSIONS: byVersion,
  ANALYSES: byAnalysis,
  REJECTED: byRejected,
  HISTORY: byHistory,
  DEEDS: byDeed,
} as const;
export type Step = keyof typeof STEPS;
const ORDER = Object.keys(STEPS) as Step[];
export const FIRST_STEP: Step = 'CUSTOMER';

/** What a look found, and where the one after it begins; no step: there is none. */
export interface Found extends Finding {
  step: string | null;
}

/** The next look of an erasure. */
export async function look(
  tx: EntityManager,
  wanted: Wanted,
  { step, position }: Pick<ErasureEntity, 'step' | 'position'>,
): Promise<Found> {
  const at = ORDER.indexOf(step as Step);
  const here = ORDER[at] ?? FIRST_STEP;
  const finding = await STEPS[here](tx, wanted, position === '' ? null : position);
  return finding.position === null
    ? { interactionIds: finding.interactionIds, step: ORDER[at + 1] ?? null, position: null }
    : { ...finding, step: here };
}
