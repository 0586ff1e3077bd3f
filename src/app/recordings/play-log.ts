import type { DataSource } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { Actor } from '../../storage/audit/audit-log.js';
import { audit } from '../../storage/audit/audit-log.js';

/** A player asks for one recording many times: within this time that is one entry in the log. */
const ONE_PLAY_MS = 15 * 60_000;
const REMEMBERED = 10_000;

export interface Play {
  tenantId: string;
  callId: string;
  actor: Actor;
  by: 'KEY' | 'LINK';
  isDownload: boolean;
}

/**
 * Writes into the audit log who heard which recording: at the first request for its bytes, and again after
 * 15 minutes. Each process remembers for itself, so that two may note the same play.
 */
export class PlayLog {
  readonly #noted = new Map<string, Instant>();

  constructor(
    private readonly db: DataSource,
    private readonly now: () => Instant,
  ) {}

  /** Once it resolves, the play is in the log; a play that cannot be noted is not to be served. */
  async note({ tenantId, callId, actor, by, isDownload }: Play): Promise<void> {
    const now = this.now();
    const play = [tenantId, callId, actor.id, isDownload].join('/');
    if ((this.#noted.get(play) ?? -Infinity) > now - ONE_PLAY_MS) return;
    const deed = { action: 'RECORDING_PLAYED', subjectId: callId, detail: { by, isDownload } } as const;
    await this.db.transaction((tx) => audit(tx, tenantId, actor, [deed], now));
    if (this.#noted.size >= REMEMBERED) this.#noted.clear();
    this.#noted.set(play, now);
  }
}
