import { WebSocket } from 'ws';
import type { Stream } from './port.js';

/** What a listener may still hear: YES, or why not. */
export type Hearing = 'YES' | 'CALL_OVER' | 'RIGHT_OVER';

export interface RelayOptions {
  /** Asked again and again while the relay runs. */
  hearing: () => Promise<Hearing>;
  recheckMs?: number;
  /** How long the vendor has to open its stream, in ms. */
  connectMs?: number;
  /** How long a listener may take nothing before it is sent away, in ms. */
  stallMs?: number;
}

/** Close codes of a relay, as the README tells them. */
export const RELAY_CLOSE = {
  over: 1000,
  goingAway: 1001,
  notForSpeaking: 1003,
  vendorFailed: 1011,
  tooSlow: 1013,
  forbidden: 4403,
} as const;

/**
 * Audio that a listener has not taken yet, in bytes. Above the first nothing more is passed on until it has sunk
 * below the second: what is late in a live call is worth nothing, so it is dropped, and the listener is told how much.
 */
export const BUFFERED = { most: 256 * 1_024, resume: 64 * 1_024 } as const;

const LARGEST_FRAME = 1_024 * 1_024;

/**
 * Passes a vendor's audio on to one listener, one way: nothing a listener sends goes anywhere, and sending ends
 * it. Resolves when it is over, for whatever reason; then both sockets are closed.
 */
export function relay(listener: WebSocket, stream: Stream, options: RelayOptions): Promise<void> {
  const { recheckMs = 2_000, connectMs = 5_000, stallMs = 30_000 } = options;
  const vendor = new WebSocket(stream.url, {
    handshakeTimeout: connectMs,
    maxPayload: LARGEST_FRAME,
    perMessageDeflate: false,
    followRedirects: false,
  });
  return new Promise((resolve) => {
    let stalledAt: number | null = null;
    let dropped = 0;
    const end = (code: number, reason: string) => {
      clearInterval(recheck);
      if (vendor.readyState === WebSocket.CONNECTING) vendor.terminate();
      else vendor.close();
      listener.close(code, reason);
      resolve();
    };
    const pass = (audio: Buffer) => {
      if (listener.bufferedAmount > (stalledAt === null ? BUFFERED.most : BUFFERED.resume)) {
        stalledAt ??= performance.now();
        dropped += 1;
        if (performance.now() - stalledAt > stallMs) end(RELAY_CLOSE.tooSlow, 'too slow');
        return;
      }
      if (dropped > 0) tell(listener, { type: 'dropped', frames: dropped });
      stalledAt = null;
      dropped = 0;
      listener.send(audio, { binary: true });
    };
    const recheck = setInterval(() => {
      options.hearing().then(
        (hearing) => {
          if (hearing === 'CALL_OVER') end(RELAY_CLOSE.over, 'the call is over');
          if (hearing === 'RIGHT_OVER') end(RELAY_CLOSE.forbidden, 'forbidden');
        },
        () => undefined,
      );
    }, recheckMs);
    vendor.on('open', () =>
      tell(listener, { type: 'listening', encoding: stream.encoding, sampleRate: stream.sampleRate }),
    );
    vendor.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) pass(data);
    });
    vendor.on('close', () => end(RELAY_CLOSE.over, 'the stream ended'));
    vendor.on('error', () => end(RELAY_CLOSE.vendorFailed, 'the stream cannot be reached'));
    listener.on('message', () => end(RELAY_CLOSE.notForSpeaking, 'listening only'));
    listener.on('close', () => end(RELAY_CLOSE.over, ''));
    listener.on('error', () => end(RELAY_CLOSE.over, ''));
  });
}

const tell = (listener: WebSocket, said: object): void => listener.send(JSON.stringify(said));
