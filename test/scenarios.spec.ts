import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JoiningScenario } from './support/joining-scenarios.js';
import { JOINING_SCENARIOS } from './support/joining-scenarios.js';
import type { Order } from './support/scenario-player.js';
import { ScenarioPlayer, windowsOf } from './support/scenario-player.js';
import type { Step } from './support/scenarios.js';
import { ordersOf, SCENARIOS } from './support/scenarios.js';

/** Orders of the records that are tried where there are more than so many; always the same ones. */
const SAMPLE = 24;
const SEED = 7;

/** All orders of the steps if they are few, else a sample of them, the natural order among it. */
function orders(steps: readonly Step[], most: number): Step[][] {
  if (steps.length < 2) return [[...steps]];
  const all = steps.length <= 6 ? ordersOf(steps) : [];
  if (all.length > 0 && all.length <= most) return all;
  const any = fc.shuffledSubarray([...steps], { minLength: steps.length });
  return [[...steps], ...fc.sample(any, { numRuns: most - 1, seed: SEED })];
}

/** One order of each window for each copy; each window's orders come round until the longest are through. */
function copies(scenario: JoiningScenario, most = SAMPLE): Order[] {
  const choices = windowsOf(scenario).map((steps) => orders(steps, most));
  const count = Math.max(...choices.map((choice) => choice.length));
  return Array.from({ length: count }, (_, copy) =>
    choices.map((choice) => choice[copy % choice.length] ?? []),
  );
}

let player: ScenarioPlayer;
beforeAll(async () => {
  player = await ScenarioPlayer.start();
});
afterAll(() => player.close());

const named = (scenario: JoiningScenario): [string, JoiningScenario] => [scenario.name, scenario];
const { anyOrder, ...others } = SCENARIOS;

describe('the seventeen scenarios, through the doors of the server, in their orders', () => {
  it(
    anyOrder.name,
    async () => {
      const all = copies(anyOrder, 720);
      expect(all).toHaveLength(720);
      await player.play(anyOrder, all);
    },
    300_000,
  );

  it.each([...Object.values(others), ...JOINING_SCENARIOS].map(named))(
    '%s',
    async (_name, scenario) => {
      const few = scenario.steps.length > 100 ? 1 : SAMPLE;
      await player.play(scenario, copies(scenario, few));
    },
    300_000,
  );
});
