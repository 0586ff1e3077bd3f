import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { globalId } from '../../src/graphql/node.js';
import { PlayLog } from '../../src/app/recordings/play-log.js';
import { frameOf } from '../support/live.js';
import { callRecords, World } from '../support/world.js';
import { contextFor, dataOf, servicesOn } from './api.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());

it('an entry about a call names the call, and says more', async () => {
  const [first] = callRecords('one');
  if (first === undefined) throw new Error('no records');
  await world.send(first.source, first.record);
  const [call]: { id: string }[] = await world.db.query('select id from call');
  const callId = call?.id ?? '';
  const actor = { id: 'key-1', role: 'AGENT' as const };
  const play = { tenantId: world.tenantId, callId, actor, by: 'LINK' as const, isDownload: true };
  await new PlayLog(world.db, () => world.now).note(play);
  const data = await dataOf(
    contextFor(servicesOn(world.db), frameOf(world)),
    '{ auditLog { nodes { action actor call { id } interaction { id } detail } } }',
  );
  expect(data['auditLog']).toEqual({
    nodes: [
      {
        action: 'RECORDING_PLAYED',
        actor: 'key-1',
        call: { id: globalId('Call', callId) },
        interaction: null,
        detail: { by: 'LINK', isDownload: true },
      },
    ],
  });
});
