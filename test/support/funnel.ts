import fc from 'fast-check';
import type { FunnelRow } from '../../src/domain/funnel.js';
import type { InteractionEntity } from '../../src/storage/entities/interaction.entity.js';
import type { InteractionFilter } from '../../src/storage/list/filter.js';
import { interactionWhere } from '../../src/storage/list/filter.js';
import { Params } from '../../src/storage/list/params.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import type { SourceName } from './world.js';
import { BASE, World } from './world.js';

const MINUTE = 60_000;

/** A call as its systems tell of it. */
interface Told {
  id: string;
  /** In minutes before the base. */
  age: number;
  minutes: number;
  parties: SourceName[];
  answered: boolean;
  speaks: boolean;
  ends: boolean;
  transfer: 'NONE' | 'FAILED' | 'BRIDGED';
  /** Its parties name no common key, until one more record does. */
  joinsLate: boolean;
  isTest: boolean;
  common: { direction?: string | null; campaign?: string | null; customer?: { address: string } | null };
  flow: string | null;
}

const told: fc.Arbitrary<Told> = fc.record({
  id: fc.uuid(),
  age: fc.integer({ min: 0, max: 3 * 24 * 60 }),
  minutes: fc.integer({ min: 0, max: 40 }),
  parties: fc.subarray<SourceName>(['dialer', 'assistant', 'human'], { minLength: 1 }),
  answered: fc.boolean(),
  speaks: fc.boolean(),
  ends: fc.boolean(),
  transfer: fc.constantFrom('NONE', 'NONE', 'FAILED', 'BRIDGED'),
  joinsLate: fc.boolean(),
  isTest: fc.constantFrom(false, false, false, true),
  common: fc.record({
    direction: fc.constantFrom('INBOUND', 'OUTBOUND', null),
    campaign: fc.constantFrom('spring', 'autumn', null),
    customer: fc.constantFrom({ address: '+12025550123' }, { address: '+12025550124' }, null),
  }),
  flow: fc.constantFrom('sales', null),
});

interface Sent {
  source: SourceName;
  record: object;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** What each party says of the call, in two statements. */
function recordsOf(call: Told): Sent[] {
  const from = BASE - call.age * MINUTE;
  const to = Math.min(from + call.minutes * MINUTE, BASE);
  const shared = { namespace: 'interaction_id', value: call.id };
  const statements = call.parties.flatMap((source): Sent[] => {
    const keys = [call.joinsLate ? { namespace: `of_${source}`, value: call.id } : shared];
    const base = { externalId: `${source}-${call.id}`, channel: 'VOICE', keys, ...call.common };
    const answer = call.answered || source !== 'dialer' ? { answeredAt: iso(from + 1_000) } : {};
    const extra = source === 'assistant' ? assistantSays(call, from, to) : {};
    const end = call.ends ? { status: call.answered ? 'COMPLETED' : 'NO_ANSWER', endedAt: iso(to) } : {};
    return [
      {
        source,
        record: { ...base, version: '1', occurredAt: iso(from), startedAt: iso(from), isTest: call.isTest },
      },
      { source, record: { ...base, version: '2', occurredAt: iso(to), ...answer, ...extra, ...end } },
    ];
  });
  return call.joinsLate ? [...statements, ...bridgesOf(call, from)] : statements;
}

function assistantSays(call: Told, from: number, to: number): object {
  const speaker = call.speaks ? 'CUSTOMER' : 'ASSISTANT';
  const transfer = { id: 't', state: call.transfer, requestedAt: iso(to) };
  return {
    flow: call.flow,
    messages: [{ id: 'm', speaker, text: 'Hello', startedAt: iso(from + 2_000) }],
    ...(call.transfer === 'NONE' ? {} : { transfers: [transfer] }),
  };
}

/** A later statement of one party that names the others' keys. */
const bridgesOf = (call: Told, from: number): Sent[] =>
  call.parties.slice(0, 1).map((source) => ({
    source,
    record: {
      externalId: `${source}-${call.id}`,
      version: '3',
      occurredAt: iso(from),
      keys: call.parties.map((party) => ({ namespace: `of_${party}`, value: call.id })),
    },
  }));

type Step = { do: 'SEND'; sent: Sent } | { do: 'SWEEP' | 'COMPACT' | 'WAIT' };

/** Everything that a tenant's systems ever said, in any order, with the clockwork at work in between. */
export const history: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.uniqueArray(told, { minLength: 1, maxLength: 10, selector: ({ id }) => id }),
    fc.array(fc.constantFrom<Step>({ do: 'SWEEP' }, { do: 'COMPACT' }, { do: 'WAIT' }), { maxLength: 8 }),
  )
  .chain(([calls, others]) => {
    const steps: Step[] = [
      ...calls.flatMap(recordsOf).map((sent) => ({ do: 'SEND' as const, sent })),
      ...others,
    ];
    return fc.shuffledSubarray(steps, { minLength: steps.length });
  });

const AN_HOUR = 60 * MINUTE;

export const request = fc.record({
  filter: fc.constantFrom<InteractionFilter>(
    {},
    { campaign: 'spring' },
    { flow: 'sales', direction: ['INBOUND'] },
    { status: ['DROPPED', 'COMPLETE'] },
    { status: ['DROPPED'], dropStage: ['INFRA_TO_BOT', 'SYNC_GAP'] },
    { source: 'dialer' },
    { isTest: true },
    { not: { campaign: 'spring' } },
    { or: [{ source: 'human' }, { status: ['PARTIAL'], isTest: true }] },
    { and: [{ channel: ['VOICE'] }, { not: { source: 'nobody' } }] },
    { startedAt: { from: BASE - 49 * AN_HOUR, to: BASE - 13 * MINUTE } },
    { startedAt: { from: BASE - 20 * MINUTE, to: BASE - 13 * MINUTE }, campaign: 'autumn' },
    { startedAt: { from: BASE - AN_HOUR, to: BASE - 3 * AN_HOUR } },
    { startedAt: { from: BASE - 60 * AN_HOUR }, datePreset: 'LAST_24_HOURS' },
    { datePreset: 'YESTERDAY' },
    { datePreset: 'LAST_7_DAYS', direction: ['OUTBOUND'] },
    { customer: '+1 202 555 0123' },
    { minDurationMs: MINUTE },
    { search: '0124' },
    { not: { startedAt: { from: BASE - 30 * AN_HOUR } } },
    { quick: 'WAITING_TO_SYNC' },
  ),
  groupBy: fc.constantFrom(
    null,
    'CHANNEL',
    'DIRECTION',
    'CAMPAIGN',
    'FLOW',
    'SOURCE',
    'DROP_STAGE',
  ) as fc.Arbitrary<'CHANNEL' | 'DIRECTION' | 'CAMPAIGN' | 'FLOW' | 'SOURCE' | 'DROP_STAGE' | null>,
  interval: fc.constantFrom(null, 'HOUR', 'DAY') as fc.Arbitrary<'HOUR' | 'DAY' | null>,
  /** When it is asked, in minutes after everything was said. */
  laterBy: fc.constantFrom(0, 30, 20 * 60, 40 * 60, 5 * 24 * 60),
});

/** The interactions that match, as the domain's funnel takes them. */
export async function funnelRows(
  world: World,
  frame: TenantFrame,
  filter: InteractionFilter,
): Promise<(FunnelRow & InteractionEntity)[]> {
  const params = new Params();
  const where = interactionWhere(filter, frame, params);
  const rows: { row: Record<string, unknown>; sources: string[] | null }[] = await world.db.query(
    `select to_jsonb(i) as row, (select array_agg(distinct s.name) from leg l join source s on s.id = l.source_id
        where l.tenant_id = i.tenant_id and l.interaction_id = i.id) as sources
       from interaction i where ${where}`,
    params.values,
  );
  const instant = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : null);
  return rows.map(
    ({ row, sources }) =>
      ({
        ...row,
        startedAt: instant(row['started_at']),
        endedAt: instant(row['ended_at']),
        sources: sources ?? [],
        dropStage: row['drop_stage'],
        isProvisional: row['is_provisional'],
        isTest: row['is_test'],
        hasCustomer: row['customer_e164'] !== null,
        customerE164: row['customer_e164'],
        calledBackAt: instant(row['called_back_at']),
      }) as unknown as FunnelRow & InteractionEntity,
  );
}
