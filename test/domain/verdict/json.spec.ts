import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/domain/record.js';
import { readVerdict, verdictJson } from '../../../src/domain/verdict/json.js';
import { inDocumentOrder } from '../../../src/domain/verdict/key-order.js';
import type { Verdict } from '../../../src/domain/verdict/verdict.js';
import {
  ENDED_BY,
  ORIGIN_KINDS,
  ORIGIN_TYPES,
  overallOf,
  OVERALL_STATUSES,
  PARTICIPANT_ROLES,
  REFERENCE_TYPES,
  RESULTS,
  SESSION_CHANNELS,
  SESSION_DIRECTIONS,
  SEVERITIES,
} from '../../../src/domain/verdict/verdict.js';

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const instant = fc.integer({ min: 0, max: 4e12 });
const ms = fc.nat();
const text = fc.string();

const verdicts: fc.Arbitrary<Verdict> = fc
  .record({
    version: among(1 as const, 2 as const, 3 as const),
    overallStatus: among(...OVERALL_STATUSES),
    inputReduced: fc.boolean(),
    sessionContext: maybe(
      fc.record({
        referenceType: maybe(among(...REFERENCE_TYPES)),
        channel: maybe(among(...SESSION_CHANNELS)),
        direction: maybe(among(...SESSION_DIRECTIONS)),
        directionRaw: maybe(text),
        participants: maybe(
          fc.array(fc.record({ role: among(...PARTICIPANT_ROLES), address: text }), { minLength: 1 }),
        ),
        flowName: maybe(text),
        startedAt: maybe(instant),
        originKind: maybe(among(...ORIGIN_KINDS)),
        originType: maybe(among(...ORIGIN_TYPES)),
        multiLeg: fc.boolean(),
        aiHandled: fc.boolean(),
        humanInvolved: fc.boolean(),
      }),
    ),
    outcome: maybe(
      fc.record({
        result: among(...RESULTS),
        endedBy: maybe(among(...ENDED_BY)),
        reason: maybe(text),
        detail: maybe(fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,12}$/), text)),
      }),
    ),
    metrics: maybe(
      fc.record({
        turnsUser: ms,
        turnsBot: ms,
        firstResponseMs: maybe(ms),
        avgResponseMs: maybe(ms),
        maxResponseMs: maybe(ms),
        maxGapMs: maybe(ms),
      }),
    ),
    resourcesUsed: fc.array(fc.record({ type: text, count: ms })),
    interactions: fc.array(fc.record({ resourceType: text, summary: text })),
    narrative: text,
    issues: fc.array(
      fc.record({
        severity: among(...SEVERITIES),
        area: text,
        summary: text,
        evidence: fc.array(
          fc.record({ evidenceIndex: ms, eventType: text, timestamp: instant, resourceId: text }),
        ),
      }),
    ),
  })
  .map((verdict) => ({ ...verdict, interactions: verdict.version === 1 ? null : verdict.interactions }));

/** Every value that is somewhere in it. */
const valuesOf = (json: unknown): unknown[] =>
  json !== null && typeof json === 'object' ? [json, ...Object.values(json).flatMap(valuesOf)] : [json];

describe('the JSON form of a verdict', () => {
  it('is read back as what it was written from, and never holds a null', () => {
    fc.assert(
      fc.property(verdicts, (verdict) => {
        const json = verdictJson(verdict);
        expect(readVerdict(JSON.parse(JSON.stringify(json)) as JsonObject)).toEqual(plain(verdict));
        expect(valuesOf(json)).not.toContain(null);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out the key of an absent block, and names the others as the form has always named them', () => {
    const bare: Verdict = {
      version: 3,
      overallStatus: 'OK',
      inputReduced: false,
      sessionContext: null,
      outcome: null,
      metrics: null,
      resourcesUsed: [],
      interactions: [],
      narrative: 'Nothing.',
      issues: [],
    };
    expect(verdictJson(bare)).toEqual({
      version: 3,
      overall_status: 'ok',
      input_reduced: false,
      resources_used: [],
      interactions: [],
      narrative: 'Nothing.',
      issues: [],
    });
    const metrics = {
      turnsUser: 1,
      turnsBot: 0,
      firstResponseMs: null,
      avgResponseMs: null,
      maxResponseMs: null,
      maxGapMs: 7,
    };
    expect(verdictJson({ ...bare, metrics })['metrics']).toEqual({
      turns_user: 1,
      turns_bot: 0,
      max_gap_ms: 7,
    });
  });
});

/** As a `jsonb` column gives it back: shorter names first, and names of one length by their letters. */
const fromDatabase = (json: JsonObject[string]): JsonObject[string] => {
  if (Array.isArray(json)) return json.map(fromDatabase);
  if (json === null || typeof json !== 'object') return json;
  const byLength = (a: string, b: string) => a.length - b.length || (a < b ? -1 : 1);
  const names = Object.keys(json).sort(byLength);
  return Object.fromEntries(names.map((name) => [name, fromDatabase(json[name] ?? null)]));
};

describe('the keys of the JSON form', () => {
  it("stand in the document's order, also when the database has lost it", () => {
    fc.assert(
      fc.property(verdicts, (verdict) => {
        const detail = { duration_sec: '312', hangup_reason: 'normal' };
        const json = verdictJson({ ...verdict, outcome: verdict.outcome && { ...verdict.outcome, detail } });
        expect(JSON.stringify(inDocumentOrder(fromDatabase(json) as JsonObject))).toBe(JSON.stringify(json));
      }),
    );
  });

  it("of a thread's detail too, and names that nobody knows stand last, as they came", () => {
    const detail = ['chat_platform', 'last_activity_by', 'turns_self', 'turns_peer', 'unanswered'];
    const rest = ['delivery_failures', 'thread_span_sec', 'truncated', 'zebra', 'ant'];
    const mixed = Object.fromEntries(
      ['zebra', 'ant', ...[...detail, ...rest.slice(0, 3)].reverse()].map((name) => [name, '1']),
    );
    const [outcome] = Object.values(inDocumentOrder({ outcome: { detail: mixed } })) as [{ detail: object }];
    expect(Object.keys(outcome.detail)).toEqual([...detail, ...rest]);
  });
});

/** fast-check makes dictionaries without a prototype. */
const plain = (verdict: Verdict): Verdict => JSON.parse(JSON.stringify(verdict)) as Verdict;

describe('a stored verdict of an earlier version', () => {
  const stored = (version: number): JsonObject =>
    JSON.parse(
      readFileSync(new URL(`../../fixtures/verdicts/version-${version}.json`, import.meta.url), 'utf8'),
    ) as JsonObject;

  it.each([1, 2])('%i stays readable, and is written as it was', (version) => {
    expect(verdictJson(readVerdict(stored(version)))).toEqual(stored(version));
  });

  it('has no header blocks, and in version 1 no interactions either', () => {
    const [first, second] = [readVerdict(stored(1)), readVerdict(stored(2))];
    for (const { sessionContext, outcome, metrics } of [first, second])
      expect([sessionContext, outcome, metrics]).toEqual([null, null, null]);
    expect([first.interactions, second.interactions?.length]).toEqual([null, 1]);
    expect(first.issues[0]?.evidence[0]?.evidenceIndex).toBe(7);
  });
});

describe('the verdict in one word', () => {
  it.each([
    [[], 'OK'],
    [['INFO'], 'WARNING'],
    [['INFO', 'WARNING'], 'WARNING'],
    [['WARNING', 'ERROR'], 'ERROR'],
  ] as const)('of issues %j is %s', (severities, expected) => {
    expect(overallOf(severities.map((severity) => ({ severity })))).toBe(expected);
  });
});
