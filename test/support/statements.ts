import type { DataSource, Logger } from 'typeorm';

export interface Statement {
  sql: string;
  parameters: unknown[];
}

export interface StatementCount {
  /** Every statement since the start or the last reset, in order. */
  readonly statements: readonly Statement[];
  readonly count: number;
  reset(): void;
  /** Gives the data source its own logger back. */
  stop(): void;
}

/** Counts the statements that go through a data source, by standing in for its logger. */
export function countStatements(dataSource: DataSource): StatementCount {
  const own = dataSource.logger;
  const statements: Statement[] = [];
  const recorder: Partial<Logger> = {
    logQuery: (sql, parameters = []) => statements.push({ sql, parameters: [...(parameters as unknown[])] }),
  };
  const setLogger = (logger: Logger) => Object.assign(dataSource, { logger });
  setLogger(Object.assign(Object.create(own) as Logger, recorder));
  return {
    statements,
    get count() {
      return statements.length;
    },
    reset: () => statements.splice(0),
    stop: () => setLogger(own),
  };
}
