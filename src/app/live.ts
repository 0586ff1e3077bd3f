import { AnalysisFeed } from '../live/analysis-feed.js';
import { PostgresBus } from '../live/bus/postgres-bus.js';
import { ChangeFeed } from '../live/change-feed.js';
import { FanOut } from '../live/fan-out.js';
import { HandOffFeed } from '../live/hand-off-feed.js';
import { Sequencer } from '../live/sequencer.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import type { Stores } from './stores.js';

interface LiveOptions {
  config: Config;
  database: Database;
  /** From one sign of life to the next, in ms. */
  heartbeatMs?: number;
}

/** What tells clients of changes: the numbered feed, who follows it, and who is woken. */
export async function makeLive(
  { config, database, heartbeatMs = 15_000 }: LiveOptions,
  { readers, feed, cursors }: Stores,
  now: () => number,
  report: (where: string) => (error: unknown) => void,
) {
  const bus = new PostgresBus(database.url);
  await bus.start();
  const sequencer = new Sequencer(database.url, bus, { onError: report('sequencer') });
  const fanOut = new FanOut(feed, readers.interactions, bus, {
    capacity: config.subscriptionQueue,
    now,
    onError: report('fan-out'),
  });
  return {
    bus,
    sequencer,
    fanOut,
    feed: new ChangeFeed({ ...readers, fanOut, feed, cursors, now, heartbeatMs }),
    analyses: new AnalysisFeed({ ...readers, fanOut, feed, waitMs: heartbeatMs }),
    handOffs: new HandOffFeed({ ...readers, fanOut, waitMs: heartbeatMs }),
  };
}
