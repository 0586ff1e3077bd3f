import { LISTEN_LINK_MS, refusalOf } from '../domain/monitoring.js';
import type { Instant } from '../domain/words.js';
import type { Actor } from '../storage/audit/audit-log.js';
import type { ActionStore } from '../storage/control/action-store.js';
import type { Sealer } from '../storage/seal.js';
import { adapterOf } from './adapters/index.js';
import { situationOf, targetOf } from './desk.js';
import type { Stream } from './port.js';
import { sendWithin } from './request.js';

export interface ListeningParts {
  actions: ActionStore;
  sealer: Sealer;
  now: () => Instant;
}

/** Looking up where the audio is may take this long, in ms. */
const LOOK_UP_MS = 5_000;

/** Why a link to listen opens nothing. */
export type Closed = 'NOT_FOUND' | 'EXPIRED' | 'CALL_OVER' | 'NO_STREAM';

/** Opens what a LISTEN_IN action allows: once, in time, by who asked for it, while the call is one to listen to. */
export class Listening {
  constructor(private readonly parts: ListeningParts) {}

  async open(tenantId: string, actionId: string, person: Actor): Promise<Opened | Closed> {
    const { actions, now } = this.parts;
    const action = await actions.byId(tenantId, actionId);
    if (action === null || action.kind !== 'LISTEN_IN' || action.actor !== person.id) return 'NOT_FOUND';
    if (now() - action.requestedAt > LISTEN_LINK_MS || action.listenedAt !== null) return 'EXPIRED';
    const [facts] = await actions.facts(tenantId, [action.callId]);
    if (facts === undefined || refusalOf('LISTEN_IN', situationOf(facts)) !== null) return 'CALL_OVER';
    if (!(await actions.openEar(tenantId, actionId, person, now()))) return 'EXPIRED';
    const begun = performance.now();
    const send = sendWithin(() => LOOK_UP_MS - (performance.now() - begun));
    const stream = await adapterOf(facts.source)?.stream?.(targetOf(facts, this.parts.sealer), send);
    return stream == null ? 'NO_STREAM' : { stream, callId: action.callId };
  }

  /** False when the call has ended, or has gone to somebody who is not to be listened to. */
  async isAudible(tenantId: string, callId: string): Promise<boolean> {
    const [facts] = await this.parts.actions.facts(tenantId, [callId]);
    return facts !== undefined && refusalOf('LISTEN_IN', situationOf(facts)) === null;
  }
}

export interface Opened {
  stream: Stream;
  callId: string;
}
