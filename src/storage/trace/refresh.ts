import type { EntityManager } from 'typeorm';
import { keysOfLeg } from '../../domain/correlate.js';
import { DEFAULT_POLICY } from '../../domain/policy.js';
import { mayBeCut, presenceOf } from '../../domain/thread.js';
import { noteRecordings } from '../recording/recording-notes.js';
import { foldCalls, NEVER_JOINED, writeCalls } from './call-store.js';
import { quarantineKeys, writeKeys } from './correlation.js';
import { loadPolicy } from './policy-row.js';
import type { Rejoining } from './rejoin.js';
import { rejoin, settleReach } from './rejoin.js';

/** What is known of the legs' sources and records beside what is stored. */
export interface Refreshing extends Pick<Rejoining, 'causeOf'> {
  /** The namespace in which others name a source's calls, by source; null: none. */
  namespaces: ReadonlyMap<string, string | null>;
  /** The legs of whose recording something new is said. */
  recordingLegs: ReadonlySet<string>;
}

/** Folds the legs anew, joins what they reach, and projects every interaction that this touches. */
export async function refreshLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  { namespaces, causeOf, recordingLegs }: Refreshing,
  now: number,
): Promise<void> {
  const refreshed = (await foldCalls(tx, tenantId, legIds)).map((call) => {
    const namespace = namespaces.get(call.sourceId) ?? null;
    const { keys, faults } = keysOfLeg(call.statedKeys, call.externalId, namespace);
    return { ...NEVER_JOINED, call, keys, ignoredKeys: faults };
  });
  const calls = refreshed.map(({ call }) => call);
  const policy = calls.some(mayBeCut) ? await loadPolicy(tx, tenantId) : DEFAULT_POLICY;
  await writeKeys(
    tx,
    tenantId,
    refreshed.map(({ call, keys }) => ({ legId: call.id, keys, presence: presenceOf(call, policy) })),
  );
  const parted = await quarantineKeys(tx, tenantId, legIds);
  const { known, before } = await settleReach(tx, tenantId, [...new Set([...legIds, ...parted])], refreshed);
  const changes = await writeCalls(tx, tenantId, calls, now);
  await noteRecordings(
    tx,
    tenantId,
    calls.filter(({ id }) => recordingLegs.has(id)),
    now,
  );
  await rejoin(tx, tenantId, { known, before, changes, forced: [], causeOf, wishes: {} }, now);
}
