import { expect } from '@jest/globals';
import { sortedBriefs } from './canonical.js';
import type { ActedLook, JoiningScenario } from './joining-scenarios.js';
import { callsOf } from './native.js';
import type { Sight } from './scenario-sight.js';
import type { Wire } from './scenario-stage.js';
import { Stage } from './scenario-stage.js';
import type { Step } from './scenarios.js';
import { BASE } from './scenarios.js';
import { TestServer } from './server.js';

/** The steps of one copy of a scenario up to each of its looks, in the order in which they are sent. */
export type Order = readonly (readonly Step[])[];

/** Which steps come between one look and the next. */
export const windowsOf = ({ steps, then }: JoiningScenario): Step[][] =>
  then.map(({ atMs }, place) => {
    const since = then[place - 1]?.atMs ?? -Infinity;
    return steps.filter((step) => step.atMs > since && step.atMs <= atMs);
  });

/**
 * Plays scenarios through the doors of a real server. Each order is a copy of the scenario with ids and numbers of
 * its own; all copies are sent side by side, first the first record of each, then the second of each.
 */
export class ScenarioPlayer {
  private plays = 0;

  private constructor(
    private readonly clock: { now: number },
    private readonly server: TestServer,
  ) {}

  static async start(): Promise<ScenarioPlayer> {
    const clock = { now: BASE };
    const server = await TestServer.start({ now: () => clock.now, measureMs: 3_600_000 });
    return new ScenarioPlayer(clock, server);
  }

  /** Compares what the scenario says is to be seen at each look with what is to be seen of every copy. */
  async play(wire: Wire, scenario: JoiningScenario, orders: readonly Order[]): Promise<void> {
    this.plays += 1;
    const calls = callsOf(scenario.steps);
    const stage = await Stage.open(this.server, `play ${this.plays}`, { wire, calls, clock: this.clock });
    for (const [place, look] of scenario.then.entries()) {
      this.clock.now = look.atMs;
      await stage.send(orders.map((windows) => windows[place] ?? []));
      await stage.settle();
      for (const act of look.acts ?? []) await stage.act(act, orders);
      await stage.settle();
      expect(await stage.seen(orders.length)).toEqual([wanted(look)]);
    }
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

const wanted = ({ interactions, relations = [] }: ActedLook): Sight => ({
  interactions: sortedBriefs(interactions),
  relations,
});
