import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { adapterOf, capabilitiesOf } from '../../src/control/adapters/index.js';
import { signature } from '../../src/control/adapters/webhook.js';
import type { Answer, Order, Target } from '../../src/control/port.js';
import { sendWithin } from '../../src/control/request.js';
import type { JsonObject } from '../../src/domain/record.js';
import type { MonitoringKind } from '../../src/domain/words.js';
import type { Behaviour, Received } from '../support/vendor.js';
import { nowhere, Vendor } from '../support/vendor.js';

const AT = Date.parse('2026-09-14T15:04:05.000Z');
const ID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';
const CALL = 'CA00000000000000000000000000000042';
const NUMBER = '+12025550150';

let vendor: Vendor;

beforeAll(async () => {
  vendor = await Vendor.start();
});
beforeEach(() => vendor.reset());
afterAll(() => vendor.close());

/** What each vendor is told in the source's settings, and of the call. */
const setUp = (provider: string, base = vendor.url): { settings: JsonObject; target: Partial<Target> } => {
  const common = { baseUrl: base, queue: '+12025550177' };
  switch (provider) {
    case 'vapi': {
      const handle = {
        controlUrl: `${base}/7420/control`,
        listenUrl: `${base.replace('http', 'ws')}/7420/listen`,
      };
      return { settings: { ...common, hosts: ['127.0.0.1'] }, target: { handle } };
    }
    case 'twilio': {
      const settings = {
        accountSid: 'AC42',
        conference: 'call-{callSid}',
        assistantUrl: 'https://bot.example/twiml',
      };
      return { settings: { ...common, ...settings, queue: 'support & sales' }, target: {} };
    }
    case 'voipbin':
      return { settings: { ...common, accessKey: 'vb_key' }, target: {} };
    case 'livekit':
      return {
        settings: { ...common, apiKey: 'LK', agentName: 'ada' },
        target: { handle: { room: 'room-7' } },
      };
    default:
      return {
        settings: { url: `${base}/hook`, listenUrl: `${base.replace('http', 'ws')}/listen/{callId}` },
        target: {},
      };
  }
};

const adapter = (provider: string) => {
  const found = adapterOf({ provider, settings: {}, secret: 'hush' });
  if (found === null) throw new Error(`no adapter for ${provider}`);
  return found;
};

const targetOf = (provider: string, base?: string): Target => {
  const { settings, target } = setUp(provider, base);
  return { externalId: CALL, handle: {}, settings, secret: 'hush', did: '+12025550199', ...target };
};

const order = (kind: MonitoringKind, fields: Partial<Order> = {}): Order => ({
  id: ID,
  kind,
  destination: null,
  note: null,
  previous: null,
  returnTo: null,
  at: AT,
  ...fields,
});

const perform = (
  provider: string,
  asked: Order,
  target = targetOf(provider),
  ms = 5_000,
): Promise<Answer> => {
  const begun = performance.now();
  const left = () => ms - (performance.now() - begun);
  const send = sendWithin(left);
  return adapter(provider).perform(asked, target, send, { left, send: (_step, request) => send(request) });
};

/** What was commanded: requests that change something. */
const commands = () =>
  vendor.received.filter(({ method, path }) => method === 'POST' && !path.includes('ListParticipants'));

const json = ({ body }: Received): unknown => JSON.parse(body);
const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));

describe('Vapi', () => {
  it.each<[MonitoringKind, Partial<Order>, object, Answer]>([
    ['END', {}, { type: 'end-call' }, { result: 'ACCEPTED' }],
    [
      'TRANSFER',
      { destination: NUMBER },
      { type: 'transfer', destination: { type: 'number', number: NUMBER } },
      { result: 'ACCEPTED' },
    ],
    [
      'ENQUEUE',
      { destination: 'sip:queue@desk.example' },
      { type: 'transfer', destination: { type: 'sip', sipUri: 'sip:queue@desk.example' } },
      { result: 'ACCEPTED' },
    ],
    [
      'TAKE_OVER',
      {},
      { type: 'control', control: 'mute-assistant' },
      { result: 'DONE', previous: 'assistant' },
    ],
    ['HAND_BACK', {}, { type: 'control', control: 'unmute-assistant' }, { result: 'DONE' }],
    [
      'COACH',
      { note: 'Offer a refund.' },
      {
        type: 'add-message',
        message: { role: 'system', content: 'Offer a refund.' },
        triggerResponseEnabled: false,
      },
      { result: 'DONE' },
    ],
  ])('does %s at the address of the call', async (kind, fields, body, answer) => {
    expect(await perform('vapi', order(kind, fields))).toEqual(answer);
    expect(vendor.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /7420/control']);
    expect(vendor.received.map(json)).toEqual([body]);
  });

  it('asks the API for the address when no webhook brought it', async () => {
    const monitor = { controlUrl: `${vendor.url}/found/control` };
    vendor.answers(({ method }) => ({ status: 200, body: method === 'GET' ? { id: CALL, monitor } : {} }));
    const { settings } = setUp('vapi');
    const target = { ...targetOf('vapi'), handle: {}, settings: { ...settings, apiKey: 'key-1' } };
    expect(await perform('vapi', order('END'), target)).toEqual({ result: 'ACCEPTED' });
    expect(vendor.received.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual(
      [
        ['GET', `/call/${CALL}`, 'Bearer key-1'],
        ['POST', '/found/control', undefined],
      ],
    );
  });

  it('commands nothing when the API does not know the call', async () => {
    vendor.answers({ status: 404 });
    const { settings } = setUp('vapi');
    const target = { ...targetOf('vapi'), handle: {}, settings: { ...settings, apiKey: 'key-1' } };
    expect(await perform('vapi', order('END'), target)).toEqual({
      result: 'FAILED',
      reason: 'The vendor did not say what it knows of the call: HTTP 404. Nothing was sent.',
    });
    expect(commands()).toEqual([]);
  });

  it.each([
    ['another host', 'https://evil.example/control'],
    ['a host that only ends alike', 'https://notvapi.ai/control'],
    ['Vapi without encryption', 'http://phone.vapi.ai/control'],
    ['no address at all', 'not a url'],
    ['a file', 'file:///etc/passwd'],
  ])('never calls %s because a webhook says so', async (_what, controlUrl) => {
    const target = { ...targetOf('vapi'), handle: { controlUrl }, settings: {} };
    expect(await perform('vapi', order('END'), target)).toEqual({
      result: 'FAILED',
      reason: 'Vapi gave no address for steering this call. Nothing was sent.',
    });
  });

  it('streams from the listening address', async () => {
    const send = sendWithin(() => 1_000);
    expect(await adapter('vapi').stream?.(targetOf('vapi'), send)).toEqual({
      url: `${vendor.url.replace('http', 'ws')}/7420/listen`,
      encoding: 'PCM16',
      sampleRate: null,
    });
    const listenUrl = 'ws://10.0.0.1/listen';
    expect(await adapter('vapi').stream?.({ ...targetOf('vapi'), handle: { listenUrl } }, send)).toBeNull();
  });
});

describe('Twilio', () => {
  const dial = (noun: string, address: string) =>
    `<Response><Dial callerId="+12025550199"><${noun}>${address}</${noun}></Dial></Response>`;

  it.each<[MonitoringKind, Partial<Order>, Record<string, string>, Answer]>([
    ['END', {}, { Status: 'completed' }, { result: 'DONE' }],
    ['TRANSFER', { destination: NUMBER }, { Twiml: dial('Number', NUMBER) }, { result: 'DONE' }],
    ['TRANSFER', { destination: 'client:ann' }, { Twiml: dial('Client', 'ann') }, { result: 'DONE' }],
    [
      'TRANSFER',
      { destination: 'sip:ann@desk.example?a=1&b="2"' },
      { Twiml: dial('Sip', 'sip:ann@desk.example?a=1&amp;b=&quot;2&quot;') },
      { result: 'DONE' },
    ],
    [
      'ENQUEUE',
      { destination: 'support & sales' },
      { Twiml: '<Response><Enqueue>support &amp; sales</Enqueue></Response>' },
      { result: 'DONE' },
    ],
    ['HAND_BACK', {}, { Url: 'https://bot.example/twiml', Method: 'POST' }, { result: 'DONE' }],
  ])('does %s by one update of the call', async (kind, fields, sent, answer) => {
    expect(await perform('twilio', order(kind, fields))).toEqual(answer);
    expect(vendor.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /2010-04-01/Accounts/AC42/Calls/${CALL}.json`,
    ]);
    expect(vendor.received.map(form)).toEqual([sent]);
    const credentials = Buffer.from('AC42:hush').toString('base64');
    expect(vendor.received[0]?.headers).toMatchObject({
      authorization: `Basic ${credentials}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
  });

  it('tells the number of the fault for which it is refused, and nothing else of the answer', async () => {
    const body = { code: 21_220, message: 'Call +12025550123 is not in-progress', status: 400 };
    vendor.answers({ status: 400, body });
    expect(await perform('twilio', order('END'))).toEqual({
      result: 'FAILED',
      reason: 'The vendor refused with HTTP 400 (error 21220).',
    });
    vendor.answers({ status: 400, body: { code: 12_025_550_123 } });
    expect(await perform('twilio', order('END'))).toEqual({
      result: 'FAILED',
      reason: 'The vendor refused with HTTP 400.',
    });
  });

  /** What Twilio says when it is asked for the conference; commands go well. */
  const conferences = (behaviour: Behaviour) =>
    vendor.answers(({ method }) => (method === 'GET' ? behaviour : { status: 201, body: {} }));

  it("lets a person listen as a muted participant of the call's conference", async () => {
    conferences({ status: 200, body: { conferences: [{ sid: 'CF7' }] } });
    expect(await perform('twilio', order('LISTEN_IN', { destination: NUMBER }))).toEqual({ result: 'DONE' });
    expect(vendor.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /2010-04-01/Accounts/AC42/Conferences.json?FriendlyName=call-${CALL}&Status=in-progress`,
      'POST /2010-04-01/Accounts/AC42/Conferences/CF7/Participants.json',
    ]);
    expect(commands().map(form)).toEqual([
      {
        From: '+12025550199',
        To: NUMBER,
        Muted: 'true',
        Beep: 'false',
        StartConferenceOnEnter: 'false',
        EndConferenceOnExit: 'false',
      },
    ]);
  });

  it.each<[string, Behaviour, string]>([
    [
      'the call runs in no conference',
      { status: 200, body: { conferences: [] } },
      'The call runs in no conference now. Nothing was sent.',
    ],
    [
      'Twilio does not say in which',
      { status: 503 },
      'The vendor did not say what it knows of the call: HTTP 503. Nothing was sent.',
    ],
    [
      'its answer is lost',
      'cut',
      'The vendor did not say what it knows of the call: the connection broke. Nothing was sent.',
    ],
  ])('rings no listener when %s', async (_what, behaviour, reason) => {
    conferences(behaviour);
    expect(await perform('twilio', order('LISTEN_IN', { destination: NUMBER }))).toEqual({
      result: 'FAILED',
      reason,
    });
    expect(commands()).toEqual([]);
  });

  it('rings nobody from an unknown number', async () => {
    const target = { ...targetOf('twilio'), did: null };
    expect(await perform('twilio', order('LISTEN_IN', { destination: NUMBER }), target)).toMatchObject({
      result: 'FAILED',
    });
    expect(vendor.received).toEqual([]);
  });
});

describe('VoIPbin', () => {
  const aicall: Behaviour = {
    status: 200,
    body: { id: CALL, reference_type: 'call', reference_id: 'call-9' },
  };
  const told = (behaviour: Behaviour) =>
    vendor.answers(({ method }) => (method === 'GET' ? behaviour : { status: 200, body: {} }));

  it.each<[MonitoringKind, Partial<Order>, string, object | null, Answer]>([
    ['END', {}, '/calls/call-9/hangup?accesskey=vb_key', null, { result: 'ACCEPTED' }],
    [
      'TRANSFER',
      { destination: NUMBER },
      '/transfers?accesskey=vb_key',
      {
        transfer_type: 'blind',
        transferer_call_id: 'call-9',
        transferee_addresses: [{ type: 'tel', target: NUMBER }],
      },
      { result: 'ACCEPTED' },
    ],
    [
      'ENQUEUE',
      { destination: 'sip:queue@desk' },
      '/transfers?accesskey=vb_key',
      {
        transfer_type: 'blind',
        transferer_call_id: 'call-9',
        transferee_addresses: [{ type: 'sip', target: 'sip:queue@desk' }],
      },
      { result: 'ACCEPTED' },
    ],
    [
      'COACH',
      { note: 'Slow down.' },
      '/aimessages?accesskey=vb_key',
      { aicall_id: CALL, role: 'system', content: 'Slow down.' },
      { result: 'DONE' },
    ],
  ])("does %s after asking for the assistant's call", async (kind, fields, path, body, answer) => {
    told(aicall);
    expect(await perform('voipbin', order(kind, fields))).toEqual(answer);
    expect(vendor.received.map((one) => `${one.method} ${one.path}`)).toEqual([
      `GET /aicalls/${CALL}?accesskey=vb_key`,
      `POST ${path}`,
    ]);
    expect(commands().map((one) => (one.body === '' ? null : json(one)))).toEqual([body]);
  });

  it('takes an id that is no assistant for that of the telephone call', async () => {
    told({ status: 404 });
    expect(await perform('voipbin', order('END'))).toEqual({ result: 'ACCEPTED' });
    expect(commands().map(({ path }) => path)).toEqual([`/calls/${CALL}/hangup?accesskey=vb_key`]);
    vendor.received.length = 0;
    expect(await perform('voipbin', order('COACH', { note: 'x' }))).toMatchObject({ result: 'FAILED' });
    expect(commands()).toEqual([]);
  });

  it.each<[string, Behaviour]>([
    ['fails', { status: 500 }],
    ['refuses', { status: 401 }],
    ['knows no telephone call', { status: 200, body: {} }],
    ['cuts the connection', 'cut'],
  ])('commands nothing when the question %s', async (_what, behaviour) => {
    told(behaviour);
    expect(await perform('voipbin', order('END'))).toMatchObject({ result: 'FAILED' });
    expect(commands()).toEqual([]);
  });

  it('streams the audio of the telephone call', async () => {
    told(aicall);
    expect(
      await adapter('voipbin').stream?.(
        targetOf('voipbin'),
        sendWithin(() => 5_000),
      ),
    ).toEqual({
      url: `${vendor.url.replace('http', 'ws')}/calls/call-9/media_stream?accesskey=vb_key&encapsulation=sln`,
      encoding: 'PCM16',
      sampleRate: 8_000,
    });
  });
});

describe('LiveKit', () => {
  const participants = [
    { identity: 'caller', kind: 'SIP' },
    { identity: 'agent-1', kind: 4 },
  ];
  const told = (present: object[]) =>
    vendor.answers(({ path }) => ({
      status: 200,
      body: path.endsWith('ListParticipants') ? { participants: present } : {},
    }));

  const claimsOf = ({ headers }: Received): JsonObject => {
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    const [head = '', body = '', mac] = token.split('.');
    expect(mac).toBe(createHmac('sha256', 'hush').update(`${head}.${body}`).digest('base64url'));
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as JsonObject;
  };

  it.each<[MonitoringKind, Partial<Order>, string, object, Answer]>([
    ['END', {}, 'RoomService/DeleteRoom', { room: 'room-7' }, { result: 'DONE' }],
    [
      'TRANSFER',
      { destination: NUMBER },
      'SIP/TransferSIPParticipant',
      { participant_identity: 'caller', room_name: 'room-7', transfer_to: `tel:${NUMBER}` },
      { result: 'DONE' },
    ],
    [
      'ENQUEUE',
      { destination: 'sip:queue@desk' },
      'SIP/TransferSIPParticipant',
      { participant_identity: 'caller', room_name: 'room-7', transfer_to: 'sip:queue@desk' },
      { result: 'DONE' },
    ],
    [
      'TAKE_OVER',
      {},
      'RoomService/RemoveParticipant',
      { room: 'room-7', identity: 'agent-1' },
      { result: 'DONE', previous: 'agent-1' },
    ],
    [
      'HAND_BACK',
      {},
      'AgentDispatchService/CreateDispatch',
      { room: 'room-7', agent_name: 'ada' },
      { result: 'DONE' },
    ],
    [
      'COACH',
      { note: 'Smile.' },
      'RoomService/SendData',
      {
        room: 'room-7',
        data: Buffer.from('{"type":"coaching","note":"Smile."}').toString('base64'),
        kind: 'RELIABLE',
        destination_identities: ['agent-1'],
        topic: 'throughline.coaching',
      },
      { result: 'DONE' },
    ],
  ])('does %s by one request with a signed token', async (kind, fields, method, body, answer) => {
    told(participants);
    expect(await perform('livekit', order(kind, fields))).toEqual(answer);
    expect(commands().map(({ path }) => path)).toEqual([`/twirp/livekit.${method}`]);
    expect(commands().map(json)).toEqual([body]);
    const [claims] = commands().map(claimsOf);
    expect(claims).toMatchObject({ iss: 'LK', nbf: AT / 1_000 - 5, exp: AT / 1_000 + 60 });
    expect(claims?.video).toEqual(
      kind === 'END' ? { roomCreate: true, room: 'room-7' } : { roomAdmin: true, room: 'room-7' },
    );
    expect(claims?.sip).toEqual(method.startsWith('SIP') ? { call: true } : undefined);
  });

  it.each<[MonitoringKind, object[]]>([
    ['TAKE_OVER', [{ identity: 'caller', kind: 'SIP' }]],
    ['COACH', []],
    ['TRANSFER', [{ identity: 'agent-1', kind: 'AGENT' }]],
  ])('commands no %s when who is meant is not in the room', async (kind, present) => {
    told(present);
    expect(await perform('livekit', order(kind, { destination: NUMBER }))).toMatchObject({
      result: 'FAILED',
    });
    expect(commands()).toEqual([]);
  });

  it('gives who listens a hidden place without a microphone, and who takes over one with', () => {
    const join = (kind: MonitoringKind) =>
      adapter('livekit').connection?.(kind, targetOf('livekit'), 'key-1', AT);
    const claims = (kind: MonitoringKind) =>
      JSON.parse(Buffer.from(join(kind)?.token.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;
    expect(join('LISTEN_IN')?.url).toBe(vendor.url.replace('http', 'ws'));
    const place = { room: 'room-7', roomJoin: true, canSubscribe: true };
    expect(claims('LISTEN_IN')).toMatchObject({
      sub: 'throughline:key-1',
      video: { ...place, canPublish: false, canPublishData: false, hidden: true },
    });
    expect(claims('TAKE_OVER')).toMatchObject({
      video: { ...place, canPublish: true, canPublishData: true, hidden: false },
    });
    expect(join('END')).toBeNull();
  });
});

describe('A webhook of one’s own', () => {
  it.each<[number, object | string, Answer]>([
    [202, '', { result: 'ACCEPTED' }],
    [200, { previous: 'bot 7' }, { result: 'DONE', previous: 'bot 7' }],
    [204, '', { result: 'DONE' }],
  ])('is signed, and answers %s', async (status, body, answer) => {
    vendor.answers({ status, body });
    expect(await perform('webhook', order('TRANSFER', { destination: NUMBER }))).toEqual(answer);
    const [sent] = vendor.received;
    const timestamp = String(AT / 1_000);
    expect(sent).toMatchObject({ method: 'POST', path: '/hook' });
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      type: 'call.action.requested',
      timestamp: '2026-09-14T15:04:05.000Z',
      data: {
        actionId: ID,
        action: 'TRANSFER',
        callId: CALL,
        destination: NUMBER,
        note: null,
        previous: null,
      },
    });
    expect(sent?.headers).toMatchObject({ 'webhook-id': ID, 'webhook-timestamp': timestamp });
    const mac = createHmac('sha256', 'hush')
      .update(`${ID}.${timestamp}.${sent?.body ?? ''}`)
      .digest('base64');
    expect(sent?.headers['webhook-signature']).toBe(`v1,${mac}`);
  });

  it('signs as the published example of Standard Webhooks', () => {
    expect(
      signature(
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        '1614265330',
        '{"test": 2432232314}',
      ),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('streams from its own address, told the call', async () => {
    expect(
      await adapter('webhook').stream?.(
        targetOf('webhook'),
        sendWithin(() => 1_000),
      ),
    ).toEqual({
      url: `${vendor.url.replace('http', 'ws')}/listen/${CALL}`,
      encoding: null,
      sampleRate: null,
    });
  });
});

const UNKNOWN = 'Whether the vendor acted is unknown.';

describe.each(['vapi', 'twilio', 'voipbin', 'livekit', 'webhook'])('%s, when the command', (provider) => {
  /** What has to be read first goes well. */
  const misbehave = (behaviour: Behaviour) =>
    vendor.answers(({ method, path }) => {
      if (method === 'GET') return { status: 404 };
      return path.includes('ListParticipants') ? { status: 200, body: {} } : behaviour;
    });

  it.each<[string, Behaviour, Answer]>([
    ['is refused', { status: 404 }, { result: 'FAILED', reason: 'The vendor refused with HTTP 404.' }],
    ['is not allowed', { status: 401 }, { result: 'FAILED', reason: 'The vendor refused with HTTP 401.' }],
    [
      'fails there',
      { status: 500, body: '+12025550123 not found' },
      { result: 'FAILED', reason: 'The vendor failed with HTTP 500. Whether it acted is unknown.' },
    ],
    [
      'is not served',
      { status: 503, headers: { 'retry-after': '1' } },
      { result: 'FAILED', reason: 'The vendor failed with HTTP 503. Whether it acted is unknown.' },
    ],
    [
      'is sent elsewhere',
      { status: 307, headers: { location: '/elsewhere' } },
      { result: 'FAILED', reason: 'The vendor refused with HTTP 307.' },
    ],
    [
      'loses its answer',
      'cut',
      { result: 'LOST', reason: `No answer came: the connection broke. ${UNKNOWN}` },
    ],
    [
      'loses half its answer',
      'half',
      { result: 'LOST', reason: `No answer came: the connection broke. ${UNKNOWN}` },
    ],
  ])('%s, is sent once and told as it is', async (_what, behaviour, answer) => {
    misbehave(behaviour);
    expect(await perform(provider, order('END'))).toEqual(answer);
    expect(commands()).toHaveLength(1);
  });

  it('gets no answer in time, is sent once and given up', async () => {
    misbehave('hang');
    expect(await perform(provider, order('END'), targetOf(provider), 300)).toEqual({
      result: 'LOST',
      reason: `No answer came: time is up. ${UNKNOWN}`,
    });
    expect(commands()).toHaveLength(1);
  });

  it('cannot be delivered, says that nothing was sent', async () => {
    const answer = await perform(provider, order('END'), targetOf(provider, await nowhere()));
    expect(answer.result).toBe('FAILED');
    expect('reason' in answer && answer.reason).toMatch(/the connection was refused\. Nothing was sent\.$/);
    expect(vendor.received).toEqual([]);
  });
});

describe('what a vendor can do', () => {
  const kinds = (provider: string, control: JsonObject, secret: string | null = 'hush') =>
    [...capabilitiesOf({ provider, settings: { control }, secret })].sort();

  it.each<[string, string, JsonObject, string | null, MonitoringKind[]]>([
    ['Vapi', 'vapi', {}, null, ['COACH', 'END', 'HAND_BACK', 'LISTEN_IN', 'TAKE_OVER', 'TRANSFER']],
    [
      'Vapi with a queue',
      'vapi',
      { queue: NUMBER },
      null,
      ['COACH', 'END', 'ENQUEUE', 'HAND_BACK', 'LISTEN_IN', 'TAKE_OVER', 'TRANSFER'],
    ],
    ['Twilio without its account', 'twilio', {}, 'hush', []],
    ['Twilio without a token', 'twilio', { accountSid: 'AC42' }, null, []],
    ['Twilio', 'twilio', { accountSid: 'AC42' }, 'hush', ['END', 'TAKE_OVER', 'TRANSFER']],
    [
      'Twilio with everything',
      'twilio',
      { accountSid: 'AC42', authToken: 't', conference: 'c', assistantUrl: 'https://x.example', queue: 'q' },
      null,
      ['END', 'ENQUEUE', 'HAND_BACK', 'LISTEN_IN', 'TAKE_OVER', 'TRANSFER'],
    ],
    ['VoIPbin without its key', 'voipbin', {}, 'hush', []],
    ['VoIPbin', 'voipbin', { accessKey: 'k' }, null, ['COACH', 'END', 'LISTEN_IN', 'TRANSFER']],
    ['LiveKit without its address', 'livekit', { apiKey: 'k' }, 'hush', []],
    [
      'LiveKit',
      'livekit',
      { baseUrl: 'https://x.example', apiKey: 'k', agentName: 'ada' },
      'hush',
      ['COACH', 'END', 'HAND_BACK', 'LISTEN_IN', 'TAKE_OVER', 'TRANSFER'],
    ],
    ['a webhook without a secret', 'neutral', { provider: 'webhook', url: 'https://x.example' }, null, []],
    [
      'a webhook that says what it can',
      'neutral',
      { provider: 'webhook', url: 'https://x.example', actions: ['END', 'LISTEN_IN', 'FLY'] },
      'hush',
      ['END'],
    ],
    ['a system that nobody steers', 'neutral', {}, 'hush', []],
  ])('is told by its settings: %s', (_who, provider, control, secret, expected) => {
    expect(kinds(provider, control, secret)).toEqual(expected);
  });
});
