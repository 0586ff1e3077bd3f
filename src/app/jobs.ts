import type { Runner, TaskList } from 'graphile-worker';
import { Logger, run, runMigrations } from 'graphile-worker';
import type { JsonObject } from '../domain/record.js';

/** What the process does in the background: each job's name, and the work. A job that throws is tried again later. */
export type Jobs = Record<
  string,
  (payload: JsonObject, attempt: { number: number; isLast: boolean }) => Promise<void>
>;

/** The library would print payloads; faults are told by `onError` alone. */
const SILENT = new Logger(() => () => undefined);

/** Makes the tables of the job queue, or brings them up to date. */
export const migrateJobs = (connectionString: string): Promise<void> =>
  runMigrations({ connectionString, logger: SILENT });

/** Works on this many jobs at a time until it is closed; jobs that run then are waited for. With 0 it does nothing. */
export async function startJobs(
  connectionString: string,
  jobs: Jobs,
  { concurrency = 4, onError }: { concurrency?: number; onError: (error: unknown) => void },
): Promise<{ close(): Promise<void> }> {
  if (concurrency === 0) return { close: () => Promise.resolve() };
  const runner: Runner = await run({
    connectionString,
    maxPoolSize: concurrency + 1,
    taskList: taskList(jobs, onError),
    concurrency,
    noHandleSignals: true,
    pollInterval: 1_000,
    logger: SILENT,
  });
  return { close: () => runner.stop() };
}

const taskList = (jobs: Jobs, onError: (error: unknown) => void): TaskList =>
  Object.fromEntries(
    Object.entries(jobs).map(([name, work]) => [
      name,
      async (payload, { job }) => {
        try {
          await work(payload as JsonObject, {
            number: job.attempts,
            isLast: job.attempts >= job.max_attempts,
          });
        } catch (error) {
          onError(error);
          throw error;
        }
      },
    ]),
  );
