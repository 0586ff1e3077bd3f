import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';
import { at, BASE, callRecords } from '../support/world.js';

const CALL = 'c2f0a5de-1f43-4f8b-9c11-2a7d6b1f0001';

let server: TestServer;
let admin: string;
let now = BASE + 60_000;

beforeAll(async () => {
  server = await TestServer.start({ now: () => now });
  admin = await server.key('acme');
  for (const [name, role] of [['dialer', 'DIALER'] as const, ['assistant', 'ASSISTANT'] as const])
    await server.source('acme', name, 'neutral', role);
});
afterAll(() => server.close());

const TOOL = { id: 't1', name: 'lookup_order', status: 'TIMEOUT', startedAt: at(9), durationMs: 5_000 };

/** Sends statements of the call, those of both systems that `wanted` holds for. */
async function send(wanted: (version: string | undefined, source: string) => boolean): Promise<void> {
  for (const { source, record } of callRecords(CALL)) {
    const { version } = record as { version?: string };
    if (!wanted(version, source)) continue;
    const more = source === 'assistant' ? { toolCalls: [TOOL] } : { endReason: 'normal' };
    const body = JSON.stringify({ ...record, ...more, did: '+12025550199', flow: 'support' });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin}` };
    expect((await server.post(`/ingest/${source}`, body, headers)).status).toBe(200);
  }
}

const START = `mutation ($id: ID!, $again: Boolean) {
  startTimelineAnalysis(input: { interactionId: $id, reanalyze: $again }) {
    timelineAnalysis { id status } userErrors { field code message } } }`;

interface Started {
  startTimelineAnalysis: {
    timelineAnalysis: { id: string; status: string } | null;
    userErrors: { field: string; code: string; message: string }[];
  };
}

const start = async (id: string, again = false, key = admin) =>
  (await server.graphql<Started>(key, START, { id, again })).data.startTimelineAnalysis;

async function interactionId(): Promise<string> {
  const { data } = await server.graphql<{ interactions: { nodes: { id: string }[] } }>(
    admin,
    '{ interactions(first: 1) { nodes { id } } }',
  );
  return data.interactions.nodes[0]?.id ?? '';
}

interface Update {
  id: string;
  status: string;
  result: { overallStatus: string } | null;
}

/** Every update that a client of the subscription gets. */
function follow(id: string | null): Update[] {
  const seen: Update[] = [];
  server.client(admin).subscribe(
    {
      query:
        'subscription ($id: ID) { timelineAnalysisUpdated(interactionId: $id) { id status result { overallStatus } } }',
      variables: { id },
    },
    {
      next: ({ data }) => seen.push((data as { timelineAnalysisUpdated: Update }).timelineAnalysisUpdated),
      error: (error) => {
        throw error;
      },
      complete: () => undefined,
    },
  );
  return seen;
}

const subscribers = async () =>
  Number(
    /throughline_feed_subscribers (\d+)/.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1] ??
      'NaN',
  );

describe('a call, from its records to its verdict', () => {
  let id: string;

  it('is not analysed while it goes on', async () => {
    await send((version, source) => source === 'dialer' && version !== '2');
    id = await interactionId();
    expect(await start(id)).toEqual({
      timelineAnalysis: null,
      userErrors: [
        {
          field: 'interactionId',
          code: 'CONFLICT',
          message: 'The interaction has not ended; only ended ones are analysed.',
        },
      ],
    });
    expect(await server.database.db.query('select 1 from timeline_analysis')).toEqual([]);
  });

  it('is analysed once it ended, and subscribers see it begin and end', async () => {
    now = BASE + 121_000;
    await send((version, source) => source === 'assistant' || version === '2');
    const [ofOne, ofAll] = [follow(id), follow(null)];
    await eventually(async () => expect(await subscribers()).toBe(2));
    const { timelineAnalysis, userErrors } = await start(id);
    expect(userErrors).toEqual([]);
    const states = [
      { id: timelineAnalysis?.id, status: 'PROGRESSING', result: null },
      { id: timelineAnalysis?.id, status: 'COMPLETED', result: { overallStatus: 'WARNING' } },
    ];
    for (const seen of [ofOne, ofAll]) await eventually(async () => expect(seen).toEqual(states));
    const late = follow(id);
    await eventually(async () => expect(late).toEqual(states.slice(1)));
  });

  it('shows the same verdict by GraphQL, typed and as JSON, and by HTTP', async () => {
    const { data, errors } = await server.graphql<{
      interaction: {
        summary: string;
        summarySource: string;
        analysis: object;
        latestTimelineAnalysis: Record<string, unknown> & { id: string; resultJson: Record<string, object> };
      };
    }>(
      admin,
      `query ($id: ID!) { interaction(id: $id) { summary summarySource analysis { summary source tags } latestTimelineAnalysis {
        id status error failure isStale revision analyst model interaction { id } resultJson result {
          version overallStatus inputReduced narrative resourcesUsed { type count } interactions { resourceType }
          sessionContext { referenceType channel direction directionRaw participants { role address } flowName startedAt
            originKind originType multiLeg aiHandled humanInvolved }
          outcome { result endedBy endedByLabel reason detail { durationMs hangupReason unanswered } }
          metrics { turnsUser turnsBot firstResponseMs avgResponseMs maxResponseMs maxGapMs }
          issues { severity area summary evidence { evidenceIndex eventType at } } } } } }`,
      { id },
    );
    expect(errors).toEqual([]);
    const analysis = data.interaction.latestTimelineAnalysis;
    const summary = '1 tool call timed out: lookup_order.';
    const narrative =
      'An inbound call of 2m 0s; the assistant took part. It was completed (customer ended). ' +
      `The customer spoke once, the assistant once. 1 thing stands out: ${summary}`;
    const { summary: words, summarySource, analysis: review } = data.interaction;
    expect([words, summarySource, review]).toEqual([
      narrative,
      'THROUGHLINE',
      { summary: narrative, source: 'THROUGHLINE', tags: [] },
    ]);
    expect(analysis).toMatchObject({
      status: 'COMPLETED',
      error: null,
      failure: null,
      isStale: false,
      analyst: 'RULES',
      model: null,
      interaction: { id },
      result: {
        version: 3,
        overallStatus: 'WARNING',
        inputReduced: false,
        narrative,
        resourcesUsed: [
          { type: 'call', count: 1 },
          { type: 'ai', count: 1 },
          { type: 'transcribe', count: 1 },
          { type: 'tool', count: 1 },
        ],
        interactions: [{ resourceType: 'call' }, { resourceType: 'ai' }, { resourceType: 'tool' }],
        sessionContext: {
          referenceType: 'CALL',
          channel: 'VOICE',
          direction: 'INBOUND',
          participants: [
            { role: 'SOURCE', address: '+12025550123' },
            { role: 'DESTINATION', address: '+12025550199' },
          ],
          flowName: 'support',
          startedAt: at(0),
          originKind: null,
          multiLeg: false,
          aiHandled: true,
          humanInvolved: false,
        },
        outcome: {
          result: 'COMPLETED',
          endedBy: 'REMOTE',
          endedByLabel: 'Customer ended',
          reason: 'normal',
          detail: { durationMs: 118_000, hangupReason: 'normal', unanswered: null },
        },
        metrics: {
          turnsUser: 1,
          turnsBot: 1,
          firstResponseMs: 1_000,
          avgResponseMs: null,
          maxResponseMs: null,
          maxGapMs: 1_000,
        },
        issues: [
          {
            severity: 'WARNING',
            area: 'tool',
            summary,
            evidence: [{ eventType: 'tool_timeout', at: at(9) }],
          },
        ],
      },
    });
    const answer = await http(`/timeline-analyses/${analysis.id}`, admin);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(answer.status).toBe(200);
    expect(body['result']).toEqual(analysis.resultJson);
    expect(JSON.stringify(body['result'])).toBe(JSON.stringify(analysis.resultJson));
    const keys = (block?: string) =>
      Object.keys((block === undefined ? analysis.resultJson : analysis.resultJson[block]) ?? {}).join(' ');
    expect([keys(), keys('session_context'), keys('outcome')]).toEqual([
      'version overall_status input_reduced session_context outcome metrics resources_used interactions narrative issues',
      'reference_type channel direction direction_raw participants flow_name started_at multi_leg ai_handled human_involved',
      'result ended_by reason detail',
    ]);
    expect(Object.keys(body)).toEqual([
      'id',
      'customer_id',
      'activeflow_id',
      'status',
      'result',
      'error',
      'tm_create',
      'tm_update',
    ]);
    expect(body).toMatchObject({ status: 'completed', error: '' });
    expect((await http(`/timeline-analyses/${String(body['id'])}`, admin)).status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('null');
    expect(analysis.resultJson).toMatchObject({
      version: 3,
      session_context: { reference_type: 'call', multi_leg: false },
      outcome: { detail: { duration_sec: '118', hangup_reason: 'normal' } },
    });
  });

  it('answers the analysis that is there, and judges anew only when it is asked to, a minute later', async () => {
    const first = await start(id);
    expect(first.timelineAnalysis?.status).toBe('COMPLETED');
    const { timelineAnalysis, userErrors } = await start(id, true);
    expect([timelineAnalysis, userErrors.map(({ code, field }) => [code, field])]).toEqual([
      null,
      [['RATE_LIMITED', 'reanalyze']],
    ]);
    now += 60_000;
    const again = await start(id, true);
    expect(again.timelineAnalysis?.id).not.toBe(first.timelineAnalysis?.id);
    await eventually(async () => expect((await start(id)).timelineAnalysis?.status).toBe('COMPLETED'));
  });

  it('keeps its analysis when it changes afterwards, and says that it is stale', async () => {
    const late = { externalId: `a-${CALL}`, occurredAt: at(130), role: 'ASSISTANT', tags: { issue: 'late' } };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin}` };
    await server.post('/ingest/assistant', JSON.stringify(late), headers);
    const { data } = await server.graphql(
      admin,
      'query ($id: ID!) { interaction(id: $id) { timelineAnalyses { isStale } } }',
      { id },
    );
    expect(data).toEqual({ interaction: { timelineAnalyses: [{ isStale: true }, { isStale: true }] } });
  });
});

const http = (path: string, key: string | null) =>
  fetch(server.url + path, key === null ? {} : { headers: { authorization: `Bearer ${key}` } });

describe('who may see and start analyses', () => {
  let id: string;
  let analysis: string;

  beforeAll(async () => {
    id = await interactionId();
    analysis = (await start(id)).timelineAnalysis?.id ?? '';
  });

  it('is told by status codes over HTTP', async () => {
    const path = `/timeline-analyses/${analysis}`;
    expect((await http(path, null)).status).toBe(401);
    expect((await http(path, 'tl_nobody_nothing')).status).toBe(401);
    expect((await http(path, await server.key('acme', 'INGEST'))).status).toBe(403);
    expect((await http(path, await server.key('acme', 'CALLS_ONLY'))).status).toBe(200);
    expect((await http('/timeline-analyses/0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30', admin)).status).toBe(404);
    expect((await http('/timeline-analyses/nonsense', admin)).status).toBe(404);
  });

  it('is nobody of another tenant: nothing is found by any id', async () => {
    const stranger = await server.key('globex');
    expect((await http(`/timeline-analyses/${analysis}`, stranger)).status).toBe(404);
    const { data } = await server.graphql(
      stranger,
      `query ($id: ID!, $of: ID!) { timelineAnalysis(id: $id) { id } node(id: $id) { id }
        timelineAnalyses(filter: { interactionId: $of }) { totalCount } all: timelineAnalyses { totalCount } }`,
      { id: analysis, of: id },
    );
    expect(data).toEqual({
      timelineAnalysis: null,
      node: null,
      timelineAnalyses: { totalCount: 0 },
      all: { totalCount: 0 },
    });
    const before = await server.database.db.query('select count(*) as n from timeline_analysis');
    expect((await start(id, true, stranger)).userErrors).toEqual([
      { field: 'interactionId', code: 'NOT_FOUND', message: 'There is no interaction with this id.' },
    ]);
    expect(await server.database.db.query('select count(*) as n from timeline_analysis')).toEqual(before);
  });

  it('is starting for administrators and supervisors alone', async () => {
    for (const role of ['AGENT', 'CALLS_ONLY', 'INGEST'] as const) {
      const { errors } = await server.graphql(await server.key('acme', role), START, { id });
      expect([role, errors.map(({ extensions }) => extensions.code)]).toEqual([role, ['FORBIDDEN']]);
    }
    expect((await start(id, false, await server.key('acme', 'SUPERVISOR'))).userErrors).toEqual([]);
  });

  it('is written down with every start of a person', async () => {
    const deeds: { action: string; detail: { analysisId: string } }[] = await server.database.db.query(
      'select action, detail from audit_entry order by id',
    );
    expect(deeds.map(({ action }) => action)).toEqual([
      'TIMELINE_ANALYSIS_STARTED',
      'TIMELINE_ANALYSIS_STARTED',
    ]);
  });
});
