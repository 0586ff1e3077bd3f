import type { JsonObject } from '../../domain/record.js';
import type { MonitoringKind } from '../../domain/words.js';
import { answerOf, baseOf, done, failed, textOf } from '../answers.js';
import type { Answer, ControlAdapter, Order, Success, Target } from '../port.js';
import type { Send } from '../request.js';

const API = 'https://api.twilio.com';

/**
 * Twilio's REST API. A call is steered by giving it new instructions (TwiML) in one request; whoever takes a call
 * over is dialled by it. Listening needs calls that run in a conference, named by `conference` in the settings: the
 * person is rung and joins it muted. `accountSid` is needed; the source's secret is the auth token unless
 * `authToken` says otherwise.
 */
export const twilio: ControlAdapter = {
  provider: 'twilio',
  rings: new Set<MonitoringKind>(['LISTEN_IN', 'TAKE_OVER']),
  capabilities: (settings, secret) => {
    if (textOf(settings.accountSid) === null || tokenOf(settings, secret) === null) return new Set();
    return new Set<MonitoringKind>([
      ...(['TAKE_OVER', 'TRANSFER', 'END'] as const),
      ...(textOf(settings.conference) === null ? [] : (['LISTEN_IN'] as const)),
      ...(textOf(settings.assistantUrl) === null ? [] : (['HAND_BACK'] as const)),
      ...(textOf(settings.queue) === null ? [] : (['ENQUEUE'] as const)),
    ]);
  },
  perform: async (order, target, send) => {
    const form = formOf(order, target);
    if ('result' in form) return form;
    const success: Success = order.kind === 'TAKE_OVER' ? { ...done(), previous: 'assistant' } : done();
    return answerOf(await post(send, target, form), () => success);
  },
};

interface Form {
  path: string;
  fields: Record<string, string>;
}

/** Twilio's answer to new instructions means that the call follows them. */
function formOf({ kind, destination }: Order, target: Target): Form | Answer {
  const { settings, did, externalId } = target;
  const path = `Calls/${encodeURIComponent(externalId)}.json`;
  const follow = (verbs: string) => ({ path, fields: { Twiml: `<Response>${verbs}</Response>` } });
  if (kind === 'END') return { path, fields: { Status: 'completed' } };
  if (kind === 'HAND_BACK')
    return { path, fields: { Url: textOf(settings.assistantUrl) ?? '', Method: 'POST' } };
  if (destination === null) return failed('Nobody is said to whom the call is to go. Nothing was sent.');
  if (kind === 'LISTEN_IN') return participant(destination, target);
  if (kind === 'ENQUEUE') return follow(`<Enqueue>${escape(destination)}</Enqueue>`);
  return follow(dial(destination, did));
}

/** The person is rung and hears the conference; nobody hears them. */
function participant(destination: string, { settings, externalId, did }: Target): Form | Answer {
  if (did === null) return failed('The number to ring from is not known for this call. Nothing was sent.');
  const name = (textOf(settings.conference) ?? '').replaceAll('{callSid}', externalId);
  const quiet = {
    Muted: 'true',
    Beep: 'false',
    StartConferenceOnEnter: 'false',
    EndConferenceOnExit: 'false',
  };
  const path = `Conferences/${encodeURIComponent(name)}/Participants.json`;
  return { path, fields: { From: did, To: destination, ...quiet } };
}

const NOUNS: readonly (readonly [RegExp, string])[] = [
  [/^sips?:/i, 'Sip'],
  [/^client:/i, 'Client'],
];

function dial(destination: string, callerId: string | null): string {
  const noun = NOUNS.find(([pattern]) => pattern.test(destination))?.[1] ?? 'Number';
  const address = noun === 'Client' ? destination.replace(/^client:/i, '') : destination;
  const from = callerId === null ? '' : ` callerId="${escape(callerId)}"`;
  return `<Dial${from}><${noun}>${escape(address)}</${noun}></Dial>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);

const tokenOf = (settings: JsonObject, secret: string | null): string | null =>
  textOf(settings.authToken) ?? secret;

function post(send: Send, { settings, secret }: Target, { path, fields }: Form) {
  const account = textOf(settings.accountSid) ?? '';
  const credentials = Buffer.from(`${account}:${tokenOf(settings, secret) ?? ''}`).toString('base64');
  return send({
    method: 'POST',
    url: `${baseOf(settings, API)}/2010-04-01/Accounts/${encodeURIComponent(account)}/${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${credentials}` },
    body: new URLSearchParams(fields).toString(),
  });
}
