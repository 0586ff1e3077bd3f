import { setTimeout as pause } from 'node:timers/promises';
import type { Json } from '../../../domain/record.js';
import { answerOf, done, errorCode, failed, isSuccess, readAnswer, textOf } from '../../answers.js';
import type { Answer, Failure, Order, Steps, Target } from '../../port.js';
import type { Send, VendorReply } from '../../request.js';
import { callPath, command, listOf, participantsPath, question } from './api.js';
import { conference } from './twiml.js';

/** Whoever takes the call over, in the conference that waits for the caller. */
interface Person {
  callSid: string;
  conferenceSid: string;
}

const PERSON = 'throughline-person';
const CALLER = 'throughline-caller';

/** From one look at a call to the next, in ms. */
const LOOK_MS = 250;
/** What is left at the end of an action's time for the last command, in ms. */
const RESERVE_MS = 2_000;
/** Twilio rings this long and five seconds more, in s: also when nobody is there any more to end it. */
const RING_S = 5;

/**
 * A take-over: the person is rung into a conference of the action's own, and only when they have answered is the
 * caller moved there, away from the AI agent. So whatever fails before that leaves the caller where they were, and who
 * was rung for nothing is sent away. A lost answer is never sent again, but looked up.
 */
export async function takeOver(order: Order, target: Target, send: Send, steps: Steps): Promise<Answer> {
  const room = `throughline-${order.id}`;
  const person = await ring(room, order, target, send, steps);
  if ('result' in person) return person;
  const absence = await untilAnswered(person, target, send, steps);
  if (absence !== null)
    return absence.isOver ? stayed(absence.why) : sendAway(absence.why, person, target, steps);
  return moveCaller(room, person, target, send, steps);
}

const stayed = (why: string): Failure => failed(`${why} The call stayed with the AI agent.`);

async function ring(
  room: string,
  { destination }: Order,
  target: Target,
  send: Send,
  steps: Steps,
): Promise<Person | Failure> {
  if (destination === null) return failed('Nobody is said who is to be rung. Nothing was sent.');
  if (target.did === null)
    return failed('The number to ring from is not known for this call. Nothing was sent.');
  const fields = {
    From: target.did,
    To: destination,
    Label: PERSON,
    Timeout: String(RING_S),
    Beep: 'false',
    StartConferenceOnEnter: 'true',
    EndConferenceOnExit: 'true',
  };
  const reply = await steps.send('RING_PERSON', command(target, { path: participantsPath(room), fields }));
  if (reply.result === 'UNSENT') return stayed(`The person was not rung: ${reply.reason}.`);
  if (reply.result === 'ANSWERED' && reply.status < 500)
    return isSuccess(reply.status)
      ? (personIn(readAnswer(reply.body)) ?? stayed('Twilio did not say whom it rings.'))
      : stayed(`Twilio refused to ring the person with HTTP ${reply.status}${errorCode(reply.body)}.`);
  const found = await findPerson(room, target, send);
  return found ?? stayed(`${faultOf(reply)} Whether the person is rung is unknown.`);
}

function personIn({ call_sid, conference_sid }: Record<string, Json>): Person | null {
  const [callSid, conferenceSid] = [textOf(call_sid), textOf(conference_sid)];
  return callSid === null || conferenceSid === null ? null : { callSid, conferenceSid };
}

/** Who is in the room of that name, by our label; null: nobody is found. */
async function findPerson(room: string, target: Target, send: Send): Promise<Person | null> {
  const named = await ask(target, `Conferences.json?FriendlyName=${encodeURIComponent(room)}`, send);
  const [first] = listOf(named?.conferences);
  const sid = textOf(first?.sid);
  if (sid === null) return null;
  const present = await ask(target, participantsPath(sid), send);
  const person = listOf(present?.participants).find(({ label }) => label === PERSON);
  return person === undefined ? null : personIn({ conference_sid: sid, ...person });
}

/** Why they have not come, and whether their call is over; null when they are there. */
async function untilAnswered(
  { callSid }: Person,
  target: Target,
  send: Send,
  steps: Steps,
): Promise<{ why: string; isOver: boolean } | null> {
  for (;;) {
    const status = textOf((await ask(target, callPath(callSid), send))?.status);
    if (status === 'in-progress') return null;
    if (status !== null && OVER.has(status))
      return { why: `The person did not take the call (${status}).`, isOver: true };
    if (steps.left() < RESERVE_MS + LOOK_MS)
      return { why: 'The person did not take the call in time.', isOver: false };
    await pause(LOOK_MS);
  }
}

/** The states of a call in which it does not ring any more. */
const OVER = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

async function moveCaller(
  room: string,
  person: Person,
  target: Target,
  send: Send,
  steps: Steps,
): Promise<Answer> {
  const returnTo = textOf(target.settings.assistantUrl);
  const Twiml = conference(room, CALLER, returnTo);
  const move = command(target, { path: callPath(target.externalId), fields: { Twiml } });
  const reply = await steps.send('MOVE_CALLER', move, returnTo);
  const isUnclear = reply.result === 'LOST' || (reply.result === 'ANSWERED' && reply.status >= 500);
  if (isUnclear && !(await isThere(person, target, send, steps)))
    return { result: 'LOST', reason: `${faultOf(reply)} Whether the caller was moved is unknown.` };
  const answer = isUnclear ? done() : answerOf(reply, done);
  return 'reason' in answer
    ? sendAway(answer.reason, person, target, steps)
    : { ...answer, previous: 'assistant' };
}

/** Whether the caller is seen in the conference before time is up. */
async function isThere(
  { conferenceSid }: Person,
  target: Target,
  send: Send,
  steps: Steps,
): Promise<boolean> {
  for (;;) {
    const present = await ask(target, participantsPath(conferenceSid), send);
    if (listOf(present?.participants).some(({ call_sid }) => call_sid === target.externalId)) return true;
    if (steps.left() < LOOK_MS) return false;
    await pause(LOOK_MS);
  }
}

/** The person who was rung for nothing hangs up by our command; the caller never knew. */
async function sendAway(why: string, { callSid }: Person, target: Target, steps: Steps): Promise<Failure> {
  const hangUp = command(target, { path: callPath(callSid), fields: { Status: 'completed' } });
  const reply = await steps.send('RELEASE_PERSON', hangUp);
  const isGone = reply.result === 'ANSWERED' && isSuccess(reply.status);
  return stayed(isGone ? why : `${why} Whether the person's own call has ended is unknown.`);
}

const faultOf = (reply: VendorReply): string =>
  reply.result === 'ANSWERED'
    ? `Twilio failed with HTTP ${reply.status}.`
    : `No answer came: ${reply.reason}.`;

/** What Twilio knows; null when it does not say. */
async function ask(target: Target, path: string, send: Send): Promise<Record<string, Json> | null> {
  const reply = await send(question(target, path));
  return reply.result === 'ANSWERED' && isSuccess(reply.status) ? readAnswer(reply.body) : null;
}
