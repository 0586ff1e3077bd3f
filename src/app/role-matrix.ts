import type { GraphQLSchema } from 'graphql';
import type { Permission } from '../domain/permissions.js';
import { may, PERMISSIONS } from '../domain/permissions.js';
import { API_ROLES } from '../domain/words.js';
import { guardedFields } from '../graphql/guard.js';
import { allHttpNeeds } from './http-needs.js';

/** The README's table of who holds which permission, and the list of what asks for each. */
export function roleMatrix(schema: GraphQLSchema): string {
  const held = PERMISSIONS.map((permission) => [
    `\`${permission}\``,
    ...API_ROLES.map((role) => (may(role, permission) ? 'yes' : '–')),
  ]);
  const asked = PERMISSIONS.map((permission) => {
    const names = askedBy(permission, schema).map((name) => `\`${name}\``);
    return `- \`${permission}\`: ${names.join(', ')}`;
  });
  return `${table(['Permission', ...API_ROLES], held)}\n\nWhat asks for each:\n\n${asked.join('\n')}`;
}

/** Roots of reading that ask for READ stand together: they are all that ask for nothing else. */
function askedBy(permission: Permission, schema: GraphQLSchema): string[] {
  const fields = guardedFields(schema).filter(({ needed }) => needed === permission);
  const isPlain = ({ type }: { type: string }) =>
    permission === 'READ' && (type === 'Query' || type === 'Subscription');
  return [
    ...new Set(fields.filter(isPlain).map(({ type }) => `${type}.*`)),
    ...fields.filter((one) => !isPlain(one)).map(({ type, field }) => `${type}.${field}`),
    ...allHttpNeeds().flatMap(([address, needed]) => (needed === permission ? [address] : [])),
  ];
}

const table = (head: readonly string[], rows: readonly string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
