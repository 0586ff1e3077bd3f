import { describe, expect, test } from '@jest/globals';
import { ApolloServer } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { getIntrospectionQuery, parse } from 'graphql';
import { COST_LIMIT, costOf } from '../../src/graphql/cost.js';
import type { GraphQLContext } from '../../src/graphql/context.js';
import { maskingFormatError } from '../../src/graphql/errors.js';
import { apolloLimits, prepareDocument } from '../../src/graphql/limits.js';
import { LIMITS } from '../../src/graphql/shape.js';
import { schema } from './api.js';

const codes = (text: string, variables = {}): unknown[] => {
  const prepared = prepareDocument(schema, text, null, variables);
  return 'errors' in prepared ? prepared.errors.map((error) => error.extensions['code']) : [];
};
const cost = (text: string, variables = {}): number =>
  costOf(schema, parse(text) as DocumentNode, null, variables);
const times = (count: number, part: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const nested = (depth: number): string =>
  `{ interactions(first: 1) { nodes ${'{ legs { interaction '.repeat(depth)} { id } ${'} }'.repeat(depth)} } }`;

const FULL_PAGE = `query ($first: Int = 50) {
  interactions(first: $first) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges {
      cursor
      node {
        id status durationText customer { address }
        segments { source role state offsetPercent widthPercent }
        legs { id role source { name } }
        calls { id status toolCalls { name status } }
        transcript(first: 20) { nodes { speaker text } }
      }
    }
  }
}`;

describe('a document that people need', () => {
  test('is let through: fifty interactions with legs, calls, tool calls and twenty messages each', () => {
    expect(codes(FULL_PAGE)).toEqual([]);
    expect(cost(FULL_PAGE)).toBeLessThanOrEqual(COST_LIMIT);
  });

  test('is let through: the introspection that tools send', () => {
    expect(codes(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toEqual([]);
  });

  test('is let through: a call page with everything on it', () => {
    const page = `query ($id: ID!) { call(id: $id) { status turns { turn totalMs } latencyTrace { hint } rawRecord
      transcript(first: 100) { nodes { text } } timeline(first: 100) { nodes { ... on Message { text } } }
      interaction { customer { journey(first: 100) { id status } } legs { link { evidence { key { value } } } } } } }`;
    expect(codes(page, { id: 'x' })).toEqual([]);
  });
});

describe('the cost', () => {
  test('is the number of objects that may be answered with', () => {
    expect(cost('{ viewer { role tenant { name } } }')).toBe(2);
    expect(cost('{ interactions(first: 10) { nodes { id } } }')).toBe(1 + 10);
    expect(cost('{ interactions(last: 10) { edges { cursor node { legs { id } } } } }')).toBe(
      1 + 10 * (1 + 1 + 3),
    );
    expect(cost('{ interactions(first: 2) { totalCount } }')).toBe(1 + 10);
    expect(cost('{ interactions { nodes { id } } }')).toBe(1 + 50);
    expect(cost('{ nodes(ids: ["a", "b"]) { id } }')).toBe(2);
  });

  test('counts the page size that a variable brings', () => {
    const document = 'query ($n: Int = 3) { interactions(first: $n) { nodes { id } } }';
    expect([cost(document), cost(document, { n: 70 })]).toEqual([4, 71]);
    const deep = `query ($n: Int) { interactions(first: $n) { nodes { transcript(first: $n) { nodes { id } } } } }`;
    expect([codes(deep, { n: 10 }), codes(deep, { n: 100 })]).toEqual([[], ['COST_LIMIT_EXCEEDED']]);
  });

  test('counts the lists that hold lists that hold lists', () => {
    const cubed = `{ interactions(first: 100) { nodes { customer { journey(first: 100) {
      timeline(first: 100) { nodes { __typename } } } } } } }`;
    expect(cost(cubed)).toBeGreaterThan(1_000_000);
    expect(codes(cubed)).toEqual(['COST_LIMIT_EXCEEDED']);
  });

  test('counts a fragment wherever it is spread', () => {
    const spread =
      '{ interactions(first: 10) { nodes { ...F ...F } } } fragment F on Interaction { calls { id } }';
    expect(cost(spread)).toBe(1 + 10 * (1 + 2 * 3));
  });

  test('tells the client what it asked for and what it may', () => {
    const prepared = prepareDocument(
      schema,
      '{ interactions(first: 100) { nodes { transcript(first: 100) { nodes { id } } } } }',
    );
    expect(prepared).toMatchObject({ errors: [{ extensions: { cost: 10_201, limit: COST_LIMIT } }] });
  });
});

describe('a document that is too much', () => {
  const tooMuch: [what: string, document: string, code: string][] = [
    ['nested deeper than twelve fields', nested(6), 'COST_LIMIT_EXCEEDED'],
    [
      'with more than 400 fields',
      `{ ...F } fragment F on Query { ${times(20, (n) => `a${String(n)}: viewer { ${'role '.repeat(21)} }`)} }`,
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'with more than 30 aliases, __typename among them',
      `{ ${times(31, (n) => `a${String(n)}: __typename`)} }`,
      'COST_LIMIT_EXCEEDED',
    ],
    ['with more than 20 root fields', `{ ${'__typename '.repeat(21)} }`, 'COST_LIMIT_EXCEEDED'],
    [
      'with more than 20 directives',
      `{ __typename ${'@include(if: true) '.repeat(21)} }`,
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'with more than 30 fragments',
      `{ __typename } ${times(31, (n) => `fragment F${String(n)} on Query { __typename }`)}`,
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'with more than 10 operations',
      times(11, (n) => `query O${String(n)} { __typename }`),
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'with more than 50 variables',
      `query (${times(51, (n) => `$v${String(n)}: Int`)}) { __typename }`,
      'COST_LIMIT_EXCEEDED',
    ],
    ['with more than 2,000 tokens', `{ ${'__typename '.repeat(2_000)} }`, 'COST_LIMIT_EXCEEDED'],
    ['longer than 100,000 characters', `{ __typename } #${'x'.repeat(LIMITS.text)}`, 'COST_LIMIT_EXCEEDED'],
    [
      'with more than 100 open brackets',
      `{${'a{'.repeat(3_000)}b${'}'.repeat(3_001)}`,
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'with a list literal of 50,000 levels',
      `{ __type(name: ${'['.repeat(50_000)}${']'.repeat(50_000)}) { name } }`,
      'COST_LIMIT_EXCEEDED',
    ],
  ];

  test.each(tooMuch)('is refused: %s', (_what, document, code) => {
    expect(codes(document)).toEqual([code]);
  });

  test('is refused even if its fragments would multiply to billions', () => {
    const fragments = times(
      28,
      (n) =>
        `fragment F${String(n)} on Leg { ${n === 0 ? 'id' : `interaction { legs { ...F${String(n - 1)} } calls { leg { ...F${String(n - 1)} } } }`} }`,
    );
    expect(codes(`{ interactions { nodes { legs { ...F27 } } } } ${fragments}`)).toEqual([
      'COST_LIMIT_EXCEEDED',
    ]);
  });

  test('is refused when its fragments spread each other in a circle', () => {
    const circle = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
    expect(codes(circle)).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  test('is refused within 100 ms, whatever it is', () => {
    const overlap = `{ ${times(20, () => `interactions { ${'nodes { id } '.repeat(15)} }`)} }`;
    for (const document of [...tooMuch.map(([, text]) => text), overlap]) {
      const tries = [1, 2, 3].map(() => {
        const begun = performance.now();
        prepareDocument(schema, document);
        return performance.now() - begun;
      });
      expect(Math.min(...tries)).toBeLessThan(100);
    }
  });
});

describe('a document that is wrong', () => {
  test('is refused by a code', () => {
    expect(codes('{')).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect(codes('')).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect(codes('{ nothing }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codes('query A { __typename } query B { __typename }')).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    expect(codes('fragment F on Query { __typename }')).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  test('names at most five faults', () => {
    expect(codes(`{ ${times(15, (n) => `wrong${String(n)}`)} }`).length).toBeLessThanOrEqual(6);
  });
});

describe('Apollo Server', () => {
  const apollo = new ApolloServer<GraphQLContext>({
    schema,
    ...apolloLimits,
    formatError: maskingFormatError(() => undefined),
    includeStacktraceInErrorResponses: false,
  });
  const viewer = {
    role: 'ADMIN',
    tenantId: 't',
    tenantName: 'Acme',
    timeZone: 'UTC',
    defaultCountry: 'US',
    keyId: 'k',
    expiresAt: null,
  };
  const contextValue = { viewer, requestId: 'r-1' } as unknown as GraphQLContext;
  const answer = async (query: string, variables = {}, operationName?: string) => {
    const { body, http } = await apollo.executeOperation(
      { query, variables, operationName },
      { contextValue },
    );
    return { status: http.status ?? 200, result: body.kind === 'single' ? body.singleResult : undefined };
  };

  test('answers what is allowed', async () => {
    const { result } = await answer('query Me { viewer { role tenant { name } } }');
    expect(result?.data).toEqual({ viewer: { role: 'ADMIN', tenant: { name: 'Acme' } } });
    expect(
      (await answer('query A { __typename } query B { viewer { role } }', {}, 'A')).result?.data,
    ).toEqual({ __typename: 'Query' });
  });

  test.each([
    ['an unknown field', '{ viewer { rol } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['half a document', '{ viewer {', 'GRAPHQL_PARSE_FAILED'],
    ['a tower of brackets', `{${'a{'.repeat(3_000)}b${'}'.repeat(3_001)}`, 'COST_LIMIT_EXCEEDED'],
    [
      'what costs too much',
      '{ interactions(first: 100) { nodes { transcript(first: 100) { nodes { id } } } } }',
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'two operations without a name',
      'query A { __typename } query B { __typename }',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a subscription', 'subscription { interactionFeed { __typename } }', 'BAD_REQUEST'],
    ['a missing variable', 'query ($id: ID!) { node(id: $id) { id } }', 'BAD_USER_INPUT'],
    [
      'an unknown enum value',
      '{ interactions(filter: { status: [WHOLE] }) { nodes { id } } }',
      'BAD_USER_INPUT',
    ],
  ])('refuses %s with 400 and the words of the WebSocket', async (_what, document, code) => {
    const { status, result } = await answer(document);
    expect([status, result?.errors?.map(({ extensions }) => extensions?.['code'])]).toEqual([400, [code]]);
    expect(result?.data ?? null).toBeNull();
    expect(JSON.stringify(result)).not.toMatch(/Did you mean|stack|node_modules/);
  });
});
