import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../support/world.js';
import { contextFor, run, servicesOn } from './api.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());

const SOMEBODY = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';

it.each<[string, string, object]>([
  ['flagInteraction', 'reason', { interactionId: SOMEBODY, reason: '' }],
  ['tagInteraction', 'name', { interactionId: SOMEBODY, name: ' ' }],
  ['resolveInteraction', 'note', { interactionId: SOMEBODY, kind: 'ACCEPTED', note: 'x'.repeat(5_000) }],
  ['linkInteractions', 'interactionIds', { survivorId: SOMEBODY, interactionIds: [] }],
  ['updateRetention', 'interactionDays', { interactionDays: 0 }],
  ['ingestRecords', 'records', { source: 'dialer', records: [] }],
])('%s answers what is wrong with %s as a user error, and does nothing', async (name, field, input) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const frame = { tenantId: world.tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now };
  const { data, errors } = await run(
    contextFor(servicesOn(world.db), frame),
    `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { field code message } } }`,
    { input },
  );
  expect(errors).toBeUndefined();
  const fault = { field, code: 'BAD_USER_INPUT', message: expect.stringMatching(/\w/) as unknown };
  expect(data?.[name]).toEqual({ userErrors: [fault] });
  expect([await world.count('audit_entry'), await world.count('source_record')]).toEqual([0, 0]);
});
