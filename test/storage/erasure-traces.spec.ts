import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { TimelineAnalyzer } from '../../src/analysis/analyze.js';
import { RulesAnalyst } from '../../src/analysis/analysts/rules/rules-analyst.js';
import { AnalysisStore } from '../../src/storage/analysis/analysis-store.js';
import { SessionReader } from '../../src/storage/analysis/session-reader.js';
import { AnalysisDueEntity, TimelineAnalysisEntity } from '../../src/storage/entities/analysis.entity.js';
import {
  LegPairEntity,
  LegVerdictEntity,
  OrphanEntity,
  ResolutionEntity,
} from '../../src/storage/entities/bond.entity.js';
import {
  CallControlEntity,
  CoachingNoteEntity,
  MonitoringActionEntity,
  MonitoringStepEntity,
} from '../../src/storage/entities/control.entity.js';
import { MarkEntity } from '../../src/storage/entities/mark.entity.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { writeRows } from '../../src/storage/transaction.js';
import { tablesWith } from '../support/everything.js';
import { at, BASE, World } from '../support/world.js';

let world: World;
let erasures: ErasureStore;

beforeAll(async () => {
  world = await World.create();
  erasures = new ErasureStore(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query(
    `truncate audit_entry, timeline_analysis, analysis_due, monitoring_action, monitoring_step, coaching_note, call_control,
              graphile_worker._private_jobs`,
  );
  world.now = BASE + 600_000;
});

const by = { actor: { id: 'key-1', role: 'ADMIN' }, reason: 'asked to be forgotten' } as const;
const erase = (address: string) => erasures.erase(world.tenantId, address, by, world.now);

/** What a system says of a call that is over. */
const statement = (externalId: string, key: string, customer: object | null, extra: object = {}) => ({
  externalId,
  occurredAt: at(60),
  channel: 'VOICE',
  direction: 'INBOUND',
  startedAt: at(0),
  answeredAt: at(2),
  endedAt: at(60),
  keys: [{ namespace: 'interaction_id', value: key }],
  customer,
  ...extra,
});

describe('what people and rules said of an erased customer', () => {
  type Ids = Record<'leg' | 'other' | 'interaction', string>;
  const id = (): string => randomUUID();
  const when = { at: BASE, by: 'key-1' };
  const action = { kind: 'COACH', state: 'DONE', actor: 'key-1', actorRole: 'ADMIN', requestedAt: BASE };
  const judged = { status: 'COMPLETED', attempt: 1, deadlineAt: BASE, createdAt: BASE, updatedAt: BASE };
  const orphan = { sourceId: id(), role: 'DIALER', at: BASE, customerWithheld: false, isTest: false };
  const pair = { isLinked: false, points: 1, features: [], rivals: [], obstacles: [], rulesVersion: 1 };
  const verdict = { verdict: 'TOGETHER' };

  /** Each kind of row, once for each of its properties that names what it is about. */
  const SAID: [table: string, entity: EntityTarget<ObjectLiteral>, row: (ids: Ids) => object][] = [
    ['mark', MarkEntity, ({ leg }) => ({ legId: leg, kind: 'TAG', name: 'a', isSet: true, auditId: id() })],
    ['coaching_note', CoachingNoteEntity, ({ leg }) => ({ callId: leg, author: 'key-1', text: 'Smile' })],
    ['monitoring_action', MonitoringActionEntity, ({ leg }) => ({ callId: leg, ...action })],
    [
      'monitoring_step',
      MonitoringStepEntity,
      ({ leg }) => ({ callId: leg, actionId: id(), step: 'MOVE_CALLER', sentAt: BASE, sealed: 'x' }),
    ],
    ['call_control', CallControlEntity, ({ leg }) => ({ callId: leg, sealed: 'x' })],
    [
      'timeline_analysis',
      TimelineAnalysisEntity,
      ({ interaction }) => ({ interactionId: interaction, ...judged }),
    ],
    ['analysis_due', AnalysisDueEntity, ({ interaction }) => ({ interactionId: interaction, dueAt: BASE })],
    [
      'leg_verdict',
      LegVerdictEntity,
      ({ leg, other }) => ({ legId: leg, otherLegId: other, auditId: id(), ...verdict }),
    ],
    [
      'leg_verdict',
      LegVerdictEntity,
      ({ leg, other }) => ({ legId: other, otherLegId: leg, auditId: id(), ...verdict }),
    ],
    [
      'leg_pair',
      LegPairEntity,
      ({ leg, other }) => ({ dialerLegId: leg, assistantLegId: other, decidedAt: BASE, ...pair }),
    ],
    [
      'leg_pair',
      LegPairEntity,
      ({ leg, other }) => ({ dialerLegId: other, assistantLegId: leg, decidedAt: BASE, ...pair }),
    ],
    ['orphan', OrphanEntity, ({ leg }) => ({ legId: leg, ...orphan })],
    ['resolution', ResolutionEntity, ({ leg }) => ({ legId: leg, auditId: id(), kind: 'ACCEPTED' })],
  ];

  it.each(SAID.map(([table, entity, row], place) => [`${place + 1}: ${table}`, table, entity, row] as const))(
    'goes with them, and what was said of others stays: %s',
    async (_what, table, entity, row) => {
      const called: Ids[] = [];
      for (const number of ['0123', '0199']) {
        const customer = { address: `+1202555${number}` };
        const [result] = await world.send('dialer', statement(`d-${number}`, `k-${number}`, customer));
        const interaction = result?.interactionId ?? '';
        const [leg]: { id: string }[] = await world.db.query('select id from leg where interaction_id = $1', [
          interaction,
        ]);
        called.push({ leg: leg?.id ?? '', other: id(), interaction });
      }
      await world.db.query(`truncate ${table}`);
      const rows = called.map((ids) => ({ tenantId: world.tenantId, id: id(), ...when, ...row(ids) }));
      const known = new Set(world.db.getMetadata(entity).columns.map(({ propertyName }) => propertyName));
      await writeRows(
        world.db.manager,
        entity,
        rows.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => known.has(name)))),
      );
      expect(await world.count(table)).toBe(2);
      expect(await erase('+12025550123')).toMatchObject({ state: 'DONE', interactionCount: 1 });
      expect(await world.count(table)).toBe(1);
      const [first, second] = called.map((ids) => [ids.leg, ids.interaction].join('|'));
      expect(await tablesWith(world.db, [first ?? ''])).toEqual([`public.change: ${first}`]);
      expect(await tablesWith(world.db, [second ?? ''])).toContain(`public.${table}: ${second}`);
    },
  );
});

/** Has the interaction judged by the rules. */
async function analyse(interactionId: string): Promise<void> {
  const analyses = new AnalysisStore(world.db);
  const analyzer = new TimelineAnalyzer({
    analyses,
    sessions: new SessionReader(world.db),
    analyst: new RulesAnalyst(),
    now: () => world.now,
  });
  const order = { reanalyze: false, by: by.actor };
  const id = await analyses.start(world.tenantId, interactionId, order, world.now);
  await analyzer.run({ tenantId: world.tenantId, id, attempt: 1 }, true);
}

const transcription = (externalId: string, of: string) =>
  statement(externalId, `key of ${externalId}`, null, {
    tags: { reference_type: 'TRANSCRIBE', reference_id: of },
  });

const borrowed = async (): Promise<string[]> =>
  (
    await world.db.query<{ address: string }[]>(
      `select jsonb_path_query(result, '$.session_context.participants[*].address')#>>'{}' as address
         from timeline_analysis where tenant_id = $1 and status = 'COMPLETED' order by 1`,
      [world.tenantId],
    )
  ).map(({ address }) => address);

describe('the transcription of a call that shows nobody itself', () => {
  /** Two callers, each with the transcription of the call as an interaction of its own, judged. */
  async function transcribed(extra: object = {}): Promise<void> {
    for (const [number, address] of ['+12025550123', '+12025550199'].entries()) {
      const id = `call of ${address}`;
      await world.send(
        'dialer',
        statement(id, `k-${number}`, { address }, { did: '+12025550111', ...extra }),
      );
      const [result] = await world.send('human', transcription(`transcription ${number}`, id));
      await analyse(result?.interactionId ?? '');
    }
  }

  it.each(['INBOUND', 'OUTBOUND'])(
    'is found by the customer whom its verdict took over, and by nobody else: %s',
    async (direction) => {
      await transcribed({ direction });
      expect(await borrowed()).toEqual(['+12025550111', '+12025550111', '+12025550123', '+12025550199']);
      const erasure = await erase('+12025550123');
      expect(erasure).toMatchObject({ state: 'DONE', interactionCount: 2, callCount: 2 });
      expect(await tablesWith(world.db, ['2025550123', 'transcription 0'])).toEqual([]);
      expect(await borrowed()).toEqual(['+12025550111', '+12025550199']);
      expect(
        await Promise.all(['interaction', 'leg', 'source_record'].map((one) => world.count(one))),
      ).toEqual([2, 2, 2]);
    },
  );

  it('stays when an address of our own is erased that its verdict took over', async () => {
    await transcribed();
    const erasure = await erase('+12025550111');
    expect(erasure).toMatchObject({ state: 'DONE', interactionCount: 0, rowCount: 0 });
    expect(await borrowed()).toHaveLength(4);
  });
});
