import type { JsonObject } from '../domain/record.js';
import type { ActionStep, Instant, MonitoringKind } from '../domain/words.js';
import type { Send, VendorReply, VendorRequest } from './request.js';

/** A live call as its vendor must be told of it. */
export interface Target {
  /** The vendor's id of the call. */
  externalId: string;
  /** What the vendor gave for steering just this call, such as addresses; empty: nothing. */
  handle: Readonly<Record<string, string>>;
  /** `settings.control` of the source. */
  settings: JsonObject;
  /** The source's secret, which also proves its deliveries. */
  secret: string | null;
  /** The number of ours that the call uses. */
  did: string | null;
}

/** An action as it is sent. */
export interface Order {
  /** The action's id: vendors that know such keys are given it, so that they too can tell repetitions. */
  id: string;
  kind: MonitoringKind;
  /** A number in E.164 or an address: where the call goes, or who is rung. */
  destination: string | null;
  note: string | null;
  /** Who had the call before it was taken over, as the vendor's answer named them. */
  previous: string | null;
  /** Where a call that was taken over goes back to, as the take-over kept it; null: it kept nothing. */
  returnTo: string | null;
  at: Instant;
}

/** For an action that takes several commands: each of them is kept before it is sent, and sent at most once. */
export interface Steps {
  /**
   * Sends the command of this step, with what a hand-back will need. UNSENT also when it was sent before, or when the
   * action has been settled meanwhile.
   */
  send(step: ActionStep, request: VendorRequest, returnTo?: string | null): Promise<VendorReply>;
  /** How many ms there are left for the whole action. */
  left(): number;
}

/**
 * What became of one command to a vendor.
 * DONE: the answer itself says that it happened. ACCEPTED: it was taken, the call's own records will show it.
 * FAILED: the vendor answered with a fault, or was never reached. LOST: it may have happened, nobody knows.
 * Whatever it is, it is never sent again.
 */
export type Answer = Success | Failure;

export interface Success {
  result: 'DONE' | 'ACCEPTED';
  /** Who had the call until now. */
  previous?: string;
}

export interface Failure {
  result: 'FAILED' | 'LOST';
  reason: string;
}

/** How a person joins by the vendor's own client. */
export interface Connection {
  url: string;
  token: string;
}

/** Where the vendor streams a call's audio: a WebSocket of binary frames. */
export interface Stream {
  url: string;
  /** `PCM16` or `MULAW`, and samples a second; null: the vendor does not say. */
  encoding: string | null;
  sampleRate: number | null;
}

/**
 * What the core needs of a vendor. An adapter makes at most one command for an order, or several by `steps`; what it
 * has to look up it only reads.
 */
export interface ControlAdapter {
  /** The vendor's name, as sources have it. */
  provider: string;
  /** What can be done with these settings. */
  capabilities(settings: JsonObject, secret: string | null): ReadonlySet<MonitoringKind>;
  /** Actions for which the person must say where they are to be rung. */
  rings?: ReadonlySet<MonitoringKind>;
  /** Not asked for LISTEN_IN where `stream` is there: nothing is to be commanded for that. */
  perform(order: Order, target: Target, send: Send, steps: Steps): Promise<Answer>;
  /** Where the audio is; null when the vendor gives none for this call. */
  stream?(target: Target, send: Send): Promise<Stream | null>;
  /** How the person joins by the vendor's own client, to listen without a microphone or to speak. */
  connection?(kind: MonitoringKind, target: Target, person: string, now: Instant): Connection | null;
}
