import type { DataSource } from 'typeorm';
import { Ingest } from '../../src/ingest/receive.js';
import type { RecordResult } from '../../src/ingest/results.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { RejectedStore } from '../../src/storage/rejected-store.js';
import { SourceActivity } from '../../src/storage/source-activity.js';
import { SourceStore } from '../../src/storage/source-store.js';
import { TenantStore } from '../../src/storage/tenant-store.js';
import { TraceStore } from '../../src/storage/trace/trace-store.js';
import { testDatabase } from './database.js';

/** Seconds after the base time, as the instants that records carry. */
export const BASE = Date.parse('2026-09-14T15:04:05.000Z');
export const at = (seconds: number): string => new Date(BASE + Math.round(seconds * 1_000)).toISOString();

const SOURCES = { dialer: 'DIALER', assistant: 'ASSISTANT', human: 'HUMAN', chat: 'CHAT' } as const;
export type SourceName = keyof typeof SOURCES;

/** What an interaction is, without the ids and times of its making: equal histories end in equal summaries. */
export interface Summary {
  legs: string[];
  status: string;
  dropStage: string | null;
  dropDetail: string | null;
  why: string;
  outcome: string | null;
  startedAt: string;
  endedAt: string | null;
  messages: number;
}

/** A tenant with three neutral sources over a database of its own, and a clock that the test sets. */
export class World {
  now = BASE;
  readonly trace: TraceStore;
  readonly ingest: Ingest;
  readonly tenants: string[] = [];
  private readonly activity: SourceActivity;

  private constructor(
    readonly url: string,
    readonly db: DataSource,
    private readonly drop: () => Promise<void>,
  ) {
    this.trace = new TraceStore(db);
    this.activity = new SourceActivity(db);
    this.ingest = World.ingestOver(this.trace, () => this.now, this.activity);
  }

  static ingestOver(trace: TraceStore, now: () => number, activity = new SourceActivity(trace.db)): Ingest {
    const { db } = trace;
    return new Ingest({
      trace,
      sources: new SourceStore(db),
      rejected: new RejectedStore(db),
      activity,
      now,
    });
  }

  static async create(
    tenants = 1,
    sources: readonly SourceName[] = ['dialer', 'assistant', 'human'],
  ): Promise<World> {
    const { url, drop } = await testDatabase();
    const db = await createDataSource(url).initialize();
    const world = new World(url, db, drop);
    for (let number = 1; number <= tenants; number += 1) await world.addTenant(`tenant ${number}`, sources);
    return world;
  }

  async addTenant(name: string, sources: readonly SourceName[]): Promise<string> {
    const { id: tenantId } = await new TenantStore(this.db).ensure(name);
    const store = new SourceStore(this.db);
    for (const source of sources)
      await store.add({
        tenantId,
        name: source,
        provider: 'neutral',
        role: SOURCES[source],
        secret: null,
        timeZone: 'UTC',
        settings: {},
      });
    this.tenants.push(tenantId);
    return tenantId;
  }

  get tenantId(): string {
    return this.tenants[0] ?? '';
  }

  send(source: SourceName, records: object | object[], tenantId = this.tenantId): Promise<RecordResult[]> {
    return this.ingest.receiveRecords(tenantId, source, Array.isArray(records) ? records : [records]);
  }

  /** Writes when the sources were last heard of, which is otherwise written a little later. */
  settle(): Promise<void> {
    return this.activity.flush();
  }

  /** All interactions of a tenant, in an order that only depends on what they are. */
  async summaries(tenantId = this.tenantId): Promise<Summary[]> {
    const rows: Summary[] = await this.db.query(
      `select (select array_agg(s.name || '/' || l.external_id order by s.name, l.external_id)
                 from leg l join source s on s.id = l.source_id and s.tenant_id = l.tenant_id
                where l.tenant_id = i.tenant_id and l.interaction_id = i.id) as legs,
              status, drop_stage as "dropStage", drop_detail as "dropDetail", why->>'code' as why, outcome,
              to_char(started_at, 'HH24:MI:SS.MS') as "startedAt", to_char(ended_at, 'HH24:MI:SS.MS') as "endedAt",
              (select count(*)::int from transcript_entry e join leg l on l.id = e.call_id and l.tenant_id = e.tenant_id
                where l.tenant_id = i.tenant_id and l.interaction_id = i.id) as messages
         from interaction i where tenant_id = $1`,
      [tenantId],
    );
    return rows.sort((a, b) => (String(a.legs) < String(b.legs) ? -1 : 1));
  }

  async statuses(tenantId = this.tenantId): Promise<string[]> {
    const rows: { line: string }[] = await this.db.query(
      `select coalesce(from_status, 'NONE') || ' > ' || to_status || coalesce('/' || drop_stage, '') as line
         from status_change where tenant_id = $1 order by at, revision`,
      [tenantId],
    );
    return rows.map((row) => row.line);
  }

  async count(table: string): Promise<number> {
    const [row]: { n: number }[] = await this.db.query(`select count(*)::int as n from ${table}`);
    return row?.n ?? -1;
  }

  /** Removes what was ingested and keeps tenants and sources. */
  async clear(): Promise<void> {
    await this.db.query(
      `truncate source_record, rejected_record, leg, call, recording, transcript_entry, tool_call, knowledge_search, correlation_key,
                quarantined_key, deleted_leg, erasure, erased_name, mark, funnel_delta, funnel_cell, call_back_check, interaction, interaction_redirect, interaction_version, status_change,
                change, feed_head, trace_policy, audit_entry, leg_verdict, orphan, leg_pair, resolution`,
    );
  }

  async close(): Promise<void> {
    await this.db.destroy();
    await this.drop();
  }
}

/** The statements of one answered call, as its two systems make them. All share the correlation id. */
export function callRecords(
  id: string,
  options: { dialer?: string; assistant?: string } = {},
): { source: SourceName; record: object }[] {
  const keys = [{ namespace: 'interaction_id', value: id }];
  const dialer = {
    externalId: options.dialer ?? `d-${id}`,
    role: 'DIALER',
    channel: 'VOICE',
    direction: 'INBOUND',
    keys,
    customer: { address: '+12025550123' },
  };
  const assistant = {
    externalId: options.assistant ?? `a-${id}`,
    role: 'ASSISTANT',
    channel: 'VOICE',
    direction: 'INBOUND',
    keys,
  };
  return [
    {
      source: 'dialer',
      record: { ...dialer, version: '0', occurredAt: at(0), status: 'RINGING', ringAt: at(0) },
    },
    {
      source: 'dialer',
      record: { ...dialer, version: '1', occurredAt: at(2), status: 'ACTIVE', answeredAt: at(2) },
    },
    {
      source: 'dialer',
      record: { ...dialer, version: '2', occurredAt: at(120), status: 'COMPLETED', endedAt: at(120) },
    },
    {
      source: 'assistant',
      record: { ...assistant, occurredAt: at(3), status: 'ACTIVE', startedAt: at(3), answeredAt: at(3) },
    },
    {
      source: 'assistant',
      record: {
        ...assistant,
        occurredAt: at(10),
        messages: [{ id: 'm1', speaker: 'ASSISTANT', text: 'Hello', startedAt: at(4), endedAt: at(6) }],
      },
    },
    {
      source: 'assistant',
      record: {
        ...assistant,
        occurredAt: at(119),
        status: 'COMPLETED',
        endedAt: at(119),
        disconnectedBy: 'CUSTOMER',
        messages: [{ id: 'm2', speaker: 'CUSTOMER', text: 'Hi', startedAt: at(7), endedAt: at(8) }],
      },
    },
  ];
}
