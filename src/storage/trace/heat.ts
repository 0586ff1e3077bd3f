import type { EntityManager } from 'typeorm';
import type { TimedLeg } from '../../domain/heat.js';
import { concerned, HEAT_READS, HEAT_RULES, hotAmong } from '../../domain/heat.js';
import type { Instant } from '../../domain/words.js';

type FlaggedLeg = TimedLeg & { isHot: boolean };

interface Around {
  legId: string;
  at: Instant;
  isHot: boolean;
  /** Its number's legs, nearest in time; null without a number that can be compared. */
  legs: FlaggedLeg[] | null;
}

/**
 * Settles which orphans have a number that is hot, of these and of those that they make hot, or no longer: the latter
 * are compared again. However many legs a number has, some hundreds of rows are read.
 */
export async function settleHeat(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  now: Instant,
): Promise<void> {
  const seeds: Around[] = await tx.query(AROUND, [tenantId, legIds]);
  const turned = new Map(seeds.flatMap(turnedBy));
  if (turned.size === 0) return;
  await tx.query(
    `update orphan o set is_hot = turned.hot, check_at = case when turned.id = any($4::uuid[]) then o.check_at else $3 end
       from jsonb_to_recordset($2::jsonb) as turned(id uuid, hot boolean)
      where o.tenant_id = $1 and o.leg_id = turned.id`,
    [
      tenantId,
      JSON.stringify([...turned].map(([id, hot]) => ({ id, hot }))),
      new Date(now),
      seeds.map(({ legId }) => legId),
    ],
  );
}

function turnedBy({ legId, at, isHot, legs }: Around): [legId: string, isHot: boolean][] {
  if (legs === null) return isHot ? [[legId, false]] : [];
  const hot = hotAmong(legs);
  const flagged = new Map(legs.map((leg) => [leg.legId, leg.isHot]));
  return concerned(legs, at)
    .filter((leg) => flagged.get(leg.legId) !== hot.has(leg.legId))
    .map((leg) => [leg.legId, hot.has(leg.legId)]);
}

const hours = `${2 * HEAT_RULES.withinMs} * interval '1 millisecond'`;

/** One index, read from the nearest in time on. */
const nearest = (role: 'DIALER' | 'ASSISTANT', side: '<=' | '>'): string =>
  `(select c.leg_id, c.at, c.is_hot from orphan c
     where c.tenant_id = $1 and c.role = '${role}' and c.customer_tail = s.customer_tail
       and c.at ${side} s.at and c.at ${side === '>' ? `< s.at + ${hours}` : `> s.at - ${hours}`}
       and c.customer_e164 = s.customer_e164
     order by c.at ${side === '>' ? 'asc' : 'desc'} limit ${HEAT_READS})`;

const AROUND = `
  select s.leg_id as "legId", s.at, s.is_hot as "isHot",
         (select jsonb_agg(jsonb_build_object('legId', n.leg_id, 'at', (extract(epoch from n.at) * 1000)::bigint,
                                              'isHot', n.is_hot))
            from (${nearest('DIALER', '<=')} union all ${nearest('ASSISTANT', '<=')}
                  union all ${nearest('DIALER', '>')} union all ${nearest('ASSISTANT', '>')}) n) as legs
    from orphan s where s.tenant_id = $1 and s.leg_id = any($2::uuid[])`;
