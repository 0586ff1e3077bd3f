import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { globalId } from '../../src/graphql/node.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let key: string;
let tenantId: string;
let interactionId: string;

beforeAll(async () => {
  server = await TestServer.start();
  key = await server.key('acme');
  ({ id: tenantId } = await server.server.tenants.ensure('acme'));
  await server.source('acme', 'dialer', 'neutral', 'DIALER');
  const call = { externalId: 'd1', occurredAt: '2026-01-05T10:00:00Z', status: 'COMPLETED' };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  await server.post('/ingest/dialer', JSON.stringify({ ...call, endedAt: call.occurredAt }), headers);
  const [row] = await server.database.db.query<{ id: string }[]>('select id from interaction');
  interactionId = row?.id ?? '';
});
afterAll(() => server.close());

const FIRST = {
  version: 1,
  overall_status: 'warning',
  input_reduced: true,
  resources_used: [{ type: 'call', count: 2 }],
  narrative: 'Two calls were answered.',
  issues: [
    {
      severity: 'warning',
      area: 'media',
      summary: 'Call media quality (MOS) degraded to 2.8.',
      evidence: [
        {
          evidence_index: 42,
          event_type: 'call_hangup',
          timestamp: '2026-01-05T10:05:12.000Z',
          resource_id: 'c3d4e5f6-a7b8-9012-cdef-123456789012',
        },
      ],
    },
  ],
};
const SECOND = {
  ...FIRST,
  version: 2,
  interactions: [{ resource_type: 'call', summary: 'The caller asked about a charge.' }],
};

/** Keeps a verdict as an earlier version of the product did; answers its id. */
async function stored(result: object): Promise<string> {
  const id = randomUUID();
  await server.database.db.query(
    `insert into timeline_analysis (tenant_id, id, interaction_id, revision, status, overall_status, result, attempt,
                                    deadline_at, created_at, updated_at)
     values ($1, $2, $3, 1, 'COMPLETED', 'WARNING', $4, 1, now(), now(), now())`,
    [tenantId, id, interactionId, JSON.stringify(result)],
  );
  return id;
}

const QUERY = `query ($id: ID!) { timelineAnalysis(id: $id) { status resultJson result {
  version overallStatus inputReduced narrative sessionContext { channel } outcome { result } metrics { turnsUser }
  resourcesUsed { type count } interactions { resourceType summary }
  issues { severity area summary evidence { evidenceIndex eventType at resourceId } } } } }`;

describe('a verdict that was stored in an earlier version', () => {
  it.each([
    ['1, without interactions', FIRST, []],
    ['2', SECOND, [{ resourceType: 'call', summary: 'The caller asked about a charge.' }]],
  ])('is shown by GraphQL and by HTTP as it was: version %s', async (_what, result, interactions) => {
    const id = await stored(result);
    const { data, errors } = await server.graphql(key, QUERY, { id: globalId('TimelineAnalysis', id) });
    expect(errors).toEqual([]);
    const [{ evidence, ...issue }] = FIRST.issues as [(typeof FIRST.issues)[number]];
    expect(data).toEqual({
      timelineAnalysis: {
        status: 'COMPLETED',
        resultJson: result,
        result: {
          version: result.version,
          overallStatus: 'WARNING',
          inputReduced: true,
          narrative: 'Two calls were answered.',
          sessionContext: null,
          outcome: null,
          metrics: null,
          resourcesUsed: [{ type: 'call', count: 2 }],
          interactions,
          issues: [
            {
              ...issue,
              severity: 'WARNING',
              evidence: evidence.map((one) => ({
                evidenceIndex: one.evidence_index,
                eventType: one.event_type,
                at: one.timestamp,
                resourceId: one.resource_id,
              })),
            },
          ],
        },
      },
    });
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${server.url}/timeline-analyses/${id}`, { headers });
    const body = (await answer.json()) as { status: string; result: object };
    expect([answer.status, body.status, body.result]).toEqual([200, 'completed', result]);
    for (const absent of ['session_context', 'outcome', 'metrics'])
      expect(body.result).not.toHaveProperty(absent);
  });
});
