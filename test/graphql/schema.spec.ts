import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { GraphQLField, GraphQLNamedType, GraphQLOutputType } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { buildThroughlineSchema, printThroughlineSchema } from '../../src/graphql/schema.js';

const schema = buildThroughlineSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const BUILT_IN = ['Boolean', 'Float', 'ID', 'Int', 'String'];

/** Everything that a reader of the schema can point at, by its path. */
function members(): { path: string; description: string | null | undefined }[] {
  return types
    .filter(({ name }) => !BUILT_IN.includes(name))
    .flatMap((type) => [
      { path: type.name, description: isRoot(type) ? 'root' : type.description },
      ...fieldsOf(type).flatMap((field) => [
        { path: `${type.name}.${field.name}`, description: field.description },
        ...field.args.map((arg) => ({
          path: `${type.name}.${field.name}(${arg.name})`,
          description: arg.description,
        })),
      ]),
      ...(isInputObjectType(type)
        ? Object.values(type.getFields())
        : isEnumType(type)
          ? type.getValues()
          : []
      ).map(({ name, description }) => ({ path: `${type.name}.${name}`, description })),
    ]);
}

const isRoot = (type: GraphQLNamedType): boolean =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].some(
    (root) => root === type,
  );

const fieldsOf = (type: GraphQLNamedType): GraphQLField<unknown, unknown>[] =>
  isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];

const allFields = types.flatMap((type) =>
  fieldsOf(type).map((field) => ({ type, field, path: `${type.name}.${field.name}` })),
);

const rootFields = (root: 'Query' | 'Mutation' | 'Subscription'): string[] =>
  fieldsOf(schema.getType(root) as GraphQLNamedType)
    .map(({ name }) => name)
    .sort();

const typeOf = (path: string): string => {
  const found = allFields.find((one) => one.path === path);
  return String(found?.field.type);
};

const listsOf = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));

describe('the schema', () => {
  test('is what schema.graphql says', () => {
    const written = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
    expect(printThroughlineSchema(schema)).toBe(written);
  });

  test('has the roots of the contract that are built', () => {
    expect(rootFields('Query')).toEqual([
      'apiKeys',
      'auditLog',
      'call',
      'calls',
      'customer',
      'deletedInteractions',
      'erasure',
      'erasures',
      'explainNonLink',
      'exportUrl',
      'funnel',
      'handOffs',
      'interaction',
      'interactionChanges',
      'interactions',
      'joinAlarms',
      'monitoringActions',
      'node',
      'nodes',
      'reconciliation',
      'rejectedRecords',
      'retention',
      'simulatePolicy',
      'sources',
      'timelineAnalyses',
      'timelineAnalysis',
      'tracePolicy',
      'viewer',
    ]);
    expect(rootFields('Mutation')).toEqual([
      'addCoaching',
      'annotateInteraction',
      'createApiKey',
      'createSource',
      'deleteInteraction',
      'dismissSuggestion',
      'endCall',
      'enqueueCall',
      'eraseCustomer',
      'flagInteraction',
      'handBack',
      'ingestRecords',
      'linkInteractions',
      'listenIn',
      'removeAnnotation',
      'replayRejectedRecord',
      'reportWatermark',
      'resolveInteraction',
      'resolveInteractions',
      'restoreInteraction',
      'revokeApiKey',
      'startTimelineAnalysis',
      'tagInteraction',
      'takeOver',
      'transferCall',
      'undo',
      'unflagInteraction',
      'unlinkLeg',
      'untagInteraction',
      'updateRetention',
      'updateSource',
      'updateTracePolicy',
    ]);
    expect(rootFields('Subscription')).toEqual([
      'callUpdated',
      'handOffsUpdated',
      'interactionFeed',
      'monitoringActionUpdated',
      'timelineAnalysisUpdated',
      'transcriptAppended',
    ]);
  });

  test('describes every type, field, argument, input field and enum value in a sentence', () => {
    const poor = members().filter(
      ({ path, description }) => !/^(root$|\S.{2,}[.:`?)]$)/s.test(description ?? '') && path,
    );
    expect(poor.map(({ path }) => path)).toEqual([]);
  });

  test('shouts its enum values and nothing else', () => {
    const values = types.filter(isEnumType).flatMap((type) => type.getValues().map(({ name }) => name));
    expect(values.filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name))).toEqual([]);
    expect(
      allFields.filter(({ field }) => !/^[a-z][A-Za-z0-9]*$/.test(field.name)).map(({ path }) => path),
    ).toEqual([]);
  });

  test('names every instant ...At, and every duration ...Ms', () => {
    const instants = allFields.filter(({ field }) => getNamedType(field.type).name === 'DateTime');
    const misnamed = instants.filter(
      ({ field }) => !/(^at$|At$|^asOf$)/.test(field.name) && field.name !== 'expectedBy',
    );
    expect(misnamed.map(({ path }) => path)).toEqual([]);
    const claimed = allFields.filter(({ field }) => /At$/.test(field.name));
    expect(
      claimed.filter(({ field }) => getNamedType(field.type).name !== 'DateTime').map(({ path }) => path),
    ).toEqual([]);
    const durations = allFields.filter(({ field }) => /(duration|offset|latency|Ms)$/i.test(field.name));
    const wrong = durations.filter(
      ({ field }) => field.name.endsWith('Ms') !== (getNamedType(field.type).name === 'Int'),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test('calls its date scalar DateTime and its free-form scalar JSON', () => {
    expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(['DateTime', 'JSON']));
    expect(types.map(({ name }) => name)).not.toContain('DateTimeISO');
  });

  test('has no list that could hold a null, but for nodes that are not found', () => {
    const loose = allFields.filter(({ field }) => {
      const list = getNullableType(field.type);
      return isListType(list) && !isNonNullType(list.ofType);
    });
    expect(loose.map(({ path }) => path)).toEqual(['Query.nodes']);
  });

  test('has no list that could itself be null, but for those that a role may not see, and roles that the channel decides', () => {
    const loose = allFields.filter(({ field }) => listsOf(field.type) && !isNonNullType(field.type));
    expect(
      loose.filter(({ field }) => field.extensions['needs'] === undefined).map(({ path }) => path),
    ).toEqual([
      'TracePolicy.expectedRoles',
      'TracePolicyOverride.expectedRoles',
      'TracePolicyVersion.expectedRoles',
    ]);
  });

  test('lets a field that a role may not see be null, below the roots', () => {
    const hidden = allFields.filter(
      ({ type, field }) => !isRoot(type) && field.extensions['needs'] !== undefined,
    );
    expect(hidden.filter(({ field }) => isNonNullType(field.type)).map(({ path }) => path)).toEqual([]);
  });

  test('gives every connection edges with cursors, nodes and a page info', () => {
    const connections = types.filter(({ name }) => name.endsWith('Connection'));
    expect(connections.length).toBeGreaterThan(5);
    for (const { name } of connections) {
      const edge = name.replace(/Connection$/, 'Edge');
      const node = typeOf(`${edge}.node`);
      expect(typeOf(`${name}.edges`)).toBe(`[${edge}!]!`);
      expect(typeOf(`${name}.nodes`)).toBe(`[${node}]!`);
      expect(typeOf(`${name}.pageInfo`)).toBe('PageInfo!');
      expect(typeOf(`${edge}.cursor`)).toBe('String!');
    }
  });

  test('counts the lists of the roots', () => {
    for (const name of ['InteractionConnection', 'CallConnection', 'TimelineAnalysisConnection'])
      expect([typeOf(`${name}.totalCount`), typeOf(`${name}.totalCountIsCapped`)]).toEqual([
        'Int!',
        'Boolean!',
      ]);
  });

  test('takes first and after wherever it answers with a connection', () => {
    const paged = allFields.filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
    for (const { field } of paged)
      expect(field.args.map(({ name }) => name)).toEqual(expect.arrayContaining(['first', 'after']));
  });

  test('takes one input for every mutation and answers with user errors', () => {
    for (const { field } of allFields.filter(({ type }) => type === schema.getMutationType())) {
      expect(field.args.map(({ name }) => name)).toEqual(['input']);
      expect(fieldsOf(getNamedType(field.type)).map(({ name }) => name)).toContain('userErrors');
    }
  });

  test('finds by node all that has an identity', () => {
    const node = schema.getType('Node');
    const found = isInterfaceType(node) ? schema.getPossibleTypes(node).map(({ name }) => name) : [];
    expect([...found].sort()).toEqual([
      'Call',
      'Interaction',
      'Leg',
      'MonitoringAction',
      'Source',
      'SourceRecord',
      'TimelineAnalysis',
    ]);
  });

  test('can be built again in the same process', () => {
    expect(printThroughlineSchema(buildThroughlineSchema())).toBe(printThroughlineSchema(schema));
  });
});
