import { describe, expect, it } from '@jest/globals';
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';

/** Who may import whom. Everything that is not allowed here is a fault of the house. */
const MAY_IMPORT: Record<string, string[]> = {
  domain: [],
  'ingest/providers': ['domain', 'ingest/signature.ts'],
  storage: ['domain'],
  ingest: ['domain', 'storage', 'ingest/providers'],
  live: ['domain', 'storage'],
  analysis: ['domain', 'storage'],
  control: ['domain', 'storage'],
  graphql: [
    'domain',
    'storage',
    'ingest/results.ts',
    'live/events.ts',
    'analysis/starter.ts',
    'control/monitor.ts',
  ],
  app: ['domain', 'storage', 'ingest', 'live', 'analysis', 'control', 'graphql'],
};

const layer = (name: string) => `^src/${name}${name.endsWith('.ts') ? '$' : '/'}`;

const rules: IForbiddenRuleType[] = [
  ...Object.entries(MAY_IMPORT).map(([from, allowed]) => ({
    name: `${from}-imports-only-what-it-may`,
    severity: 'error' as const,
    from: { path: layer(from), ...(from === 'ingest' ? { pathNot: layer('ingest/providers') } : {}) },
    to: { path: '^src/', pathNot: [layer(from), ...allowed.map(layer)] },
  })),
  {
    name: 'domain-uses-no-packages',
    severity: 'error',
    from: { path: layer('domain') },
    to: { pathNot: '^src/domain/' },
  },
  {
    name: 'nobody-imports-app',
    severity: 'error',
    from: { pathNot: ['^src/app/', '^src/main\\.ts$'] },
    to: { path: '^src/app/' },
  },
  {
    name: 'database-only-in-storage',
    severity: 'error',
    from: { pathNot: ['^src/storage/', '^src/live/', '^src/app/'] },
    to: { path: 'node_modules/(typeorm|pg)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-cycles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
];

async function violations(): Promise<string[]> {
  const { output } = await cruise(
    ['src'],
    {
      ruleSet: { forbidden: rules },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '^src/app/graphiql/' },
    },
    { extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } } as never,
    { tsConfig: undefined } as never,
  );
  const { summary } = output as ICruiseResult;
  expect(summary.totalCruised).toBeGreaterThan(100);
  return summary.violations.map((one) => `${one.rule.name}: ${one.from} -> ${one.to}`);
}

describe('the house', () => {
  it('has layers that import only what they may, and no cycles', async () => {
    expect(await violations()).toEqual([]);
  });

  it('acts on import in one file alone', async () => {
    const { readFile, readdir } = await import('node:fs/promises');
    const files = (await readdir('src', { recursive: true })).filter(
      (file) => file.endsWith('.ts') && file !== 'main.ts',
    );
    const acting: string[] = [];
    for (const file of files) {
      const text = await readFile(`src/${file}`, 'utf8');
      if (/^(await |process\.(exit|on)|void [a-z]+\()/m.test(text)) acting.push(file);
    }
    expect(acting).toEqual([]);
  });
});
