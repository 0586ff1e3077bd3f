import type { JsonObject } from '../../domain/record.js';
import type { Instant, MonitoringKind } from '../../domain/words.js';
import { baseOf, command, done, failed, lookUp, objectOf, textOf } from '../answers.js';
import { signJwt } from '../jwt.js';
import type { Answer, ControlAdapter, Order, Success, Target } from '../port.js';
import type { Send, VendorRequest } from '../request.js';

/** How long a token serves: one request, or a person's coming. */
const TOKEN_S = 60;
/** A token may be used this much before it was made: clocks differ. */
const LENIENCE_S = 5;

/**
 * LiveKit's server API (Twirp over JSON, each request with a signed token). The call is a room: its name is the
 * call's id unless the vendor said otherwise. People join by LiveKit's own client with a token of ours, hidden and
 * without a microphone when they only listen. Needs `baseUrl`, `apiKey`, and `apiSecret` or the source's secret;
 * handing back needs `agentName`, queueing needs `queue`.
 */
export const livekit: ControlAdapter = {
  provider: 'livekit',
  capabilities: (settings, secret) => {
    const needed = [textOf(settings.baseUrl), textOf(settings.apiKey), secretOf(settings, secret)];
    if (needed.includes(null)) return new Set();
    return new Set<MonitoringKind>([
      ...(['LISTEN_IN', 'TAKE_OVER', 'TRANSFER', 'END', 'COACH'] as const),
      ...(textOf(settings.agentName) === null ? [] : (['HAND_BACK'] as const)),
      ...(textOf(settings.queue) === null ? [] : (['ENQUEUE'] as const)),
    ]);
  },
  perform: async (order, target, send) => {
    if (order.kind === 'LISTEN_IN') return done();
    const call = await callOf(order, target, send);
    if ('result' in call) return call;
    const { url, headers } = requestOf(target, call, order.at);
    return command(send, url, headers, call.body, () => call.answer ?? done());
  },
  connection: (kind, target, person, now) => {
    if (kind !== 'LISTEN_IN' && kind !== 'TAKE_OVER') return null;
    const speaks = kind === 'TAKE_OVER';
    const may = { canSubscribe: true, canPublish: speaks, canPublishData: speaks, hidden: !speaks };
    const video = { room: roomOf(target), roomJoin: true, ...may };
    const url = baseOf(target.settings).replace(/^http/i, 'ws');
    return { url, token: token(target, { sub: `throughline:${person}`, video }, now) };
  },
};

interface Call {
  service: string;
  method: string;
  /** What the request's token allows. */
  grants: JsonObject;
  body: JsonObject;
  answer?: Success;
}

async function callOf(order: Order, target: Target, send: Send): Promise<Call | Answer> {
  const room = roomOf(target);
  const grants = { video: { roomAdmin: true, room } };
  if (order.kind === 'END')
    return { ...inRoom('DeleteRoom', room), grants: { video: { roomCreate: true, room } } };
  if (order.kind === 'HAND_BACK') {
    const body = { room, agent_name: textOf(target.settings.agentName) ?? '' };
    return { service: 'AgentDispatchService', method: 'CreateDispatch', grants, body };
  }
  const present = await lookUp(send, requestOf(target, inRoom('ListParticipants', room), order.at));
  if ('refused' in present) return present.refused;
  const { participants } = present.found;
  const people = Array.isArray(participants) ? participants.map(objectOf) : [];
  return order.kind === 'TRANSFER' || order.kind === 'ENQUEUE'
    ? transfer(order, room, identityOf(people, 'SIP', 3))
    : toAgent(order, room, identityOf(people, 'AGENT', 4));
}

const inRoom = (method: string, room: string, body: JsonObject = {}): Call => ({
  service: 'RoomService',
  method,
  grants: { video: { roomAdmin: true, room } },
  body: { room, ...body },
});

function transfer({ destination }: Order, room: string, identity: string | null): Call | Answer {
  if (identity === null) return failed('Nobody in the room is on the telephone. Nothing was sent.');
  const address = destination ?? '';
  const transfer_to = /^(sips?|tel):/i.test(address) ? address : `tel:${address}`;
  const grants = { video: { roomAdmin: true, room }, sip: { call: true } };
  const body = { participant_identity: identity, room_name: room, transfer_to };
  return { service: 'SIP', method: 'TransferSIPParticipant', grants, body };
}

/** Taking over removes the agent; its name is who had the call. A coaching note goes to the agent alone. */
function toAgent({ kind, note }: Order, room: string, identity: string | null): Call | Answer {
  if (identity === null) return failed('There is no agent in the room. Nothing was sent.');
  if (kind === 'TAKE_OVER')
    return { ...inRoom('RemoveParticipant', room, { identity }), answer: { ...done(), previous: identity } };
  const data = Buffer.from(JSON.stringify({ type: 'coaching', note })).toString('base64');
  const only = { destination_identities: [identity], topic: 'throughline.coaching' };
  return inRoom('SendData', room, { data, kind: 'RELIABLE', ...only });
}

/** Enums come as names or as numbers. */
function identityOf(people: readonly JsonObject[], kind: string, number: number): string | null {
  return textOf(people.find((one) => one.kind === kind || one.kind === number)?.identity);
}

const roomOf = ({ handle, externalId }: Target): string => handle.room ?? externalId;

const secretOf = (settings: JsonObject, secret: string | null): string | null =>
  textOf(settings.apiSecret) ?? secret;

const requestOf = (target: Target, { service, method, grants, body }: Call, at: Instant): VendorRequest => ({
  method: 'POST',
  url: `${baseOf(target.settings)}/twirp/livekit.${service}/${method}`,
  headers: { 'content-type': 'application/json', authorization: `Bearer ${token(target, grants, at)}` },
  body: JSON.stringify(body),
});

function token({ settings, secret }: Target, grants: JsonObject, at: Instant): string {
  const now = Math.floor(at / 1_000);
  const times = { nbf: now - LENIENCE_S, exp: now + TOKEN_S };
  return signJwt(
    { iss: textOf(settings.apiKey) ?? '', ...times, ...grants },
    secretOf(settings, secret) ?? '',
  );
}
