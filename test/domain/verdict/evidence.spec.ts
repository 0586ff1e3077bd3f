import { describe, expect, it } from '@jest/globals';
import type { EvidenceEvent, Finding, Findings } from '../../../src/domain/verdict/evidence.js';
import { cite, faultsOf } from '../../../src/domain/verdict/evidence.js';
import { eventLine, INPUT_LIMITS, reduceEvents } from '../../../src/domain/verdict/reduce.js';

const event = (index: number, fields: Partial<EvidenceEvent> = {}): EvidenceEvent => ({
  index,
  type: 'message_user',
  at: index * 1_000,
  resource: 'call',
  resourceId: 'leg',
  isError: false,
  name: null,
  text: null,
  measures: {},
  ...fields,
});
const events = (count: number, fields: (index: number) => Partial<EvidenceEvent> = () => ({})) =>
  Array.from({ length: count }, (_, index) => event(index, fields(index)));
const bytes = (kept: readonly EvidenceEvent[]) => Buffer.byteLength(kept.map(eventLine).join('\n'));

describe('the input of an analyst', () => {
  it('is whole within the limits', () => {
    const input = events(INPUT_LIMITS.events, () => ({ text: null, at: 0 })).slice(0, 900);
    expect(reduceEvents(input)).toEqual({ events: input, isReduced: false });
  });

  it('has no more than 5,000 events and 96 KiB, in order, with their own indices', () => {
    const { events: kept, isReduced } = reduceEvents(events(6_000, () => ({ text: 'a'.repeat(300) })));
    expect(isReduced).toBe(true);
    expect(kept.length).toBeGreaterThan(200);
    expect(kept.length).toBeLessThanOrEqual(INPUT_LIMITS.events);
    expect(bytes(kept)).toBeLessThanOrEqual(INPUT_LIMITS.bytes);
    expect(kept.map(({ index }) => index)).toEqual([...kept.map(({ index }) => index)].sort((a, b) => a - b));
    expect([kept[0]?.index, kept.at(-1)?.index]).toEqual([0, 5_999]);
  });

  it('is reduced by the number of events alone too', () => {
    const { events: kept, isReduced } = reduceEvents(events(11), { events: 10, bytes: 1_000_000 } as never);
    expect([isReduced, kept.length]).toEqual([true, 10]);
  });

  it('keeps every error and the frame, whatever their number', () => {
    const input = events(20_000, (index) => ({
      isError: index % 10 === 0,
      type: index % 1_000 === 1 ? 'call_answered' : 'message_user',
      text: 'é'.repeat(200),
    }));
    const { events: kept } = reduceEvents(input);
    expect(kept.filter(({ isError }) => isError)).toHaveLength(2_000);
    const few = reduceEvents(input.map((one) => ({ ...one, isError: one.index < 50 }))).events;
    expect(few.filter(({ type }) => type === 'call_answered')).toHaveLength(20);
    expect(few.filter(({ isError }) => isError)).toHaveLength(50);
  });

  it('counts bytes, not characters', () => {
    const input = events(400, () => ({ text: '日'.repeat(100) }));
    expect(input.map(eventLine).join('\n').length).toBeLessThan(INPUT_LIMITS.bytes);
    const { events: kept, isReduced } = reduceEvents(input);
    expect([isReduced, bytes(kept) <= INPUT_LIMITS.bytes]).toEqual([true, true]);
  });
});

describe("an analyst's findings", () => {
  const issue: Finding = { severity: 'ERROR', area: 'tool', summary: 'It failed.', evidence: [2] };
  const findings = (fields: Partial<Findings> = {}): Findings => ({
    narrative: 'A call.',
    interactions: [{ resourceType: 'call', summary: 'Talk.' }],
    issues: [issue],
    ...fields,
  });

  it('are taken when every issue cites events that were shown', () => {
    expect(faultsOf(findings(), events(3))).toEqual([]);
    expect(faultsOf(findings({ issues: [], interactions: [] }), [])).toEqual([]);
  });

  it.each<[what: string, fields: Partial<Findings>, fault: string]>([
    ['no narrative', { narrative: ' ' }, 'narrative must not be empty'],
    [
      'an issue without evidence',
      { issues: [{ ...issue, evidence: [] }] },
      'issues.0.evidence must cite at least one event',
    ],
    [
      'an index past the end',
      { issues: [issue, { ...issue, evidence: [2, 3] }] },
      'issues.1.evidence cites 3, which is no event that was shown',
    ],
    [
      'an index below 0',
      { issues: [{ ...issue, evidence: [-1] }] },
      'issues.0.evidence cites -1, which is no event that was shown',
    ],
    ['an issue without words', { issues: [{ ...issue, summary: '' }] }, 'issues.0.summary must not be empty'],
    [
      'a summary without words',
      { interactions: [{ resourceType: 'call', summary: '' }] },
      'interactions.0.summary must not be empty',
    ],
  ])('are refused with %s', (_, fields, fault) => {
    expect(faultsOf(findings(fields), events(3))).toEqual([fault]);
  });

  it('are refused when they cite an event that was left out', () => {
    expect(
      faultsOf(
        findings(),
        events(3).filter(({ index }) => index !== 2),
      ),
    ).toHaveLength(1);
  });

  it('become issues with their evidence spelt out, each event once and in order', () => {
    const shown = events(5, (index) => ({ type: `type${index}` }));
    expect(cite([{ ...issue, evidence: [4, 2, 4] }], shown)).toEqual([
      {
        severity: 'ERROR',
        area: 'tool',
        summary: 'It failed.',
        evidence: [
          { evidenceIndex: 2, eventType: 'type2', timestamp: 2_000, resourceId: 'leg' },
          { evidenceIndex: 4, eventType: 'type4', timestamp: 4_000, resourceId: 'leg' },
        ],
      },
    ]);
  });
});
