import type { EntityManager } from 'typeorm';
import { watermarkOf } from '../domain/watermark.js';
import type { Instant } from '../domain/words.js';
import type { SourceFact } from './trace/surroundings.js';

/** A source as it is now, and when that is. */
export interface HeardSource {
  tenantId: string;
  source: SourceFact;
  now: Instant;
}

/** Keeps how far the derived watermarks of the sources reach now: when a source falls silent, that stays. */
export async function keepMarks(tx: EntityManager, heard: readonly HeardSource[]): Promise<void> {
  const advanced = heard.flatMap(({ tenantId, source, now }) => {
    const { at, kind } = watermarkOf(source, now);
    return kind !== 'DERIVED' || at === source.derivedAt ? [] : [{ tenantId, sourceId: source.id, at }];
  });
  if (advanced.length === 0) return;
  await tx.query(
    `update source s set derived_at = greatest(s.derived_at, to_timestamp(m.at / 1000.0))
       from jsonb_to_recordset($1::jsonb) as m("tenantId" uuid, "sourceId" uuid, at numeric)
      where s.tenant_id = m."tenantId" and s.id = m."sourceId"`,
    [JSON.stringify(advanced)],
  );
}
