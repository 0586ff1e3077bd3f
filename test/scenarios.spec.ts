import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JoiningScenario } from './support/joining-scenarios.js';
import { JOINING_SCENARIOS } from './support/joining-scenarios.js';
import type { Order } from './support/scenario-player.js';
import { ScenarioPlayer, windowsOf } from './support/scenario-player.js';
import type { Wire } from './support/scenario-stage.js';
import type { Step } from './support/scenarios.js';
import { ordersOf, SCENARIOS } from './support/scenarios.js';

/** Up to so many orders of the records, all are tried. */
const ALL = 720;
/** Where there are more, so many of them, always the same ones, the natural order among them. */
const SAMPLE: Record<Wire, number> = { neutral: 24, native: 8 };
const SEED = 7;
/**
 * How many orders are tried of scenarios that would take long, by their numbers. The records of the first are those of
 * the second, which plays all their orders; the sixteenth takes a person's decision for each order. A vendor's delivery
 * is a request of its own.
 */
const FEWER: Record<Wire, Readonly<Record<number, number>>> = {
  neutral: { 1: 1, 16: SAMPLE.neutral },
  native: { 1: 1, 2: 120 },
};
/** A scenario of more records than this is played in its natural order alone. */
const LONG = 100;

/** How many orders a scenario has: within each window between two looks its records may come in any order. */
const countOf = (scenario: JoiningScenario): number =>
  windowsOf(scenario)
    .map((steps) => steps.reduce((product, _, place) => product * (place + 1), 1))
    .reduce((product, count) => product * count, 1);

const allOrders = (scenario: JoiningScenario): Order[] =>
  windowsOf(scenario).reduce<Step[][][]>(
    (orders, steps) => orders.flatMap((order) => ordersOf(steps).map((window) => [...order, window])),
    [[]],
  );

function someOrders(scenario: JoiningScenario, count: number): Order[] {
  const windows = windowsOf(scenario);
  const shuffled = windows.map((steps) => fc.shuffledSubarray([...steps], { minLength: steps.length }));
  return [windows, ...fc.sample(fc.tuple(...shuffled), { numRuns: count - 1, seed: SEED })];
}

const numberOf = ({ name }: JoiningScenario): number => Number(/^\d+/.exec(name)?.[0]);
const EVERY: readonly JoiningScenario[] = [...Object.values(SCENARIOS), ...JOINING_SCENARIOS].sort(
  (a, b) => numberOf(a) - numberOf(b),
);
/** A conference; a group of phones that ring at once; a thousand deliveries. */
const NEUTRAL_ALONE = [7, 9, 14];

/** The orders in which a scenario is played: all of them if they are few. */
function ordersFor(wire: Wire, scenario: JoiningScenario): Order[] {
  if (scenario.steps.length > LONG) return someOrders(scenario, 1);
  const fewer = FEWER[wire][numberOf(scenario)];
  if (fewer === undefined && wire === 'neutral' && countOf(scenario) <= ALL) return allOrders(scenario);
  return someOrders(scenario, fewer ?? SAMPLE[wire]);
}

const tableOf = (wire: Wire): [string, JoiningScenario, Order[]][] =>
  EVERY.filter((one) => wire === 'neutral' || !NEUTRAL_ALONE.includes(numberOf(one))).map((one) => {
    const orders = ordersFor(wire, one);
    const share = orders.length === countOf(one) ? 'all' : 'some';
    return [`${one.name} (${share} of its orders: ${orders.length})`, one, orders];
  });

let player: ScenarioPlayer;
beforeAll(async () => {
  player = await ScenarioPlayer.start();
});
afterAll(() => player.close());

describe('the seventeen scenarios, through the doors of the server', () => {
  it('are seventeen', () => {
    expect(EVERY.map(numberOf)).toEqual(Array.from({ length: 17 }, (_, place) => place + 1));
    const all = allOrders(SCENARIOS.anyOrder).map((order) => JSON.stringify(order));
    expect(new Set(all).size).toBe(720);
  });

  describe('as neutral records', () => {
    it.each(tableOf('neutral'))(
      '%s',
      async (_name, scenario, orders) => {
        await player.play('neutral', scenario, orders);
      },
      300_000,
    );
  });

  describe('as status callbacks of Twilio and server messages of Vapi', () => {
    it.each(tableOf('native'))(
      '%s',
      async (_name, scenario, orders) => {
        await player.play('native', scenario, orders);
      },
      300_000,
    );
  });
});
