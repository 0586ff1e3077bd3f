import type { DataSource } from 'typeorm';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { SourceReader } from '../../src/storage/source-reader.js';
import { SourceStats } from '../../src/storage/source-stats.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import { contextFor, dataOf, servicesOn } from '../graphql/api.js';
import { frameOf } from './live.js';
import type { SourceName } from './world.js';
import { at, BASE, callRecords, World } from './world.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** `c-0`, `c-1` and so on. */
export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

/** A call that one record tells whole; its times in seconds after the base. */
export const whole = (externalId: string, start: number, end: number, key: string | null): object => ({
  externalId,
  occurredAt: at(end),
  channel: 'VOICE',
  status: 'COMPLETED',
  answeredAt: at(start),
  startedAt: at(start),
  endedAt: at(end),
  ...(key === null ? {} : { keys: [{ namespace: 'interaction_id', value: key }] }),
});

/** A world with what measures its sources. */
export class MeasuredWorld {
  readonly stats: SourceStats;
  readonly reader: SourceReader;
  readonly watermarks: WatermarkStore;

  private constructor(readonly world: World) {
    this.stats = new SourceStats(world.db);
    this.reader = new SourceReader(world.db, new CursorCodec('secret', 'instance'));
    this.watermarks = new WatermarkStore(world.db);
  }

  static async create(): Promise<MeasuredWorld> {
    return new MeasuredWorld(await World.create(2));
  }

  get db(): DataSource {
    return this.world.db;
  }

  /** Nothing ingested and nothing measured, two minutes after the base. */
  async reset(): Promise<void> {
    await this.world.clear();
    await this.db.query('truncate source_pair, join_health');
    await this.db.query(
      `update source set lag = null, watermark_at = null, steady_since = null, derived_at = null, last_record_at = null, last_event_at = null`,
    );
    this.world.now = BASE + 130 * SECOND;
  }

  measure(): Promise<boolean> {
    return this.stats.measureTenant(this.world.tenantId, this.world.now);
  }

  query(document: string, variables = {}): ReturnType<typeof dataOf> {
    return dataOf(contextFor(servicesOn(this.db), frameOf(this.world)), document, variables);
  }

  async source(name: SourceName) {
    const source = (await this.reader.all(this.world.tenantId)).find((one) => one.name === name);
    if (source === undefined) throw new Error(`no source ${name}`);
    return source;
  }

  /** As if the source had been measured. */
  async slow(name: SourceName, lag: object): Promise<void> {
    await this.db.query(`update source set lag = $1 where tenant_id = $2 and name = $3`, [
      { p50Ms: 1, p95Ms: 1, p99Ms: 1, samples: 20, gapP99Ms: null, gapSamples: 0, measuredAt: BASE, ...lag },
      this.world.tenantId,
      name,
    ]);
  }

  /** The assistant's half of a call whose dialer says nothing. */
  async assistantAlone(): Promise<void> {
    for (const { source, record } of callRecords('alone').filter((step) => step.source === 'assistant'))
      await this.world.send(source, record);
  }

  /** Both halves of calls, a second apart each, the assistant's clock ahead by some seconds. */
  async calls(names: readonly string[], start: number, ahead = 0, assistantHasKeys = true): Promise<void> {
    const records = (source: string, shift: number, hasKey: boolean) =>
      names.map((name, n) => {
        const began = start + n + shift;
        return whole(`${source}-${name}`, began, began + 30, hasKey ? name : null);
      });
    await this.world.send('dialer', records('d', 0, true));
    await this.world.send('assistant', records('a', 1 + ahead, assistantHasKeys));
  }
}
