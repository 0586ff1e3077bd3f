import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Forbidden, Gone, NotFound, ThroughlineError, Unauthenticated } from '../../domain/errors.js';
import { may } from '../../domain/permissions.js';
import { isKept } from '../../domain/recording.js';
import type { Viewer } from '../../graphql/context.js';
import { actorOf } from '../../graphql/context.js';
import { localId } from '../../graphql/node.js';
import type { AudioStore, ByteRange } from '../../storage/recording/audio-store.js';
import type { RecordingStore } from '../../storage/recording/recording-store.js';
import type { RecordingRow } from '../../storage/read-model.js';
import type { Authenticator } from '../authenticate.js';
import { HTTP_NEEDS } from '../http-needs.js';
import { selectBytes } from './byte-range.js';
import { recordingFileName } from './file-name.js';
import type { PlayLog } from './play-log.js';

export interface RecordingRouteParts {
  authenticator: Authenticator;
  recordings: RecordingStore;
  audio: AudioStore;
  plays: PlayLog;
  /** A reader that takes nothing for this long is cut off, in ms. */
  stallMs: number;
}

interface RecordingRoute {
  Params: { id: string };
  Querystring: { download?: string };
}

type Request = FastifyRequest<RecordingRoute>;

/** A copy that can be played. */
interface Playable {
  callId: string;
  storageKey: string;
  contentType: string;
  bytes: number;
  etag: string;
  fileName: string;
}

/** `GET /recordings/:id`, the id being the call's: the audio, whole or in ranges, as players ask for it. */
export const registerRecordings = (parts: RecordingRouteParts) => async (app: FastifyInstance) => {
  const playing = new Set<ServerResponse>();
  app.addHook('preClose', async () => {
    for (const response of playing) response.destroy();
  });
  app.route<RecordingRoute>({
    url: '/recordings/:id',
    method: ['GET', 'HEAD'],
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const { viewer, by } = await listenerOf(parts.authenticator, request);
      const row = await rowOf(parts.recordings, viewer, request.params.id);
      const elsewhere = addressElsewhere(row);
      if (elsewhere !== null) return reply.header('referrer-policy', 'no-referrer').redirect(elsewhere, 302);
      const copy = playableOf(row);
      const isDownload = request.query.download === '1';
      describe(reply, copy, isDownload);
      const bytes = selected(request, reply, copy);
      if (bytes === null || request.method === 'HEAD') return reply.send();
      await parts.plays.note({
        tenantId: viewer.tenantId,
        callId: copy.callId,
        actor: actorOf(viewer),
        by,
        isDownload,
      });
      return stream(parts, reply, copy, bytes, playing);
    },
  });
};

/** A key in the header counts before a link; without either there is no saying who asks. */
async function listenerOf(
  authenticator: Authenticator,
  { headers: { authorization }, url }: Request,
): Promise<{ viewer: Viewer; by: 'KEY' | 'LINK' }> {
  const isByKey = authorization !== undefined;
  const viewer = isByKey
    ? await authenticator.authenticate(authorization)
    : await authenticator.authenticateLink(url);
  if (viewer === null && isByKey) throw new Unauthenticated();
  if (viewer === null)
    throw new Forbidden('This link is not valid, or not any more: ask for the url of the recording again.');
  if (!may(viewer.role, HTTP_NEEDS['GET /recordings/:id'])) throw new Forbidden();
  return { viewer, by: isByKey ? 'KEY' : 'LINK' };
}

async function rowOf(recordings: RecordingStore, viewer: Viewer, id: string): Promise<RecordingRow> {
  const callId = localId('Call', id);
  const row = callId === null ? null : await recordings.find(viewer.tenantId, callId);
  if (row === null || row.state === 'NONE') throw new NotFound('recording');
  return row;
}

/** Where its provider has a recording that we only refer to. */
const addressElsewhere = (row: RecordingRow): string | null =>
  row.state === 'AVAILABLE' && !isKept(row) && /^https?:\/\//i.test(row.url ?? '') ? row.url : null;

function playableOf(row: RecordingRow): Playable {
  const { state, reason, callId, storageKey, contentType, bytes, sha256 } = row;
  if (state === 'PENDING')
    throw new ThroughlineError('NOT_FOUND', `The recording is not here yet. ${reason ?? ''}`.trim());
  if (state !== 'AVAILABLE') throw new Gone(`The recording is gone: ${reason ?? 'nobody says why.'}`);
  if (storageKey === null || contentType === null || bytes === null || sha256 === null)
    throw new NotFound('recording');
  const fileName = recordingFileName(callId, contentType, row.startedAt ?? row.fetchedAt);
  return { callId, storageKey, contentType, bytes, etag: `"${sha256}"`, fileName };
}

function describe(reply: FastifyReply, copy: Playable, isDownload: boolean): void {
  const disposition = isDownload ? 'attachment' : 'inline';
  reply.headers({
    'accept-ranges': 'bytes',
    etag: copy.etag,
    'content-type': copy.contentType,
    'content-disposition': `${disposition}; filename="${copy.fileName}"`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
}

/** Sets the status and the length; null when there is nothing to send. */
function selected(request: Request, reply: FastifyReply, { bytes, etag }: Playable): ByteRange | null {
  const { range, 'if-range': ifRange } = request.headers;
  const selection = selectBytes(bytes, etag, { range, ifRange: ifRange as string | undefined });
  if (selection.kind === 'UNSATISFIABLE') {
    reply.code(416).headers({ 'content-range': `bytes */${bytes}`, 'content-length': '0' });
    return null;
  }
  const { start, end } = selection.kind === 'PART' ? selection : { start: 0, end: bytes - 1 };
  if (selection.kind === 'PART') reply.code(206).header('content-range', `bytes ${start}-${end}/${bytes}`);
  reply.header('content-length', String(end - start + 1));
  return { start, end };
}

/** No faster than it is taken. A listener that goes away, or takes nothing for too long, ends the reading. */
async function stream(
  { audio, stallMs }: RecordingRouteParts,
  reply: FastifyReply,
  copy: Playable,
  bytes: ByteRange,
  playing: Set<ServerResponse>,
): Promise<FastifyReply> {
  const source = await audio.read(copy.storageKey, bytes);
  if (source === null) {
    for (const name of ['content-length', 'content-range', 'content-type', 'etag', 'content-disposition'])
      reply.removeHeader(name);
    throw new Gone('The recording is gone: its file is not in the storage any more.');
  }
  const response = reply.raw;
  playing.add(response);
  response.once('close', () => playing.delete(response));
  response.setTimeout(stallMs, () => response.destroy());
  return reply.send(source);
}
