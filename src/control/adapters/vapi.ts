import type { Json, JsonObject } from '../../domain/record.js';
import type { MonitoringKind } from '../../domain/words.js';
import { accepted, baseOf, command, done, failed, lookUp, objectOf, textOf } from '../answers.js';
import type { ControlAdapter, Failure, Order, Success, Target } from '../port.js';
import type { Send } from '../request.js';

const API = 'https://api.vapi.ai';
/** Addresses come in webhooks: those of other hosts are not called, unless the settings name the host. */
const HOST = 'vapi.ai';

/**
 * Vapi's live call control: a POST of JSON to the call's own control address, and a WebSocket of its audio. Both
 * addresses stand in the webhooks of the call; without them `apiKey` asks the API. Vapi has no way in for the voice
 * of a person: a take-over silences the assistant, a hand-back lets it speak again.
 */
export const vapi: ControlAdapter = {
  provider: 'vapi',
  capabilities: ({ queue }) =>
    new Set<MonitoringKind>([
      ...(['LISTEN_IN', 'TAKE_OVER', 'HAND_BACK', 'TRANSFER', 'END', 'COACH'] as const),
      ...(textOf(queue) === null ? [] : (['ENQUEUE'] as const)),
    ]),
  perform: async (order, target, send) => {
    const found = await monitorOf(target, send);
    if ('refused' in found) return found.refused;
    const url = allowed(found.monitor.controlUrl, ['https:', 'http:'], target.settings);
    if (url === null) return failed('Vapi gave no address for steering this call. Nothing was sent.');
    const { body, answer } = messageOf(order);
    return command(send, url, {}, body, () => answer);
  },
  stream: async (target, send) => {
    const found = await monitorOf(target, send);
    const url =
      'refused' in found ? null : allowed(found.monitor.listenUrl, ['wss:', 'ws:'], target.settings);
    return url === null ? null : { url, encoding: 'PCM16', sampleRate: null };
  },
};

/** Ends and transfers are seen in the call's records; the rest has happened when Vapi answers. */
function messageOf({ kind, destination, note }: Order): { body: JsonObject; answer: Success } {
  const control = (word: string) => ({ type: 'control', control: word });
  if (kind === 'TAKE_OVER')
    return { body: control('mute-assistant'), answer: { ...done(), previous: 'assistant' } };
  if (kind === 'HAND_BACK') return { body: control('unmute-assistant'), answer: done() };
  if (kind === 'COACH') return { body: coaching(note ?? ''), answer: done() };
  if (kind === 'END') return { body: { type: 'end-call' }, answer: accepted() };
  return { body: { type: 'transfer', destination: destinationOf(destination ?? '') }, answer: accepted() };
}

/** The assistant reads it as an instruction and is not made to answer it aloud. */
const coaching = (note: string): JsonObject => ({
  type: 'add-message',
  message: { role: 'system', content: note },
  triggerResponseEnabled: false,
});

const destinationOf = (address: string): JsonObject =>
  /^sips?:/i.test(address) ? { type: 'sip', sipUri: address } : { type: 'number', number: address };

interface Monitor {
  controlUrl?: Json;
  listenUrl?: Json;
}

async function monitorOf(
  { externalId, handle, settings }: Target,
  send: Send,
): Promise<{ monitor: Monitor } | { refused: Failure }> {
  const apiKey = textOf(settings.apiKey);
  if (Object.keys(handle).length > 0 || apiKey === null) return { monitor: handle };
  const url = `${baseOf(settings, API)}/call/${encodeURIComponent(externalId)}`;
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await lookUp(send, { method: 'GET', url, headers, body: null });
  return 'refused' in answer ? answer : { monitor: objectOf(answer.found.monitor) };
}

function allowed(given: Json | undefined, protocols: readonly string[], settings: JsonObject): string | null {
  const text = textOf(given);
  if (text === null || !URL.canParse(text)) return null;
  const { protocol, hostname } = new URL(text);
  if (protocol === protocols[0] && (hostname === HOST || hostname.endsWith(`.${HOST}`))) return text;
  const isNamed = Array.isArray(settings.hosts) && settings.hosts.includes(hostname);
  return isNamed && protocols.includes(protocol) ? text : null;
}
