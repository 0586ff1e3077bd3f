import { Field, ID, InterfaceType } from 'type-graphql';

/** The types that `node` finds, by their names in the schema. */
export const NODE_TYPES = ['Interaction', 'Leg', 'Call', 'Source', 'SourceRecord', 'RejectedRecord'] as const;
export type NodeTypeName = (typeof NODE_TYPES)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id that clients see: base64url of the type's name and the key in its table. */
export const globalId = (type: string, ...key: string[]): string =>
  Buffer.from([type, ...key].join(':')).toString('base64url');

export interface LocalId {
  type: NodeTypeName;
  id: string;
}

/** What a global id means; null when it is not one of ours. */
export function readGlobalId(text: string): LocalId | null {
  if (text.length > 200) return null;
  const [type, id, ...rest] = Buffer.from(text, 'base64url').toString().split(':');
  const known = NODE_TYPES.find((name) => name === type);
  if (known === undefined || id === undefined || rest.length > 0 || !UUID.test(id)) return null;
  const local = { type: known, id: id.toLowerCase() };
  return globalId(known, id) === text ? local : null;
}

/** The key of an object of this type from its global id or its bare uuid; null when it is neither. */
export function localId(type: NodeTypeName, text: string): string | null {
  if (UUID.test(text)) return text.toLowerCase();
  const read = readGlobalId(text);
  return read?.type === type ? read.id : null;
}

@InterfaceType('Node', {
  description: 'An object with an id of its own, which `node` finds again.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Opaque id, unique over all types. The same object always has the same id.' })
  id!: string;
}
