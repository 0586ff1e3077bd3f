/**
 * How long the funnel of 30 days over 10 million interactions takes. It fills the roll-up and the hours at
 * the edges directly, asks as the server does, and prints medians.
 *
 *   npm run build && DATABASE_URL=postgres://… node bench/funnel.mjs
 *
 * The database must be empty: it is migrated, filled and left behind.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createDataSource } from '../dist/ormconfig.js';
import { marksOf } from '../dist/src/domain/funnel.js';
import { STAGES } from '../dist/src/domain/words.js';
import { FACTS, factsHash, NARROW_FACTS } from '../dist/src/storage/queries/funnel-sql.js';
import { FunnelReader } from '../dist/src/storage/queries/funnel.js';

const INTERACTIONS = 10_000_000;
const HOURS = 30 * 24;
const CAMPAIGNS = 20;
const FLOWS = 2;
const RUNS = 21;
const HOUR = 3_600_000;

const now = Date.parse('2026-09-14T12:34:56.789Z');
const from = now - HOURS * HOUR;
const tenantId = randomUUID();
const [dialer, assistant] = [randomUUID(), randomUUID()];

const WAY = STAGES.slice(0, 5);
const marks = (...reached) =>
  marksOf({
    at: Object.fromEntries(STAGES.map((stage) => [stage, reached.includes(stage) ? 0 : null])),
    settled: STAGES,
  });

/** What becomes of calls: status, drop stage, stages, contained, share in percent. */
const FATES = [
  ['COMPLETE', null, marks(...WAY), true, 50],
  ['COMPLETE', null, marks(...WAY), false, 8],
  ['COMPLETE', null, marks(...STAGES), false, 12],
  ['COMPLETE', null, marks('ATTEMPTED'), null, 12],
  ['COMPLETE', null, marks(...WAY.slice(0, 3)), true, 6],
  ['DROPPED', 'INFRA_TO_BOT', marks(...WAY.slice(0, 2)), null, 6],
  ['DROPPED', 'SYNC_GAP', marks(...WAY), null, 3],
  ['PARTIAL', null, marks(...WAY), false, 3],
];

const db = await createDataSource(process.env.DATABASE_URL, {
  migrations: true,
  statementTimeoutMs: 600_000,
}).initialize();
await db.runMigrations();
await db.query(`insert into tenant (id, name) values ($1, 'bench')`, [tenantId]);
for (const [id, name, role] of [
  [dialer, 'dialer', 'DIALER'],
  [assistant, 'assistant', 'ASSISTANT'],
])
  await db.query(
    `insert into source (tenant_id, id, name, provider, role) values ($1, $2, $3, 'neutral', $4)`,
    [tenantId, id, name, role],
  );

const perHour = INTERACTIONS / HOURS;
await db.query(
  `create temporary table kind as
   select 'VOICE' as channel, case c % 2 when 0 then 'INBOUND' else 'OUTBOUND' end as direction, 'campaign ' || c as campaign,
          'flow ' || f as flow, case s when 0 then array[$1::uuid] else array[$1::uuid, $2::uuid] end as source_ids,
          x->>0 as status, x->>1 as drop_stage, false as is_provisional, false as is_test, (x->>2)::int as stage_marks,
          (x->>3)::boolean as is_contained, (x->>4)::numeric / 100 / $3 / $4 / 2 as share
     from generate_series(1, $3::int) c, generate_series(1, $4::int) f, generate_series(0, 1) s, jsonb_array_elements($5::jsonb) x`,
  [dialer, assistant, CAMPAIGNS, FLOWS, JSON.stringify(FATES)],
);
const facts = FACTS.map((fact) => `k.${fact}`).join(', ');
await db.query(
  `insert into funnel_cell (tenant_id, grain, started_at, facts_hash, ${FACTS.join(', ')}, count)
   select $1, 'HOUR', date_trunc('hour', $2::timestamptz) + h * interval '1 hour', ${factsHash('k')}, ${facts},
          greatest(1, round(k.share * $3::numeric))
     from generate_series(0, ${HOURS}) h, kind k`,
  [tenantId, new Date(from), perHour],
);
const wide = FACTS.map((fact) => `${NARROW_FACTS[fact] ?? `c.${fact}`} as ${fact}`).join(', ');
await db.query(
  `insert into funnel_cell (tenant_id, grain, started_at, facts_hash, ${FACTS.join(', ')}, count)
   select k.tenant_id, 'WIDE_HOUR', k.started_at, ${factsHash('k')}, ${facts}, sum(k.count)
     from (select c.tenant_id, c.started_at, c.count, ${wide} from funnel_cell c) k
    group by k.tenant_id, k.started_at, ${facts}`,
);
await db.query(
  `insert into funnel_cell (tenant_id, grain, started_at, facts_hash, ${FACTS.join(', ')}, count)
   select k.tenant_id, 'DAY', date_trunc('day', k.started_at, 'UTC'), k.facts_hash, ${facts}, sum(k.count)
     from funnel_cell k where k.grain = 'HOUR' group by 1, 2, 3, k.facts_hash, ${facts}`,
);
/** The interactions of the hours at the edges: at both ends, and a day ago, when call-backs become final. */
const blank = {
  uuid: `'00000000-0000-0000-0000-000000000000'`,
  text: `''`,
  boolean: 'false',
  integer: '0',
  jsonb: `'{}'`,
  timestamptz: 'now()',
};
const given = new Set([...FACTS, 'tenant_id', 'id', 'started_at', 'customer_e164']);
const others = db
  .getMetadata('interaction')
  .columns.filter((column) => !column.isNullable && !given.has(column.databaseName));
const known = FACTS.filter((fact) => fact !== 'is_contained');
await db.query(
  `insert into interaction (tenant_id, id, started_at, customer_e164, ${known.join(', ')}, ${others.map((column) => column.databaseName).join(', ')})
   select $1, gen_random_uuid(), e.hour + n.i * interval '1 millisecond', '+12025550' || n.i, ${known.map((fact) => `k.${fact}`).join(', ')},
          ${others.map((column) => (column.isArray ? `'{}'` : (blank[column.type] ?? '0'))).join(', ')}
     from unnest($2::timestamptz[]) e(hour), kind k, generate_series(1, 3600000, 3600000 / greatest(1, round(k.share * $3::numeric))::int) n(i)`,
  [tenantId, [from, now - 24 * HOUR, now].map((at) => new Date(at - (at % HOUR))), perHour],
);
await db.query('vacuum analyze funnel_cell');
await db.query('vacuum analyze interaction');

const reader = new FunnelReader(db);
const frame = { tenantId, timeZone: 'UTC', defaultCountry: 'US', now };
const thirtyDays = { startedAt: { from, to: now } };
const QUESTIONS = {
  'the whole': { filter: thirtyDays },
  'by campaign': { filter: thirtyDays, groupBy: 'CAMPAIGN' },
  'by source': { filter: thirtyDays, groupBy: 'SOURCE' },
  'by drop stage': { filter: thirtyDays, groupBy: 'DROP_STAGE' },
  'by day': { filter: thirtyDays, interval: 'DAY' },
  'one campaign by day': { filter: { ...thirtyDays, campaign: 'campaign 7' }, interval: 'DAY' },
  'by hour (721 groups)': { filter: thirtyDays, interval: 'HOUR' },
};
const [{ cells }] = await db.query('select count(*) as cells from funnel_cell');
const [{ rows }] = await db.query('select count(*) as rows from interaction');
const { interactionCount } = await reader.read(frame, QUESTIONS['the whole']);
console.log(
  `${interactionCount} interactions, ${cells} cells, ${rows} interactions in the hours at the edges`,
);
for (const [name, question] of Object.entries(QUESTIONS)) {
  const times = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const begun = performance.now();
    await reader.read(frame, question);
    times.push(performance.now() - begun);
  }
  const sorted = times.slice(1).sort((a, b) => a - b);
  console.log(
    `${name}: median ${sorted[Math.floor(RUNS / 2)].toFixed(1)} ms, worst ${sorted.at(-1).toFixed(1)} ms, first ${times[0].toFixed(1)} ms`,
  );
}
await db.destroy();
