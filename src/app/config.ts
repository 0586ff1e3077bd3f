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

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

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
}

/** One variable of the environment, as its reader and the README know it. */
interface Setting {
  name: string;
  sentence: string;
  unit: string;
  /** As it would be written; null: it is simply not set. */
  default: string | null;
  /** Its value is never repeated in a message. */
  secret?: boolean;
  /** Text to value; what cannot be read is passed on for the validator to refuse. */
  read?: (text: string) => unknown;
}

const whole = (text: string): unknown => (/^\d{1,15}$/.test(text) ? Number(text) : text);
const onOff = (text: string): unknown => text === 'on' || (text === 'off' ? false : text);
const baseUrl = (text: string): unknown => text.replace(/\/+$/, '');

/** Every variable there is. A property that has no variable does not compile. */
export const SETTINGS: Readonly<Record<keyof Config, Setting>> = {
  port: {
    name: 'PORT',
    sentence: 'Where the server listens; 0 takes any free port.',
    unit: 'TCP port',
    default: '4000',
    read: whole,
  },
  host: {
    name: 'HOST',
    sentence:
      'The address the server listens on. By default only this machine reaches it; `0.0.0.0` is every network.',
    unit: 'host name or IP address',
    default: 'localhost',
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    sentence:
      'The base URL under which providers and browsers reach the server: in webhook URLs, covered by their signatures, and in download links.',
    unit: 'URL',
    default: 'http://localhost:<PORT>',
    read: baseUrl,
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    sentence:
      'The PostgreSQL (15 or later) to use. Not set: an embedded one, its data in `THROUGHLINE_DATA_DIR`.',
    unit: 'URL',
    default: null,
    secret: true,
  },
  demo: {
    name: 'THROUGHLINE_DEMO',
    sentence: 'Whether an empty embedded database gets a demo tenant and simulated calls.',
    unit: '`on` or `off`',
    default: 'on',
    read: onOff,
  },
  dataDir: {
    name: 'THROUGHLINE_DATA_DIR',
    sentence:
      'Where the embedded PostgreSQL keeps its data, and recordings are kept unless `RECORDINGS_URL` says otherwise.',
    unit: 'folder',
    default: '.data',
  },
  secret: {
    name: 'THROUGHLINE_SECRET',
    sentence: 'Signs cursors and links. Not set: the database keeps one of its own.',
    unit: 'at least 16 characters',
    default: null,
    secret: true,
  },
  recordingsUrl: {
    name: 'RECORDINGS_URL',
    sentence:
      'Where copies of recordings are kept: `file:///folder`, or `s3://[key:secret@]bucket[/prefix][?region=…&endpoint=…]` for S3 and what is compatible with it. Not set: the folder `recordings` in `THROUGHLINE_DATA_DIR`.',
    unit: '`file:` or `s3:` URL',
    default: null,
    secret: true,
  },
  maxRecordingBytes: {
    name: 'MAX_RECORDING_BYTES',
    sentence: 'The largest recording that is fetched; a larger one is FAILED.',
    unit: 'bytes',
    default: '500000000',
    read: whole,
  },
  pgBinDir: {
    name: 'PG_BINDIR',
    sentence:
      'The `bin` folder of the PostgreSQL to embed. Not set: the one that npm installed, or one found on this machine.',
    unit: 'folder',
    default: null,
  },
  logLevel: {
    name: 'LOG_LEVEL',
    sentence: `How much is logged: ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}.`,
    unit: 'level',
    default: 'info',
  },
  maxBodyBytes: {
    name: 'MAX_BODY_BYTES',
    sentence: 'The largest request body; a larger one is answered 413.',
    unit: 'bytes',
    default: '1048576',
    read: whole,
  },
  dbPoolSize: {
    name: 'DB_POOL_SIZE',
    sentence: 'How many connections to PostgreSQL the server keeps.',
    unit: 'connections',
    default: '10',
    read: whole,
  },
  maxSocketsPerTenant: {
    name: 'MAX_SOCKETS_PER_TENANT',
    sentence: 'How many WebSockets a tenant may have open at a time.',
    unit: 'sockets',
    default: '200',
    read: whole,
  },
  maxExportsPerTenant: {
    name: 'MAX_EXPORTS_PER_TENANT',
    sentence: 'How many exports a tenant may have running at a time; a further one is answered 429.',
    unit: 'exports',
    default: '4',
    read: whole,
  },
  feedRetentionHours: {
    name: 'FEED_RETENTION_HOURS',
    sentence: 'How long changes are kept for subscribers that come back.',
    unit: 'hours',
    default: '168',
    read: whole,
  },
  subscriptionQueue: {
    name: 'SUBSCRIPTION_QUEUE',
    sentence: 'How many events wait for a slow subscriber before its states are put together.',
    unit: 'events',
    default: '500',
    read: whole,
  },
  analystBaseUrl: {
    name: 'ANALYST_BASE_URL',
    sentence:
      'The OpenAI-compatible server whose model analyses interactions, such as `https://api.openai.com/v1`. Not set: the built-in rules do, without any network.',
    unit: 'URL',
    default: null,
    read: baseUrl,
  },
  analystModel: {
    name: 'ANALYST_MODEL',
    sentence: 'The model to ask; needed with `ANALYST_BASE_URL`.',
    unit: 'name',
    default: null,
  },
  analystApiKey: {
    name: 'ANALYST_API_KEY',
    sentence: "The key for the model's server. Not set: it asks for none.",
    unit: 'text',
    default: null,
    secret: true,
  },
};

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

/** The README's table of the environment. */
export function configTable(): string {
  const rows = settings.map(([, { name, sentence, unit, default: value }]) => [
    `\`${name}\``,
    sentence,
    unit,
    value === null ? 'not set' : `\`${value}\``,
  ]);
  return [['Variable', 'What it is', 'Unit', 'Default'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
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
