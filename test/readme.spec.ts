import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { thresholdTable } from '../src/analysis/analysts/rules/thresholds.js';
import { configTable } from '../src/app/settings.js';
import { roleMatrix } from '../src/app/role-matrix.js';
import { REVIEW_CRITERIA } from '../src/domain/review.js';
import { buildThroughlineSchema } from '../src/graphql/schema.js';

const readme = readFileSync('README.md', 'utf8');
const words = (text: string) => text.replace(/[\s|-]+/g, ' ').trim();

describe('the README', () => {
  it('asks in its examples for what the schema has', () => {
    const examples = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    expect(examples.length).toBeGreaterThanOrEqual(4);
    const schema = buildThroughlineSchema();
    for (const example of examples)
      expect(validate(schema, parse(example)).map((error) => error.message)).toEqual([]);
  });

  it('explains every variable of the environment as the server reads it', () => {
    expect(words(readme)).toContain(words(configTable()));
  });

  it('states the criteria of the built-in reviewer with their thresholds, in their order', () => {
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (\d+)( s| min)? .*?\| (yes)? *\|$/gm)];
    const stated = rows.map(([, code, number, unit, spoken]) => ({
      code,
      threshold: Number(number) * (unit === ' min' ? 60_000 : unit === ' s' ? 1_000 : 1),
      inWriting: spoken === undefined,
    }));
    expect(stated).toEqual(
      REVIEW_CRITERIA.map(({ code, threshold, inWriting }) => ({ code, threshold, inWriting })),
    );
  });

  it('states every threshold of the built-in analyst as it is', () => {
    expect(words(readme)).toContain(words(thresholdTable()));
  });

  it('tells who holds which permission and what asks for it, as the schema and the server do', () => {
    const [, written = ''] = /<!-- permissions -->([\s\S]*?)<!-- \/permissions -->/.exec(readme) ?? [];
    const generated = roleMatrix(buildThroughlineSchema());
    const plain = (text: string) => text.replace(/-{3,}/g, '---').replace(/ +/g, ' ').trim();
    if (plain(written) === plain(generated)) return;
    throw new Error(
      `Put this between the marks "permissions" in README.md, then run npm run format:\n\n${generated}\n`,
    );
  });

  it('points to files that are there', () => {
    const links = [...readme.matchAll(/\]\((src\/[^)]*|test\/[^)]*)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(15);
    for (const link of links) expect(() => readFileSync(link)).not.toThrow(/ENOENT/);
  });
});
