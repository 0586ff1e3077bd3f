import { ControlDesk } from '../../src/control/desk.js';
import type { ActionRequest, Person } from '../../src/control/monitor.js';
import type { JsonObject } from '../../src/domain/record.js';
import type { ApiRole, MonitoringKind } from '../../src/domain/words.js';
import { ActionStore } from '../../src/storage/control/action-store.js';
import { StepStore } from '../../src/storage/control/step-store.js';
import { Sealer } from '../../src/storage/seal.js';
import { SourceStore } from '../../src/storage/source-store.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { at } from './world.js';
import type { World } from './world.js';

export const sealer = new Sealer('a secret for the tests');

export const person = (id = 'key', role: ApiRole = 'SUPERVISOR'): Person => ({ id, role, expiresAt: null });

/** A desk over a world's database; several of them are several processes. */
export function deskOn(
  world: World,
  options: { timeoutMs?: number } = {},
): { desk: ControlDesk; actions: ActionStore } {
  const actions = new ActionStore(world.db);
  const listenUrl = (tenantId: string, { id }: Person, actionId: string) =>
    `ws://here/${tenantId}/${id}/${actionId}`;
  const steps = new StepStore(world.db);
  const parts = { actions, steps, sealer, listenUrl, now: () => world.now };
  return { actions, desk: new ControlDesk({ ...parts, ...options }) };
}

export const frameAt = (world: World, tenantId = world.tenantId): TenantFrame => ({
  tenantId,
  timeZone: 'UTC',
  defaultCountry: 'US',
  now: world.now,
});

/** A source whose calls a webhook steers, unless the settings say otherwise. */
export async function steeredSource(
  world: World,
  name: string,
  control: JsonObject,
  { provider = 'neutral', tenantId = world.tenantId } = {},
): Promise<void> {
  const settings = { control: provider === 'neutral' ? { provider: 'webhook', ...control } : control };
  const row = {
    tenantId,
    name,
    provider,
    role: 'ASSISTANT' as const,
    secret: 'hush',
    timeZone: 'UTC',
    settings,
  };
  await new SourceStore(world.db).add(row);
}

/** The statement of an assistant that has answered a call. */
export const answered = (externalId: string, fields: object = {}): object => ({
  externalId,
  occurredAt: at(0),
  role: 'ASSISTANT',
  channel: 'VOICE',
  direction: 'INBOUND',
  did: '+12025550199',
  customer: { address: '+12025550123' },
  status: 'ACTIVE',
  answeredAt: at(0),
  ...fields,
});

export async function callId(world: World, externalId: string, tenantId = world.tenantId): Promise<string> {
  const [leg]: { id: string }[] = await world.db.query(
    'select id from leg where tenant_id = $1 and external_id = $2',
    [tenantId, externalId],
  );
  return leg?.id ?? '';
}

/** A live call of a steered source; answers its id. */
export async function liveCall(
  world: World,
  source: string,
  externalId: string,
  fields: object = {},
): Promise<string> {
  const tenantId = world.tenantId;
  const [result] = await world.ingest.receiveRecords(tenantId, source, [answered(externalId, fields)]);
  if (result?.status !== 'ACCEPTED') throw new Error(`the call was ${result?.status ?? 'not taken'}`);
  return callId(world, externalId);
}

export const request = (
  kind: MonitoringKind,
  id: string,
  fields: Partial<ActionRequest> = {},
): ActionRequest => ({
  kind,
  callId: id,
  actionId: null,
  destination: null,
  note: null,
  ...fields,
});
