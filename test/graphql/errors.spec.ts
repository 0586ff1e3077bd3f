import { describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { buildSchema, execute, GraphQLError, parse } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { BadUserInput, Forbidden, NotFound, ThroughlineError } from '../../src/domain/errors.js';
import {
  isDatabaseFault,
  maskErrors,
  maskingFormatError,
  ofRequest,
  publicError,
} from '../../src/graphql/errors.js';
import { contextFor, run, servicesOn } from './api.js';

const SECRET = 'password=hunter2';

/** What a client sees of an error that a resolver throws, and what the log gets. */
function thrown(error: unknown) {
  const logged: unknown[] = [];
  const located = new GraphQLError(error instanceof Error ? error.message : String(error), {
    path: ['interactions', 0, 'legs'],
    originalError: error as Error,
  });
  return { shown: publicError(located, 'r-1', (fault) => logged.push(fault)), logged };
}

const fault = (message: string, extra: object = {}): Error => Object.assign(new Error(message), extra);

describe('a fault that the caller can mend', () => {
  test('keeps its code, its message and the field that is at fault', () => {
    expect(thrown(new BadUserInput('first', 'must be between 1 and 100.')).shown).toEqual({
      message: 'first must be between 1 and 100.',
      path: ['interactions', 0, 'legs'],
      extensions: { code: 'BAD_USER_INPUT', field: 'first' },
    });
    expect(thrown(new NotFound('call')).shown.extensions).toEqual({ code: 'NOT_FOUND' });
    expect(thrown(new Forbidden()).shown.extensions).toEqual({ code: 'FORBIDDEN' });
    expect(thrown(new ThroughlineError('CURSOR_EXPIRED', 'Start again.')).shown.extensions).toEqual({
      code: 'CURSOR_EXPIRED',
    });
  });

  test('keeps them even if it is wrapped more than once', () => {
    const wrapped = new GraphQLError('outer', {
      originalError: new GraphQLError('inner', { originalError: new NotFound('call') }),
    });
    expect(publicError(wrapped, null)).toMatchObject({
      message: 'There is no call with this id.',
      extensions: { code: 'NOT_FOUND' },
    });
  });

  test('is not logged', () => {
    expect(thrown(new NotFound('call')).logged).toEqual([]);
  });
});

describe('input that breaks a rule', () => {
  const violation = {
    property: 'input',
    target: { secret: SECRET },
    value: SECRET,
    children: [
      {
        property: 'records',
        value: SECRET,
        constraints: { arrayMaxSize: 'records must contain no more than 500 elements' },
      },
    ],
  };

  test('is answered with the rule and the path, never with the value', () => {
    const { shown } = thrown(new ArgumentValidationError([violation] as never));
    expect(shown).toMatchObject({
      message: 'records must contain no more than 500 elements',
      extensions: { code: 'BAD_USER_INPUT', field: 'input.records' },
    });
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });
});

describe('a lost database', () => {
  test.each([
    fault('terminating connection due to administrator command', { code: '57P01' }),
    fault('canceling statement due to statement timeout', { code: '57014' }),
    fault('sorry, too many clients already', { code: '53300' }),
    fault('could not serialize access', { code: '40001' }),
    fault('deadlock detected', { driverError: fault('deadlock', { code: '40P01' }) }),
    fault('canceling statement due to lock timeout', { code: '55P03' }),
    fault('server conn crashed', { code: '08006' }),
    fault('Connection terminated unexpectedly'),
    fault('timeout exceeded when trying to connect'),
    fault('Query read timeout'),
    fault(`connect ECONNREFUSED 10.0.0.5:5432 ${SECRET}`, { code: 'ECONNREFUSED' }),
  ])('is SERVICE_UNAVAILABLE in words of ours: $message', (error) => {
    const { shown, logged } = thrown(error);
    expect(shown.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', requestId: 'r-1' });
    expect(shown.message).not.toContain(error.message);
    expect(logged).toEqual([error]);
  });

  test('is not what a wrong statement is', () => {
    expect(isDatabaseFault(fault('column "x" does not exist', { code: '42703' }))).toBe(false);
    expect(isDatabaseFault('57P01')).toBe(false);
  });
});

describe('any other error', () => {
  test('is answered with one sentence and the request id, and goes to the log as it is', () => {
    const error = fault(`relation "leg" does not exist ${SECRET}`, { code: '42P01' });
    const { shown, logged } = thrown(error);
    expect(shown).toMatchObject({
      path: ['interactions', 0, 'legs'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r-1' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/relation|hunter2/);
    expect(logged).toEqual([error]);
  });

  test('is masked even if it is a GraphQLError that running threw', () => {
    const { shown } = thrown(new GraphQLError(`Enum "Role" cannot represent value: "${SECRET}"`));
    expect(shown.extensions?.['code']).toBe('INTERNAL_SERVER_ERROR');
    expect(shown.message).not.toContain(SECRET);
  });

  test('is masked even if it is not an error at all', () => {
    expect(publicError(SECRET, null).message).not.toContain(SECRET);
  });
});

describe('a fault of the document', () => {
  test('keeps the words of graphql-js without its suggestions', () => {
    const error = new GraphQLError(
      'Cannot query field "stat" on type "Call". Did you mean "status" or "statusRaw"?',
      {
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    );
    expect(publicError(error, null)).toMatchObject({
      message: 'Cannot query field "stat" on type "Call".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });

  test('is cut when it quotes a long value', () => {
    expect(publicError(new GraphQLError('x'.repeat(10_000)), null).message.length).toBeLessThan(600);
  });

  test('is BAD_USER_INPUT when a variable has a wrong value', () => {
    const document = parse('query ($n: Int!) { f(n: $n) }');
    const { errors = [] } = execute({
      schema: buildSchema('type Query { f(n: Int): Int }'),
      document,
      variableValues: { n: 'x' },
    }) as ExecutionResult;
    expect(maskErrors(() => undefined)(errors, 'r-1').map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT' },
    ]);
  });
});

describe('the formatter for Apollo', () => {
  test('names the request that an error was noted for', () => {
    const logged: unknown[] = [];
    const error = new GraphQLError('x', { path: ['a'], originalError: fault('x') });
    ofRequest(error, 'r-7');
    const shown = maskingFormatError((_error, requestId) => logged.push(requestId))({ message: 'x' }, error);
    expect([shown.extensions?.['requestId'], logged]).toEqual(['r-7', ['r-7']]);
  });
});

describe('a value of a custom scalar', () => {
  const frame = {
    tenantId: '00000000-0000-4000-8000-000000000001',
    timeZone: 'UTC',
    defaultCountry: 'US',
    now: 0,
  };
  const context = () => contextFor(servicesOn({} as never), frame);
  const document =
    'query ($from: DateTime) { interactions(filter: { startedAt: { from: $from } }) { nodes { id } } }';

  test.each([
    '2026-09-14',
    '2026-09-14T15:04:07',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '1989-12-31T23:59:59Z',
    '2101-01-01T00:00:00Z',
    'now',
    'infinity',
    '',
    1_700_000_000_000,
    '2026-09-14T25:00:00Z',
    '2026-09-14 15:04:07Z',
  ])('is BAD_USER_INPUT when it is no instant: %s', async (from) => {
    const { errors = [] } = await run(context(), document, { from });
    expect(errors.map((error) => publicError(error, null).extensions)).toEqual([{ code: 'BAD_USER_INPUT' }]);
  });
});
