import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../domain/record.js';
import { MONITORING_KINDS } from '../../domain/words.js';
import { accepted, answerOf, done, textOf } from '../answers.js';
import type { ControlAdapter, Order, Target } from '../port.js';

/**
 * Any system of one's own: each action is a POST to `url`, signed as Standard Webhooks say with `secret` (`whsec_`
 * and base64, or any text), or with the source's secret. 202 means that it was taken and the call's records will show
 * it; any other 2xx that it is done. An answer `{"previous": "..."}` names who had the call. `actions` lists what the
 * system can do, all by default; LISTEN_IN needs `listenUrl`, a WebSocket of binary audio in which `{callId}` stands
 * for the call's id.
 */
export const webhook: ControlAdapter = {
  provider: 'webhook',
  capabilities: ({ url, actions, listenUrl, ...settings }, secret) => {
    if (textOf(url) === null || secretOf(settings, secret) === null) return new Set();
    const isListed = (kind: string) => !Array.isArray(actions) || actions.includes(kind);
    const isPossible = (kind: string) => kind !== 'LISTEN_IN' || textOf(listenUrl) !== null;
    return new Set(MONITORING_KINDS.filter((kind) => isListed(kind) && isPossible(kind)));
  },
  perform: async (order, target, send) => {
    const body = JSON.stringify(eventOf(order, target));
    const timestamp = String(Math.floor(order.at / 1_000));
    const secret = secretOf(target.settings, target.secret) ?? '';
    const headers = {
      'content-type': 'application/json',
      'webhook-id': order.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature(secret, order.id, timestamp, body),
    };
    const url = textOf(target.settings.url) ?? '';
    const reply = await send({ method: 'POST', url, headers, body });
    return answerOf(reply, ({ previous }, status) => {
      const name = textOf(previous);
      return { ...(status === 202 ? accepted() : done()), ...(name === null ? {} : { previous: name }) };
    });
  },
  stream: async ({ settings, externalId }) => {
    const address = textOf(settings.listenUrl);
    if (address === null) return null;
    const { listenSampleRate: rate } = settings;
    return {
      url: address.replaceAll('{callId}', encodeURIComponent(externalId)),
      encoding: textOf(settings.listenEncoding),
      sampleRate: typeof rate === 'number' ? rate : null,
    };
  },
};

const eventOf = (
  { id, kind, destination, note, previous, at }: Order,
  { externalId }: Target,
): JsonObject => ({
  type: 'call.action.requested',
  timestamp: new Date(at).toISOString(),
  data: { actionId: id, action: kind, callId: externalId, destination, note, previous },
});

const secretOf = (settings: JsonObject, secret: string | null): string | null =>
  textOf(settings.secret) ?? secret;

/** Over `id.timestamp.body`, with the key's bytes. */
export function signature(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
