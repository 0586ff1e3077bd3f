import { NotFound } from '../domain/errors.js';
import type { TimelineAnalysisStatus } from '../domain/verdict/verdict.js';
import type { AnalysisReader, TimelineAnalysisRow } from '../storage/analysis/analysis-reader.js';
import { asProgressing } from '../storage/analysis/analysis-reader.js';
import type { FeedRow, FeedStore } from '../storage/feed-store.js';
import type { InteractionReader } from '../storage/interaction-reader.js';
import type { TenantFrame } from '../storage/read-model.js';
import type { AnalysisUpdates } from './events.js';
import type { FanOut, Subscriber } from './fan-out.js';

export interface AnalysisFeedParts {
  fanOut: FanOut;
  feed: FeedStore;
  analyses: AnalysisReader;
  interactions: InteractionReader;
  /** The longest a subscriber waits for the feed before it looks by itself, in ms. */
  waitMs: number;
}

/** How many finished analyses a subscriber of a whole tenant is remembered to have seen. */
const REMEMBERED = 10_000;

/** What one subscriber has been told of each analysis. */
type Told = Map<string, TimelineAnalysisStatus>;

/** Analyses as they go on, from the numbered change feed: whichever process works on them. */
export class AnalysisFeed implements AnalysisUpdates {
  constructor(private readonly parts: AnalysisFeedParts) {}

  /** The present state first: the interaction's latest analysis, or all that run; then every state that is reached. */
  async *updates(
    frame: TenantFrame,
    interactionId: string | null,
  ): AsyncIterableIterator<TimelineAnalysisRow> {
    const { tenantId } = frame;
    const only = interactionId === null ? null : await this.#survivorOf(tenantId, interactionId);
    const subscriber = await this.parts.fanOut.subscribe(frame, null);
    try {
      const told: Told = new Map();
      for (const row of await this.#present(tenantId, only)) {
        told.set(row.id, row.status);
        yield row;
      }
      for await (const rows of this.#changes(tenantId, subscriber))
        yield* this.#fresh(tenantId, only, rows, told);
    } finally {
      subscriber.close();
    }
  }

  async #survivorOf(tenantId: string, id: string): Promise<string> {
    const { interactions } = this.parts;
    const survivor = (await interactions.survivors(tenantId, [id])).get(id) ?? id;
    const [row] = await interactions.byIds(tenantId, [survivor]);
    if (row === undefined) throw new NotFound('interaction');
    return row.id;
  }

  async #present(tenantId: string, only: string | null): Promise<TimelineAnalysisRow[]> {
    const { analyses } = this.parts;
    return only === null
      ? (await analyses.running(tenantId)).reverse()
      : analyses.byInteractions(tenantId, [only], { most: 1 });
  }

  /** The feed's rows in their order. What a slow reader could not take is read again: no state is lost. */
  async *#changes(tenantId: string, subscriber: Subscriber): AsyncIterableIterator<readonly FeedRow[]> {
    let position = subscriber.from;
    for (;;) {
      const items = await subscriber.queue.take(this.parts.waitMs);
      if (items === 'closed') return;
      const changes = items === 'overflow' ? [] : items.map(({ change }) => change);
      if (items === 'overflow')
        for (let missed = await this.#after(tenantId, position); missed.length > 0;) {
          yield missed;
          position = missed.at(-1)?.position ?? position;
          missed = await this.#after(tenantId, position);
        }
      const fresh = changes.filter((change) => change.position > position);
      position = fresh.at(-1)?.position ?? position;
      yield fresh;
    }
  }

  #after(tenantId: string, position: number): Promise<FeedRow[]> {
    return this.parts.feed.read(tenantId, position, 500);
  }

  async *#fresh(
    tenantId: string,
    only: string | null,
    rows: readonly FeedRow[],
    told: Told,
  ): AsyncIterableIterator<TimelineAnalysisRow> {
    const steps = rows
      .filter(
        ({ interactionId, analyses }) => only === null || interactionId === only || knows(told, analyses),
      )
      .flatMap(({ analyses }) => analyses);
    const known = new Map(
      (await this.parts.analyses.byIds(tenantId, [...new Set(steps.map(({ id }) => id))])).map((row) => [
        row.id,
        row,
      ]),
    );
    for (const { id, status } of steps) {
      const row = known.get(id);
      const before = told.get(id);
      if (row === undefined || before === status || (before !== undefined && before !== 'PROGRESSING'))
        continue;
      remember(told, id, status);
      yield status === 'PROGRESSING' ? asProgressing(row) : row;
    }
  }
}

const knows = (told: Told, analyses: readonly { id: string }[]): boolean =>
  analyses.some(({ id }) => told.has(id));

function remember(told: Told, id: string, status: TimelineAnalysisStatus): void {
  told.delete(id);
  told.set(id, status);
  const oldest = told.keys().next();
  if (told.size > REMEMBERED && oldest.done !== true) told.delete(oldest.value);
}
