import type { Config } from './config.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** One variable of the environment, as its reader and the README know it. */
export interface Setting {
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
  analysisTimeLimitSeconds: {
    name: 'ANALYSIS_TIME_LIMIT_SECONDS',
    sentence: 'How long an analysis may take from the request on; whatever is not done by then has failed.',
    unit: 'seconds',
    default: '300',
    read: whole,
  },
  analysisLeaseSeconds: {
    name: 'ANALYSIS_LEASE_SECONDS',
    sentence:
      'How long a worker that gives no sign of life keeps an analysis; then another one takes it up. A worker gives a sign every third of it.',
    unit: 'seconds',
    default: '30',
    read: whole,
  },
  jobConcurrency: {
    name: 'JOB_CONCURRENCY',
    sentence:
      'How many background jobs (analyses, recordings, erasures) the process works on at a time; 0 leaves them to other processes.',
    unit: 'jobs',
    default: '4',
    read: whole,
  },
};

/** The README's table of the environment. */
export function configTable(): string {
  const rows = Object.values(SETTINGS).map(({ name, sentence, unit, default: value }) => [
    `\`${name}\``,
    sentence,
    unit,
    value === null ? 'not set' : `\`${value}\``,
  ]);
  return [['Variable', 'What it is', 'Unit', 'Default'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
