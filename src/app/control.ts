import { ControlDesk } from '../control/desk.js';
import { Listening } from '../control/listening.js';
import type { RelayOptions } from '../control/relay.js';
import { ActionFeed } from '../live/action-feed.js';
import { PostgresBus } from '../live/bus/postgres-bus.js';
import type { ActionReader } from '../storage/control/action-reader.js';
import { ACTION_CHANNEL } from '../storage/control/action-row.js';
import { ActionStore } from '../storage/control/action-store.js';
import { StepStore } from '../storage/control/step-store.js';
import type { Sealer } from '../storage/seal.js';
import type { LinkSigner } from '../storage/signed-link.js';
import type { Authenticator } from './authenticate.js';
import type { Database } from './database.js';
import { ListenSockets, listenPath } from './listen.js';
import { Repeated } from './repeated.js';

export interface ControlParts {
  database: Database;
  reader: ActionReader;
  sealer: Sealer;
  links: LinkSigner;
  authenticator: Authenticator;
  /** Where people reach us, by http; known once the server listens. */
  publicUrl: () => string;
  /** Called after a commit that wrote changes. */
  onCommit: () => void;
  queue: number;
  now: () => number;
  report: (where: string) => (error: unknown) => void;
  /** How long a vendor is waited for, and how relays behave; for tests. */
  options: { timeoutMs?: number; relay?: Omit<RelayOptions, 'hearing'> };
}

const SWEEP_MS = 500;
const FORGET_MS = 60_000;

/** Everything that acts on live calls, tied together. */
export async function makeControl(parts: ControlParts) {
  const { database, reader, sealer, links, authenticator, publicUrl, onCommit, now, report, options } = parts;
  const actions = new ActionStore(database.db, onCommit);
  const steps = new StepStore(database.db);
  const bus = new PostgresBus(database.url, ACTION_CHANNEL);
  await bus.start();
  const feed = new ActionFeed(reader, bus, { capacity: parts.queue, onError: report('action-feed') });
  const desk = new ControlDesk({
    actions,
    steps,
    sealer,
    now,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    listenUrl: (tenantId, { id, role, expiresAt }, actionId) =>
      publicUrl().replace(/^http/, 'ws') +
      links.sign({ tenantId, keyId: id, role, expiresAt }, listenPath(actionId), now()).path,
  });
  const sockets = new ListenSockets({
    authenticator,
    listening: new Listening({ actions, sealer, now }),
    onError: report('listen'),
    ...(options.relay === undefined ? {} : { options: options.relay }),
  });
  const sweeper = new Repeated(() => actions.sweep(now()), SWEEP_MS, report('action-sweeper'));
  const forget = async () => [await actions.forgetControls(), await steps.forget()];
  const forgetter = new Repeated(forget, FORGET_MS, report('action-sweeper'));
  return {
    desk,
    feed,
    sockets,
    start: () => {
      sweeper.start();
      forgetter.start();
    },
    close: async () => {
      feed.close();
      sockets.close();
      await desk.settled();
      await sweeper.stop();
      await forgetter.stop();
      await bus.close();
    },
  };
}
