import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
  MinLength,
  validateSync,
} from 'class-validator';
import type { Setting } from './settings.js';
import { LOG_LEVELS, SETTINGS } from './settings.js';

/** What the environment says, read once at the start; no other place reads it. The decorators say what it may say. */
export class Config {
  @Whole(0, 65_535) port!: number;
  @Matches(/^[\w.:-]+$/, must('be a host name or an IP address')) host!: string;
  @Matches(/^https?:\/\/[\w.:[\]-]+(\/[^\s?#]*)?$/i, must('be an http or https URL without query'))
  publicUrl!: string;
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, must('be a URL such as postgres://user:password@host:5432/name'))
  databaseUrl!: string | null;
  @IsBoolean(must('be on or off')) demo!: boolean;
  @Matches(/[^\0]/, must('be a folder')) dataDir!: string;
  @IsOptional() @MinLength(16, must('have at least 16 characters')) secret!: string | null;
  @IsOptional()
  @Matches(
    /^(file:\/+[^\s/]|s3:\/\/[^\s/?#])\S*$/,
    must('be a URL such as file:///folder or s3://bucket/prefix'),
  )
  recordingsUrl!: string | null;
  @Whole(1_024, 5_000_000_000) maxRecordingBytes!: number;
  @IsOptional() pgBinDir!: string | null;
  @IsIn(LOG_LEVELS, must(`be one of ${LOG_LEVELS.join(', ')}`)) logLevel!: string;
  @Whole(1_024, 104_857_600) maxBodyBytes!: number;
  @Whole(2, 500) dbPoolSize!: number;
  @Whole(1, 100_000) maxSocketsPerTenant!: number;
  @Whole(1, 1_000) maxExportsPerTenant!: number;
  @Whole(1, 8_760) feedRetentionHours!: number;
  @Whole(10, 100_000) subscriptionQueue!: number;
  @IsOptional()
  @Matches(/^https?:\/\/[\w.:[\]-]+(\/[^\s?#]*)?$/i, must('be an http or https URL without query'))
  analystBaseUrl!: string | null;
  @IsOptional() @Matches(/^\S{1,200}$/, must('be the name of a model')) analystModel!: string | null;
  @IsOptional() analystApiKey!: string | null;
  @Whole(5, 86_400) analysisTimeLimitSeconds!: number;
  @Whole(1, 3_600) analysisLeaseSeconds!: number;
  @Whole(0, 100) jobConcurrency!: number;
}

/** The environment cannot be used; every fault of it is named. */
export class InvalidEnvironment extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not as it must be:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'InvalidEnvironment';
  }
}

const PREFIX = 'THROUGHLINE_';
const settings = Object.entries(SETTINGS) as [keyof Config, Setting][];

/** The configuration that an environment stands for. An empty variable is one that is not set. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = ({ name }: Setting) => env[name]?.trim() || null;
  const port = given(SETTINGS.port) ?? SETTINGS.port.default ?? '';
  const values = settings.map(([property, setting]) => {
    const text = given(setting) ?? setting.default?.replace('<PORT>', port) ?? null;
    return [property, text === null ? null : (setting.read?.(text) ?? text)];
  });
  const config = Object.assign(new Config(), Object.fromEntries(values) as Config);
  const faults = [...invalid(config), ...incomplete(config), ...misspelt(env)];
  if (faults.length > 0) throw new InvalidEnvironment(faults);
  return Object.freeze(config);
}

function invalid(config: Config): string[] {
  return validateSync(config, { stopAtFirstError: true }).map(({ property, constraints = {}, value }) => {
    const { name, secret } = SETTINGS[property as keyof Config];
    const [sentence = 'is not valid'] = Object.values(constraints);
    return `${name} ${sentence}${secret === true ? '' : `, not ${JSON.stringify(value)}`}.`;
  });
}

/** A model without a server, or a server without a model, would leave the rules at work unseen. */
function incomplete({ analystBaseUrl, analystModel, analystApiKey }: Config): string[] {
  if (analystBaseUrl !== null)
    return analystModel === null ? ['ANALYST_MODEL must be given with ANALYST_BASE_URL.'] : [];
  return analystModel === null && analystApiKey === null
    ? []
    : ['ANALYST_BASE_URL must be given with ANALYST_MODEL and ANALYST_API_KEY.'];
}

/** A variable of our own name that nothing reads is a mistake that would otherwise go unseen. */
function misspelt(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(settings.map(([, { name }]) => name));
  return Object.keys(env)
    .filter((name) => name.toUpperCase().startsWith(PREFIX) && !known.has(name))
    .map((name) => `${name} is not known; did you mean ${nearest(name, [...known])}?`);
}

/** The name that is most alike, with and without our prefix being all one. */
function nearest(name: string, known: readonly string[]): string {
  const bare = (text: string) => text.toUpperCase().replace(PREFIX, '');
  const distance = (other: string) => editDistance(bare(name), bare(other));
  return known.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** How many letters must be put in, taken out or replaced to make one text of another. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const letter of a) {
    const next = [(row[0] ?? 0) + 1];
    for (const [index, other] of [...b].entries()) {
      const replaced = (row[index] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function must(sentence: string): { message: string } {
  return { message: `must ${sentence}` };
}

function Whole(min: number, max: number): PropertyDecorator {
  const options = must(`be a whole number from ${min} to ${max}`);
  const checks = [IsInt(options), Min(min, options), Max(max, options)];
  return (target, property) => {
    for (const check of checks) check(target, property);
  };
}
