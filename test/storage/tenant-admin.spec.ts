import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import { TenantAdmin } from '../../src/storage/tenant-admin.js';
import { frameOf } from '../support/live.js';
import { callRecords, World } from '../support/world.js';

let world: World;
let admin: TenantAdmin;
beforeAll(async () => {
  world = await World.create(2);
  admin = new TenantAdmin(world.db);
});
afterAll(() => world.close());
beforeEach(() => world.clear());

const by = { actor: { id: 'key-1', role: 'ADMIN' as const }, reason: 'moved' };
const placed = (): Promise<unknown> =>
  world.db.query('select time_zone as zone, default_country as country from tenant order by created_at, id');

describe('the place of a tenant', () => {
  it('is changed for one tenant, told in the audit log, and the funnel is counted by its days', async () => {
    for (const { source, record } of callRecords('one')) await world.send(source, record);
    const days = async (timeZone: string) =>
      (
        await new FunnelReader(world.db).read({ ...frameOf(world), timeZone }, { interval: 'DAY' })
      ).groups.map(({ startsAt, interactionCount }) => [
        new Date(startsAt ?? 0).toISOString(),
        interactionCount,
      ]);
    expect(await days('UTC')).toEqual([['2026-09-14T00:00:00.000Z', 1]]);
    const place = { timeZone: 'Asia/Kolkata', defaultCountry: 'in' };
    expect(await admin.place(world.tenantId, place, by, world.now)).toEqual({
      timeZone: 'Asia/Kolkata',
      defaultCountry: 'IN',
    });
    expect(await placed()).toEqual([
      { zone: 'Asia/Kolkata', country: 'IN' },
      { zone: 'UTC', country: 'US' },
    ]);
    expect(await days('Asia/Kolkata')).toEqual([['2026-09-13T18:30:00.000Z', 1]]);
    await admin.place(world.tenantId, { timeZone: 'Asia/Kolkata' }, by, world.now);
    expect(await world.db.query('select action, reason, detail from audit_entry')).toEqual([
      {
        action: 'TENANT_CHANGED',
        reason: 'moved',
        detail: { timeZone: 'Asia/Kolkata', defaultCountry: 'IN' },
      },
    ]);
  });

  it.each([
    ['a time zone that there is not', { timeZone: 'Europe/Atlantis' }, 'timeZone'],
    ['an offset', { timeZone: '+02:00' }, 'timeZone'],
    ['a country that there is not', { defaultCountry: 'XX' }, 'defaultCountry'],
  ])('is not changed to %s', async (_name, change, field) => {
    const before = await placed();
    await expect(admin.place(world.tenantId, change, by, world.now)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field,
    });
    expect(await placed()).toEqual(before);
    expect(await world.count('audit_entry')).toBe(0);
  });
});
