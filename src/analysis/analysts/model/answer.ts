import type { Finding, Findings } from '../../../domain/verdict/evidence.js';
import type { ResourceSummary } from '../../../domain/verdict/verdict.js';
import { SEVERITIES } from '../../../domain/verdict/verdict.js';
import { RULES, THRESHOLDS } from '../rules/thresholds.js';

/** The areas that an issue may name: those of the rules, so that verdicts of both analysts can be counted together. */
export const AREAS = [...new Set(RULES.map((rule) => THRESHOLDS[rule].area))];
const SEVERITY_WORDS = SEVERITIES.map((severity) => severity.toLowerCase());

/** Longest texts that are taken, in characters, and most entries of a list. */
const LONGEST = { narrative: 4_000, summary: 1_000 } as const;
const MOST = { interactions: 50, issues: 50, evidence: 50 } as const;

const text = { type: 'string' } as const;
const objectOf = (properties: Record<string, object>) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});
const listOf = (items: object) => ({ type: 'array', items });

/** The schema that the model's server holds the answer to; what comes is checked against the same rules. */
export const ANSWER_SCHEMA = {
  name: 'timeline_review',
  strict: true,
  schema: objectOf({
    narrative: text,
    interactions: listOf(objectOf({ resource_type: text, summary: text })),
    issues: listOf(
      objectOf({
        severity: { type: 'string', enum: SEVERITY_WORDS },
        area: { type: 'string', enum: AREAS },
        summary: text,
        evidence: listOf({ type: 'integer' }),
      }),
    ),
  }),
};

/** The model's findings, or what is wrong with its answer. */
export function readAnswer(answer: string): { findings: Findings } | { faults: string[] } {
  const reader = new AnswerReader();
  const findings = reader.read(answer);
  return findings === null || reader.faults.length > 0 ? { faults: reader.faults } : { findings };
}

class AnswerReader {
  readonly faults: string[] = [];

  read(answer: string): Findings | null {
    const value = this.json(answer);
    if (!isObject(value)) {
      this.faults.push('the answer must be one JSON object');
      return null;
    }
    return {
      narrative: this.text(value['narrative'], 'narrative', LONGEST.narrative),
      interactions: this.list(value['interactions'], 'interactions', MOST.interactions).map((one, place) =>
        this.summary(one, `interactions.${place}`),
      ),
      issues: this.list(value['issues'], 'issues', MOST.issues).map((one, place) =>
        this.issue(one, `issues.${place}`),
      ),
    };
  }

  private json(answer: string): unknown {
    try {
      return JSON.parse(answer) as unknown;
    } catch {
      return null;
    }
  }

  private summary(value: unknown, path: string): ResourceSummary {
    const object = isObject(value) ? value : {};
    return {
      resourceType: this.text(object['resource_type'], `${path}.resource_type`, LONGEST.summary),
      summary: this.text(object['summary'], `${path}.summary`, LONGEST.summary),
    };
  }

  private issue(value: unknown, path: string): Finding {
    const object = isObject(value) ? value : {};
    const severity = SEVERITIES.find((word) => word.toLowerCase() === object['severity']);
    const area = AREAS.find((one) => one === object['area']);
    if (severity === undefined)
      this.faults.push(`${path}.severity must be one of ${SEVERITY_WORDS.join(', ')}`);
    if (area === undefined) this.faults.push(`${path}.area must be one of ${AREAS.join(', ')}`);
    return {
      severity: severity ?? 'INFO',
      area: area ?? '',
      summary: this.text(object['summary'], `${path}.summary`, LONGEST.summary),
      evidence: this.list(object['evidence'], `${path}.evidence`, MOST.evidence).flatMap((index) =>
        this.index(index, `${path}.evidence`),
      ),
    };
  }

  private index(value: unknown, path: string): number[] {
    if (Number.isSafeInteger(value)) return [value as number];
    this.faults.push(`${path} must hold whole numbers`);
    return [];
  }

  private text(value: unknown, path: string, longest: number): string {
    if (typeof value === 'string' && value.trim() !== '' && value.length <= longest) return value.trim();
    this.faults.push(`${path} must be a text of 1 to ${longest} characters`);
    return '';
  }

  private list(value: unknown, path: string, most: number): unknown[] {
    if (Array.isArray(value) && value.length <= most) return value;
    this.faults.push(`${path} must be a list of at most ${most}`);
    return [];
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
