import type { SourceStats } from '../storage/source-stats.js';

export interface MeasurerParts {
  stats: SourceStats;
  now: () => number;
  onMeasured: (standingAlarms: number) => void;
  onError: (error: unknown) => void;
  intervalMs?: number;
}

const FIRST_MS = 10_000;
const EVERY_MS = 5 * 60_000;

/** Measures the sources from time to time. It runs in every process; each tenant is measured by one at a time. */
export class Measurer {
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: MeasurerParts) {}

  start(waitMs = this.parts.intervalMs ?? FIRST_MS): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#turn().finally(() => {
        if (!this.#stopped) this.start(this.parts.intervalMs ?? EVERY_MS);
      });
    }, waitMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  async #turn(): Promise<void> {
    const { stats, now, onMeasured, onError } = this.parts;
    try {
      await stats.measure(now(), onError);
      onMeasured(await stats.standingAlarms(now()));
    } catch (error) {
      onError(error);
    }
  }
}
