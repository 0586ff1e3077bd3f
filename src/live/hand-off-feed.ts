import { canonicalJson } from '../domain/canonical.js';
import type { ActionReader } from '../storage/control/action-reader.js';
import type { HandOffRow, TenantFrame } from '../storage/read-model.js';
import type { LiveHandOffs } from './events.js';
import type { FanOut, Seen } from './fan-out.js';

export interface HandOffFeedParts {
  fanOut: FanOut;
  actions: ActionReader;
  /** The longest it waits for the feed before it looks by itself, in ms. */
  waitMs: number;
}

/** How many of those that wait longest are told. */
const MOST = 100;

/** What of an interaction changes when its call begins or ceases to wait for a human. */
const TELLING = new Set(['transfers', 'segments', 'status', 'availableActions']);

/** The hand-off inbox as it changes, from the numbered change feed: whichever process changes it. */
export class HandOffFeed implements LiveHandOffs {
  constructor(private readonly parts: HandOffFeedParts) {}

  async *inbox(frame: TenantFrame): AsyncIterableIterator<HandOffRow[]> {
    const { fanOut, waitMs } = this.parts;
    const subscriber = await fanOut.subscribe(frame, null);
    try {
      let told = '';
      for (let isTelling = true; ;) {
        if (isTelling) {
          const rows = await this.#waiting(frame);
          const now = canonicalJson(rows);
          if (now !== told) yield rows;
          told = now;
        }
        const items = await subscriber.queue.take(waitMs);
        if (items === 'closed') return;
        isTelling = items === 'overflow' || items.length === 0 || items.some(tells);
      }
    } finally {
      subscriber.close();
    }
  }

  async #waiting(frame: TenantFrame): Promise<HandOffRow[]> {
    const { edges } = await this.parts.actions.handOffs(frame, { first: MOST });
    return edges.map(({ node }) => node);
  }
}

const tells = ({ change }: Seen): boolean =>
  change.kind !== 'UPSERTED' ||
  change.revision === 1 ||
  change.changedFields.some((field) => TELLING.has(field));
