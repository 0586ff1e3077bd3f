import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { GraphQLNamedType } from 'graphql';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { buildThroughlineSchema } from '../../src/graphql/schema.js';

const table = readFileSync(new URL('../../src/graphql/DOCUMENTS.md', import.meta.url), 'utf8');
const schema = buildThroughlineSchema();

interface Row {
  chapter: string;
  row: string;
  named: string[];
  origin: string;
}

/** The rows of all tables: what a document has, where it is in the API, where it comes from. */
function rows(): Row[] {
  let chapter = '';
  const found: Row[] = [];
  for (const line of table.split('\n')) {
    if (line.startsWith('## ')) chapter = line.slice(3);
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [row = '', api = '', origin = ''] = cells;
    if (cells.length !== 3 || row === 'in the document' || /^-+$/.test(row)) continue;
    found.push({
      chapter,
      row,
      named: [...api.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
      origin,
    });
  }
  return found;
}

/** Does `Type.field.field`, `Enum.VALUE` or `Input.field` lead somewhere? */
function leads(path: string): boolean {
  const [root = '', ...steps] = path.split('.');
  let type: GraphQLNamedType | undefined = schema.getType(root);
  for (const step of steps) {
    if (type === undefined) return false;
    if (isEnumType(type)) return steps.length === 1 && type.getValue(step) != null;
    type = next(type, step);
  }
  return type !== undefined;
}

/** A step into a union takes the field of any of its members. */
function next(type: GraphQLNamedType, step: string): GraphQLNamedType | undefined {
  if (isUnionType(type)) {
    const found = type.getTypes().map((member) => next(member, step));
    return found.find((one) => one !== undefined);
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return undefined;
  const field = type.getFields()[step];
  return field === undefined ? undefined : getNamedType(field.type);
}

describe('the table of the documents', () => {
  it('names in each row a place that exists', async () => {
    const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.ts'));
    const routes = (await Promise.all(files.map((file) => readFile(`src/${file}`, 'utf8')))).join('\n');
    const isRoute = (path: string) => path.startsWith('GET /') && routes.includes(`'${path.slice(4)}'`);
    const astray = rows().flatMap(({ chapter, row, named }) =>
      named.filter((path) => !leads(path) && !isRoute(path)).map((path) => `${chapter}: ${row}: ${path}`),
    );
    expect(astray).toEqual([]);
  });

  it('says of each row where it is and where it comes from', () => {
    expect(
      rows().filter(({ row, named, origin }) => row === '' || named.length === 0 || origin === ''),
    ).toEqual([]);
  });

  it('has a chapter for each of the five documents, and no row twice', () => {
    const chapters = [...new Set(rows().map(({ chapter }) => chapter))];
    expect(chapters).toEqual([
      'Call detail',
      'Conversations',
      'History and logs',
      'Timeline analysis',
      'Traceability',
    ]);
    const names = rows().map(({ chapter, row }) => `${chapter}: ${row}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.length).toBeGreaterThan(150);
  });

  it('tells a path that leads nowhere from one that exists', () => {
    const paths = [
      'Call.latency.sttMs',
      'CallStatus.QUEUED',
      'Call.timeline.nodes.text',
      'InteractionFilter.quick',
    ];
    expect(paths.map(leads)).toEqual([true, true, true, true]);
    expect(['Call.latency.nothing', 'CallStatus.GONE', 'Nothing', 'Call.id.more'].map(leads)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
