/**
 * What waits for one subscriber. It never holds more than its capacity: when it is full, entries about the
 * same thing are merged, and when that does not help everything is dropped and the reader is told.
 */
export class BoundedQueue<T> {
  #items: T[] = [];
  #overflowed = false;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(
    private readonly capacity: number,
    private readonly keyOf: (item: T) => string,
    private readonly merge: (older: T, newer: T) => T,
  ) {}

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#closed || this.#overflowed) return;
    this.#items.push(item);
    if (this.#items.length > this.capacity) this.#items = this.#coalesced();
    if (this.#items.length > this.capacity) this.#overflow();
    this.#wake?.();
  }

  /**
   * Everything that waits, as soon as something does: an empty list after `timeoutMs` without anything,
   * `overflow` once after entries were dropped, `closed` at the end.
   */
  async take(timeoutMs: number): Promise<T[] | 'overflow' | 'closed'> {
    if (!this.#ready()) await this.#waitFor(timeoutMs);
    if (this.#closed) return 'closed';
    if (this.#overflowed) {
      this.#overflowed = false;
      return 'overflow';
    }
    const items = this.#items;
    this.#items = [];
    return items;
  }

  close(): void {
    this.#closed = true;
    this.#items = [];
    this.#wake?.();
  }

  #ready(): boolean {
    return this.#closed || this.#overflowed || this.#items.length > 0;
  }

  #waitFor(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
    });
  }

  /** One entry a key, at the place of its newest. */
  #coalesced(): T[] {
    const byKey = new Map<string, T>();
    for (const item of this.#items) {
      const key = this.keyOf(item);
      const older = byKey.get(key);
      byKey.delete(key);
      byKey.set(key, older === undefined ? item : this.merge(older, item));
    }
    return [...byKey.values()];
  }

  #overflow(): void {
    this.#items = [];
    this.#overflowed = true;
  }
}
