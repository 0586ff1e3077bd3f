import type { Instant, MonitoringKind } from '../domain/words.js';
import type { Actor } from '../storage/audit/audit-log.js';
import type { MonitoringActionRow, TenantFrame } from '../storage/read-model.js';

/** An action as a client asks for it. */
export interface ActionRequest {
  kind: MonitoringKind;
  /** Local id. */
  callId: string;
  /** Makes the same request twice one action; null: one is made. */
  actionId: string | null;
  /** TRANSFER: the number to dial. LISTEN_IN, TAKE_OVER: where the person is rung, if the vendor rings people. */
  destination: string | null;
  /** COACH: what the agent is told. */
  note: string | null;
}

/** By what a person hears, or speaks in, the call. */
export const JOIN_PROTOCOLS = ['AUDIO_WEBSOCKET', 'LIVEKIT', 'TELEPHONE'] as const;
export type JoinProtocol = (typeof JOIN_PROTOCOLS)[number];

/** How the person who asked joins the call. */
export interface Join {
  protocol: JoinProtocol;
  /** Null when the vendor rings the person. */
  url: string | null;
  /** For the vendor's own client; null otherwise. */
  token: string | null;
  expiresAt: Instant | null;
}

export interface Acted {
  action: MonitoringActionRow;
  join: Join | null;
}

/** Who asks, and until when they may. */
export interface Person extends Actor {
  expiresAt: Instant | null;
}

/** What the GraphQL layer needs of the control of live calls. */
export interface Monitor {
  /**
   * Keeps, audits and sends an action; answers it as it is when the vendor has answered or time is up. Throws
   * NOT_FOUND, BAD_USER_INPUT, ACTION_NOT_ALLOWED, CONFLICT or CAPABILITY_MISSING: then nothing was kept or sent.
   */
  act(frame: TenantFrame, person: Person, request: ActionRequest): Promise<Acted>;
  /** What may be done to each of these calls now, whoever asks. One statement. */
  available(tenantId: string, callIds: readonly string[]): Promise<Map<string, MonitoringKind[]>>;
}
