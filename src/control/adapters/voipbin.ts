import type { JsonObject } from '../../domain/record.js';
import type { MonitoringKind } from '../../domain/words.js';
import { accepted, answerOf, baseOf, command, done, failed, foundIn, textOf } from '../answers.js';
import type { Answer, ControlAdapter, Failure, Order, Target } from '../port.js';
import type { Send } from '../request.js';

const API = 'https://api.voipbin.net/v1.0';

/**
 * VoIPbin's REST API with an access key (`accessKey`). Its assistant's call (`aicall`) refers to the telephone call;
 * either id may be the one that the source reports. It documents no way to put a person in the assistant's place and
 * back, so there is no take-over. Its media stream goes both ways: nothing is ever sent on it.
 */
export const voipbin: ControlAdapter = {
  provider: 'voipbin',
  capabilities: ({ accessKey, queue }) =>
    textOf(accessKey) === null
      ? new Set()
      : new Set<MonitoringKind>([
          ...(['LISTEN_IN', 'TRANSFER', 'END', 'COACH'] as const),
          ...(textOf(queue) === null ? [] : (['ENQUEUE'] as const)),
        ]),
  perform: async (order, target, send) => {
    const ids = await idsOf(target, send);
    return 'refused' in ids ? ids.refused : commanded(order, ids, target.settings, send);
  },
  stream: async (target, send) => {
    const ids = await idsOf(target, send);
    if ('refused' in ids) return null;
    const url = new URL(address(target.settings, `calls/${ids.callId}/media_stream`));
    url.searchParams.set('encapsulation', 'sln');
    url.protocol = url.protocol.replace('http', 'ws');
    return { url: url.toString(), encoding: 'PCM16', sampleRate: 8_000 };
  },
};

const HEADERS = { accept: 'application/json' };

async function commanded(order: Order, ids: Ids, settings: JsonObject, send: Send): Promise<Answer> {
  const to = (path: string) => address(settings, path);
  if (order.kind === 'END') {
    const url = to(`calls/${ids.callId}/hangup`);
    return answerOf(await send({ method: 'POST', url, headers: HEADERS, body: null }), accepted);
  }
  if (order.kind !== 'COACH') return command(send, to('transfers'), HEADERS, transfer(order, ids), accepted);
  if (ids.aicallId === null) return failed("The assistant's own call is not known. Nothing was sent.");
  const body = { aicall_id: ids.aicallId, role: 'system', content: order.note ?? '' };
  return command(send, to('aimessages'), HEADERS, body, done);
}

/** The key stands in the address, as VoIPbin wants it; addresses are never logged. */
function address(settings: JsonObject, path: string): string {
  const url = new URL(`${baseOf(settings, API)}/${path}`);
  url.searchParams.set('accesskey', textOf(settings.accessKey) ?? '');
  return url.toString();
}

const transfer = ({ destination }: Order, { callId }: Ids): JsonObject => ({
  transfer_type: 'blind',
  transferer_call_id: callId,
  transferee_addresses: [
    { type: /^sips?:/i.test(destination ?? '') ? 'sip' : 'tel', target: destination ?? '' },
  ],
});

interface Ids {
  callId: string;
  aicallId: string | null;
}

/** Asks whether the id is that of an assistant's call; if not, it is that of the telephone call. */
async function idsOf({ externalId, settings }: Target, send: Send): Promise<Ids | { refused: Failure }> {
  const url = address(settings, `aicalls/${encodeURIComponent(externalId)}`);
  const reply = await send({ method: 'GET', url, headers: HEADERS, body: null });
  if (reply.result === 'ANSWERED' && reply.status === 404)
    return { callId: encodeURIComponent(externalId), aicallId: null };
  const answer = foundIn(reply);
  if ('refused' in answer) return answer;
  const callId = textOf(answer.found.reference_id);
  return callId === null
    ? { refused: failed('VoIPbin knows no telephone call of this assistant. Nothing was sent.') }
    : { callId: encodeURIComponent(callId), aicallId: externalId };
}
