import type { Analyst, Case } from '../../../domain/verdict/analyst.js';
import type { Findings } from '../../../domain/verdict/evidence.js';
import { narrate, summarize } from './narrative.js';
import { findIssues } from './rules.js';

/** The built-in analyst: facts and thresholds, no network, the same answer every time. */
export class RulesAnalyst implements Analyst {
  readonly name = 'RULES';
  readonly model = null;

  judge(one: Case): Promise<Findings> {
    const issues = findIssues(one);
    return Promise.resolve({ narrative: narrate(one, issues), interactions: summarize(one), issues });
  }
}
