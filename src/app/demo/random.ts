/**
 * Random numbers that a seed determines: the same seed gives the same row of numbers on every machine.
 * The generator is splitmix32, whose rows differ from the first number on even for neighbouring seeds.
 * Good enough to tell stories, not to keep secrets.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from the first to the last, both included. */
  whole(first: number, last: number): number {
    return first + Math.floor(this.next() * (last - first + 1));
  }

  /** A number between two, with so many decimals. */
  between(low: number, high: number, decimals: number): number {
    return Number((low + this.next() * (high - low)).toFixed(decimals));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.whole(0, items.length - 1)] ?? items[0];
  }

  /** The first items are taken far more often than the last. */
  pickEarly<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.next() ** 2 * items.length)] ?? items[0];
  }

  /** A name, as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const names = Object.keys(weights) as T[];
    const total = names.reduce((sum, name) => sum + weights[name], 0);
    let left = this.next() * total;
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    throw new Error('weighted: nothing has a weight');
  }
}

/** A list of which TypeScript does not know that it has items. */
export function some<T>(items: readonly T[]): [T, ...T[]] {
  const [first, ...others] = items;
  if (first === undefined) throw new Error('there is nothing to choose from');
  return [first, ...others];
}
