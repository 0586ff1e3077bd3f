import { Field, ID, InterfaceType } from 'type-graphql';

/** The types that `node` finds, by their names in the schema. */
export const NODE_TYPES = [
  'Interaction',
  'Leg',
  'Call',
  'Source',
  'SourceRecord',
  'TimelineAnalysis',
  'MonitoringAction',
] as const;
export type NodeTypeName = (typeof NODE_TYPES)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id that clients see: base64url of the type's name and the key in its table. */
export const globalId = (type: string, ...key: string[]): string =>
  Buffer.from([type, ...key].join(':')).toString('base64url');

/** No id of ours is longer. */
const LONGEST = 200;

/** The parts of a global id, all but the type's name uuids; null when it is not one of ours. */
export function readGlobalId(text: string): { type: string; key: string[] } | null {
  if (text.length > LONGEST) return null;
  const [type = '', ...key] = Buffer.from(text, 'base64url').toString().split(':');
  if (!key.every((part) => UUID.test(part)) || globalId(type, ...key) !== text) return null;
  return { type, key: key.map((part) => part.toLowerCase()) };
}

/** The key of an object of this type from its global id or its bare uuid; null when it is neither. */
export function localId(type: string, text: string): string | null {
  if (UUID.test(text)) return text.toLowerCase();
  const read = readGlobalId(text);
  return read?.type === type && read.key.length === 1 ? (read.key[0] ?? null) : null;
}

@InterfaceType('Node', {
  description: 'An object with an id of its own, which `node` finds again.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID, {
    description: 'Opaque id, unique over all types. The same object always has the same id.',
  })
  id!: string;
}
