import { ModelAnalyst } from '../analysis/analysts/model/model-analyst.js';
import { RulesAnalyst } from '../analysis/analysts/rules/rules-analyst.js';
import type { Analyst } from '../domain/verdict/analyst.js';
import type { AnalysisTimes } from '../domain/verdict/lifecycle.js';
import { ANALYSIS_LIMITS } from '../domain/verdict/lifecycle.js';
import type { Config } from './config.js';

/** The model where one is configured, else the rules. */
export const analystOf = ({
  analystBaseUrl: baseUrl,
  analystModel: model,
  analystApiKey: apiKey,
}: Config): Analyst =>
  baseUrl === null || model === null ? new RulesAnalyst() : new ModelAnalyst({ baseUrl, model, apiKey });

/** How long analyses may take. */
export const timesOf = ({ analysisTimeLimitSeconds, analysisLeaseSeconds }: Config): AnalysisTimes => ({
  timeLimit: analysisTimeLimitSeconds * 1_000,
  lease: analysisLeaseSeconds * 1_000,
  pickUp: ANALYSIS_LIMITS.pickUp,
});
