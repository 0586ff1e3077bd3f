import { describe, expect, test } from '@jest/globals';
import type { Config } from '../../src/app/config.js';
import { InvalidEnvironment, readConfig } from '../../src/app/config.js';
import { SETTINGS, configTable } from '../../src/app/settings.js';

const faults = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.faults;
    throw error;
  }
};

describe('the configuration', () => {
  const defaults: Config = {
    port: 4_000,
    host: 'localhost',
    publicUrl: 'http://localhost:4000',
    databaseUrl: null,
    demo: true,
    dataDir: '.data',
    secret: null,
    recordingsUrl: null,
    maxRecordingBytes: 500_000_000,
    pgBinDir: null,
    logLevel: 'info',
    maxBodyBytes: 1_048_576,
    dbPoolSize: 10,
    maxSocketsPerTenant: 200,
    maxExportsPerTenant: 4,
    feedRetentionHours: 168,
    subscriptionQueue: 500,
    analystBaseUrl: null,
    analystModel: null,
    analystApiKey: null,
    analysisTimeLimitSeconds: 300,
    analysisLeaseSeconds: 30,
    jobConcurrency: 4,
  };

  test('of an empty environment runs the demo on this machine alone', () => {
    expect({ ...readConfig({}) }).toEqual(defaults);
  });

  test('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(Object.values(SETTINGS).map(({ name }) => [name, ' ']));
    expect({ ...readConfig(empty) }).toEqual(defaults);
  });

  test('reads every variable', () => {
    const env = {
      PORT: '8080',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://calls.example.com/in/',
      DATABASE_URL: 'postgres://me:pw@db.example.com:5432/calls?sslmode=require',
      THROUGHLINE_DEMO: 'off',
      THROUGHLINE_DATA_DIR: '/var/lib/throughline',
      THROUGHLINE_SECRET: 'correct horse battery',
      RECORDINGS_URL: 's3://key:secret@calls/audio?region=eu-central-1',
      MAX_RECORDING_BYTES: '1000000',
      PG_BINDIR: '/usr/lib/postgresql/17/bin',
      LOG_LEVEL: 'debug',
      MAX_BODY_BYTES: '2097152',
      DB_POOL_SIZE: '20',
      MAX_SOCKETS_PER_TENANT: '50',
      MAX_EXPORTS_PER_TENANT: '2',
      FEED_RETENTION_HOURS: '24',
      SUBSCRIPTION_QUEUE: '100',
      ANALYST_BASE_URL: 'https://models.example.com/v1/',
      ANALYST_MODEL: 'reviewer-1',
      ANALYST_API_KEY: 'sk-1',
      ANALYSIS_TIME_LIMIT_SECONDS: '120',
      ANALYSIS_LEASE_SECONDS: '10',
      JOB_CONCURRENCY: '0',
    };
    expect({ ...readConfig(env) }).toEqual({
      port: 8_080,
      host: '0.0.0.0',
      publicUrl: 'https://calls.example.com/in',
      databaseUrl: env.DATABASE_URL,
      demo: false,
      dataDir: '/var/lib/throughline',
      secret: 'correct horse battery',
      recordingsUrl: 's3://key:secret@calls/audio?region=eu-central-1',
      maxRecordingBytes: 1_000_000,
      pgBinDir: '/usr/lib/postgresql/17/bin',
      logLevel: 'debug',
      maxBodyBytes: 2_097_152,
      dbPoolSize: 20,
      maxSocketsPerTenant: 50,
      maxExportsPerTenant: 2,
      feedRetentionHours: 24,
      subscriptionQueue: 100,
      analystBaseUrl: 'https://models.example.com/v1',
      analystModel: 'reviewer-1',
      analystApiKey: 'sk-1',
      analysisTimeLimitSeconds: 120,
      analysisLeaseSeconds: 10,
      jobConcurrency: 0,
    });
    expect(Object.keys(env)).toEqual(Object.values(SETTINGS).map(({ name }) => name));
  });

  test('takes a model only together with its server', () => {
    const server = { ANALYST_BASE_URL: 'http://localhost:11434/v1' };
    expect(faults(server)).toEqual(['ANALYST_MODEL must be given with ANALYST_BASE_URL.']);
    for (const alone of [{ ANALYST_MODEL: 'm' }, { ANALYST_API_KEY: 'sk' }])
      expect(faults(alone)).toEqual([
        'ANALYST_BASE_URL must be given with ANALYST_MODEL and ANALYST_API_KEY.',
      ]);
    expect(faults({ ...server, ANALYST_MODEL: 'm' })).toEqual([]);
  });

  test('puts the port into the public URL that nobody gave', () => {
    expect(readConfig({ PORT: '0' })).toMatchObject({ port: 0, publicUrl: 'http://localhost:0' });
    expect(readConfig({ PORT: '81', PUBLIC_URL: 'http://a.example' }).publicUrl).toBe('http://a.example');
  });

  test('cannot be changed once it is read', () => {
    expect(() => Object.assign(readConfig({}), { port: 1 })).toThrow(TypeError);
  });

  test.each([
    ['PORT', 'abc', 'PORT must be a whole number from 0 to 65535, not "abc".'],
    ['PORT', '70000', 'PORT must be a whole number from 0 to 65535, not 70000.'],
    ['HOST', 'a b', 'HOST must be a host name or an IP address, not "a b".'],
    [
      'PUBLIC_URL',
      'calls.example.com',
      'PUBLIC_URL must be an http or https URL without query, not "calls.example.com".',
    ],
    [
      'PUBLIC_URL',
      'https://a.example/?x',
      'PUBLIC_URL must be an http or https URL without query, not "https://a.example/?x".',
    ],
    ['THROUGHLINE_DEMO', 'yes', 'THROUGHLINE_DEMO must be on or off, not "yes".'],
    ['THROUGHLINE_DEMO', 'toString', 'THROUGHLINE_DEMO must be on or off, not "toString".'],
    [
      'LOG_LEVEL',
      'loud',
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud".',
    ],
    ['MAX_BODY_BYTES', '1mb', 'MAX_BODY_BYTES must be a whole number from 1024 to 104857600, not "1mb".'],
    ['DB_POOL_SIZE', '1', 'DB_POOL_SIZE must be a whole number from 2 to 500, not 1.'],
    ['MAX_SOCKETS_PER_TENANT', '0', 'MAX_SOCKETS_PER_TENANT must be a whole number from 1 to 100000, not 0.'],
    ['FEED_RETENTION_HOURS', '-1', 'FEED_RETENTION_HOURS must be a whole number from 1 to 8760, not "-1".'],
    ['SUBSCRIPTION_QUEUE', '1e3', 'SUBSCRIPTION_QUEUE must be a whole number from 10 to 100000, not "1e3".'],
  ])('refuses %s=%s', (name, value, fault) => {
    expect(faults({ [name]: value })).toEqual([fault]);
  });

  test('never repeats the value of a secret', () => {
    expect(
      faults({
        DATABASE_URL: 'mysql://root:hunter2@db/x',
        THROUGHLINE_SECRET: 'hunter2',
        RECORDINGS_URL: 'ftp://root:hunter2@bucket',
      }),
    ).toEqual([
      'DATABASE_URL must be a URL such as postgres://user:password@host:5432/name.',
      'THROUGHLINE_SECRET must have at least 16 characters.',
      'RECORDINGS_URL must be a URL such as file:///folder or s3://bucket/prefix.',
    ]);
  });

  test('reports all faults in one error', () => {
    expect(() =>
      readConfig({ PORT: 'x', LOG_LEVEL: 'info', THROUGHLINE_DEMO: '1', THROUGHLINE_DEMOS: '' }),
    ).toThrow(
      [
        'The environment is not as it must be:',
        '  PORT must be a whole number from 0 to 65535, not "x".',
        '  THROUGHLINE_DEMO must be on or off, not "1".',
        '  THROUGHLINE_DEMOS is not known; did you mean THROUGHLINE_DEMO?',
      ].join('\n'),
    );
  });

  test.each([
    ['THROUGHLINE_DATADIR', 'THROUGHLINE_DATA_DIR'],
    ['THROUGHLINE_SECRETS', 'THROUGHLINE_SECRET'],
    ['throughline_demo', 'THROUGHLINE_DEMO'],
    ['THROUGHLINE_DATABASE_URL', 'DATABASE_URL'],
  ])('asks whether %s was meant to be %s', (name, meant) => {
    expect(faults({ [name]: 'on' })).toEqual([`${name} is not known; did you mean ${meant}?`]);
  });

  test('does not mind variables of others', () => {
    expect(faults({ PATH: '/bin', THROUGH: '1', npm_config_throughline: '1' })).toEqual([]);
  });

  test('is documented variable by variable, each with a sentence, a unit and a default', () => {
    const [head, line, ...rows] = configTable().split('\n');
    expect(head).toBe('| Variable | What it is | Unit | Default |');
    expect(line).toBe('| --- | --- | --- | --- |');
    expect(rows).toHaveLength(Object.keys(SETTINGS).length);
    for (const row of rows)
      expect(row).toMatch(/^\| `[A-Z_]+` \| [A-Z][^|]+\. \| [^|]+ \| (`[^|]+`|not set) \|$/);
  });
});
