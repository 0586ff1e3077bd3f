export interface WakeLoopOptions {
  /** The longest it waits when nobody wakes it, in ms. */
  pollMs?: number;
  onError?: (error: unknown) => void;
}

/**
 * Pulls when it is woken, and after a second at the latest while anybody listens: one pull at a time, and one more
 * for whatever woke it meanwhile.
 */
export class WakeLoop {
  #timer: NodeJS.Timeout | null = null;
  #busy = false;
  #again = false;
  #closed = false;

  constructor(
    private readonly isListened: () => boolean,
    private readonly pull: () => Promise<void>,
    private readonly options: WakeLoopOptions,
  ) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  wake(): void {
    if (!this.isListened() || this.#closed) return;
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    void this.#pullAll().finally(() => {
      this.#busy = false;
      this.schedule();
    });
  }

  /** Waits for the next pull, from now on. */
  schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.isListened() && !this.#closed)
      this.#timer = setTimeout(() => this.wake(), this.options.pollMs ?? 1_000);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #pullAll(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.pull();
      } catch (error) {
        this.options.onError?.(error);
      }
    }
  }
}
