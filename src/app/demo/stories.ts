import type { Instant } from '../../domain/words.js';
import { castCall } from './cast.js';
import { plotCall } from './plot.js';
import { Random } from './random.js';
import type { StoryShape } from './shapes.js';
import { drawShape } from './shapes.js';
import { tellAssistant } from './tell-assistant.js';
import { tellDialer } from './tell-dialer.js';
import { tellHuman } from './tell-human.js';
import type { Statement } from './teller.js';

/** One call as its systems tell it. */
export interface Story {
  shape: StoryShape;
  /** When the line was closed; reports may come later. */
  endedAt: Instant;
  /** In the order in which they are sent. */
  statements: Statement[];
}

/**
 * A call that begins at an instant. The same arguments give the same story. `pace`: how many times faster
 * than in life people speak. `run` stands in all ids, so that equal seeds of different runs never meet.
 */
export function tellCall(seed: number, startAt: Instant, pace = 1, run = startAt.toString(36)): Story {
  const random = new Random(seed);
  const shape = drawShape(random);
  const cast = castCall(shape, `${run}-${(seed >>> 0).toString(36)}`, random);
  const plot = plotCall(shape, cast, startAt, pace, random);
  const statements = [
    ...tellDialer(plot, random),
    ...tellAssistant(plot, random),
    ...tellHuman(plot, random),
  ].sort(bySending);
  return { shape, endedAt: plot.endedAt, statements: disturb(statements, random) };
}

export const bySending = (a: Statement, b: Statement): number => a.atMs - b.atMs;

/** What networks do: some statement comes twice, and two neighbours change places. */
function disturb(statements: readonly Statement[], random: Random): Statement[] {
  const place = random.whole(0, statements.length - 2);
  const swapped = random.chance(0.1) ? swap(statements, place) : [...statements];
  const again = random.pick([...swapped] as [Statement, ...Statement[]]);
  if (random.chance(0.1)) swapped.push({ ...again, atMs: again.atMs + random.whole(300, 2_500) });
  return swapped.sort(bySending);
}

/** Each is sent when the other would have been. */
function swap(statements: readonly Statement[], place: number): Statement[] {
  const swapped = [...statements];
  const [first, second] = [swapped[place], swapped[place + 1]];
  if (first !== undefined && second !== undefined)
    swapped.splice(place, 2, { ...second, atMs: first.atMs }, { ...first, atMs: second.atMs });
  return swapped;
}
