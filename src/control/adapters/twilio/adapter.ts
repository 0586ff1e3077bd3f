import type { MonitoringKind } from '../../../domain/words.js';
import { answerOf, done, failed, lookUp, textOf } from '../../answers.js';
import type { Answer, ControlAdapter, Order, Target } from '../../port.js';
import type { Send } from '../../request.js';
import type { Form } from './api.js';
import { callPath, command, listOf, participantsPath, question, runningConference, tokenOf } from './api.js';
import { takeOver } from './take-over.js';
import { dial, enqueue } from './twiml.js';

/**
 * Twilio's REST API. A call is steered by giving it new instructions (TwiML); whoever takes a call over meets the
 * caller in a conference. Listening needs calls that run in a conference, named by `conference` in the settings: the
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
  perform: async (order, target, send, steps) => {
    if (order.kind === 'TAKE_OVER') return takeOver(order, target, send, steps);
    const form = order.kind === 'LISTEN_IN' ? await listener(order, target, send) : formOf(order, target);
    return 'result' in form ? form : answerOf(await send(command(target, form)), done);
  },
};

/** Twilio's answer to new instructions means that the call follows them. */
function formOf({ kind, destination, returnTo }: Order, target: Target): Form | Answer {
  const path = callPath(target.externalId);
  if (kind === 'END') return { path, fields: { Status: 'completed' } };
  if (kind === 'HAND_BACK') {
    const Url = returnTo ?? textOf(target.settings.assistantUrl) ?? '';
    return { path, fields: { Url, Method: 'POST' } };
  }
  if (destination === null) return failed('Nobody is said to whom the call is to go. Nothing was sent.');
  return {
    path,
    fields: { Twiml: kind === 'ENQUEUE' ? enqueue(destination) : dial(destination, target.did) },
  };
}

/**
 * The person is rung and hears the conference that the call runs in; nobody hears them. It is looked up first: to add
 * somebody by a name that nobody has would open an empty conference.
 */
async function listener({ destination }: Order, target: Target, send: Send): Promise<Form | Answer> {
  const { settings, externalId, did } = target;
  if (destination === null) return failed('Nobody is said who is to be rung. Nothing was sent.');
  if (did === null) return failed('The number to ring from is not known for this call. Nothing was sent.');
  const name = (textOf(settings.conference) ?? '').replaceAll('{callSid}', externalId);
  const running = await lookUp(send, question(target, runningConference(name)));
  if ('refused' in running) return running.refused;
  const sid = textOf(listOf(running.found.conferences)[0]?.sid);
  if (sid === null) return failed('The call runs in no conference now. Nothing was sent.');
  const quiet = {
    Muted: 'true',
    Beep: 'false',
    StartConferenceOnEnter: 'false',
    EndConferenceOnExit: 'false',
  };
  return { path: participantsPath(sid), fields: { From: did, To: destination, ...quiet } };
}
