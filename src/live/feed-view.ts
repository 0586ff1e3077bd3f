import type { InteractionRow } from '../storage/read-model.js';
import type { FeedEvent, FeedRemovalReason } from './events.js';
import { mergeSeen } from './fan-out.js';
import type { Seen } from './fan-out.js';

/** An event that has its place in the feed but not yet its cursor. */
export type PlacedEvent = { position: number } & WithoutCursor<FeedEvent>;
type WithoutCursor<E> = E extends FeedEvent ? Omit<E, 'cursor'> : never;

/** More than a client can have on a screen; beyond it the oldest are forgotten. */
const REMEMBERED = 20_000;

/**
 * What one subscriber has been shown. It decides which event a change becomes for this subscriber: a state,
 * a removal, or nothing, because the state was shown before.
 */
export class FeedView {
  readonly #shown = new Map<string, number>();
  readonly #overtaken = new Map<string, Seen>();
  #mayKnowMore: boolean;

  /** `resumed`: the client holds interactions that this view does not know of. */
  constructor(resumed: boolean) {
    this.#mayKnowMore = resumed;
  }

  /** The client has been shown this state. */
  show(row: InteractionRow): void {
    this.#shown.delete(row.id);
    this.#shown.set(row.id, row.revision);
    const oldest = this.#shown.keys().next();
    if (this.#shown.size <= REMEMBERED || oldest.done === true) return;
    this.#shown.delete(oldest.value);
    this.#mayKnowMore = true;
  }

  eventsOf(items: readonly Seen[]): PlacedEvent[] {
    return items.flatMap((item) => this.#eventOf(item));
  }

  #eventOf(item: Seen): PlacedEvent[] {
    const { change, row } = item;
    if (change.kind === 'REMOVED') return this.#removal(item, change.removalReason ?? 'DELETED');
    if (row === null) return item.left ? this.#removal(item, 'LEFT_FILTER') : [];
    return this.#upsert(item, row);
  }

  /**
   * A state that a later change has overtaken waits for that change, which is committed and on its way: so
   * every event's state is the one of its own revision, and `changedFields` misses nothing. An analysis
   * changes what an interaction shows but not the interaction: its event repeats the revision.
   */
  #upsert(item: Seen, row: InteractionRow): PlacedEvent[] {
    const waiting = this.#overtaken.get(row.id);
    const { change } = waiting === undefined ? item : mergeSeen(waiting, item);
    if (change.revision < row.revision) {
      this.#overtaken.set(row.id, { ...item, change });
      return [];
    }
    this.#overtaken.delete(row.id);
    const wasShown = (this.#shown.get(row.id) ?? -1) >= change.revision;
    if (wasShown && change.analyses.length === 0) return [];
    this.show(row);
    const { position, revision, changedFields, causeKind, causeId } = change;
    return [
      {
        type: 'UPSERTED',
        position,
        interaction: row,
        revision,
        changedFields,
        causedBy: { kind: causeKind, id: causeId },
      },
    ];
  }

  #removal({ change }: Seen, reason: FeedRemovalReason): PlacedEvent[] {
    const known = this.#shown.delete(change.interactionId);
    this.#overtaken.delete(change.interactionId);
    if (!known && !(this.#mayKnowMore && change.revision > 1)) return [];
    return [
      {
        type: 'REMOVED',
        position: change.position,
        interactionId: change.interactionId,
        reason,
        mergedInto: change.mergedInto,
      },
    ];
  }
}
