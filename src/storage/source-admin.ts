import type { DataSource, EntityManager } from 'typeorm';
import { BadUserInput, NotFound } from '../domain/errors.js';
import type { JsonObject } from '../domain/record.js';
import type { RecordingsChange } from '../domain/recording.js';
import { changedSettings, faultsOfSettings } from '../domain/recording.js';
import type { Instant, Role } from '../domain/words.js';
import { audit } from './audit/audit-log.js';
import type { SourceRow } from './read-model.js';
import type { Decision } from './removal/deletion-store.js';
import type { NewSource } from './source-store.js';
import { checkTimeZone, insertSource, readSources } from './source-store.js';
import { inTransaction } from './transaction.js';

/** A change of a source: what is absent stays. */
export interface SourceChange {
  role?: Role | undefined;
  timeZone?: string | undefined;
  /** Null: deliveries are not proved by a secret any more. */
  secret?: string | null | undefined;
  recordings?: RecordingsChange | undefined;
}

/** What nobody is shown again, the audit log included. */
const SECRETS: readonly string[] = ['secret', 'user', 'password', 'token'];

/** What people do to the systems that report to us, by whichever door. Every deed is in the audit log. */
export class SourceAdmin {
  constructor(
    private readonly db: DataSource,
    /** Of which a source can be. */
    private readonly providers: readonly string[],
  ) {}

  /** Throws BAD_USER_INPUT for what cannot be taken, CONFLICT when the tenant has a source of this name. */
  add(source: NewSource, by: Decision, now: Instant): Promise<SourceRow> {
    const { tenantId, name, provider, role } = source;
    if (!this.providers.includes(provider))
      throw new BadUserInput(
        'provider',
        `must be one of ${this.providers.join(', ')}; other systems can send neutral records`,
      );
    checkRecordings(source.settings);
    return inTransaction(this.db, async (tx) => {
      const added = await insertSource(tx, source);
      await note(tx, tenantId, 'SOURCE_CREATED', added.id, { name, provider, role }, by, now);
      return added;
    });
  }

  /** Throws NOT_FOUND when the tenant has no such source. A change to what is so already is none. */
  change(tenantId: string, id: string, change: SourceChange, by: Decision, now: Instant): Promise<SourceRow> {
    if (change.timeZone !== undefined) checkTimeZone(change.timeZone);
    return inTransaction(this.db, async (tx) => {
      const held = await lockSource(tx, tenantId, id);
      const next = changed(held, change);
      checkRecordings(next.settings);
      const names = changedNames(held, next);
      if (names.length > 0) {
        await tx.query(
          'update source set role = $3, time_zone = $4, secret = $5, settings = $6 where tenant_id = $1 and id = $2',
          [tenantId, id, next.role, next.timeZone, next.secret, JSON.stringify(next.settings)],
        );
        const detail = { name: held.name, changed: names, to: shownOf(next, names) };
        await note(tx, tenantId, 'SOURCE_CHANGED', id, detail, by, now);
      }
      const [row] = await readSources(tx, tenantId, id);
      if (row === undefined) throw new NotFound('source');
      return row;
    });
  }
}

interface Held {
  name: string;
  role: Role;
  timeZone: string;
  secret: string | null;
  settings: JsonObject;
}

async function lockSource(tx: EntityManager, tenantId: string, id: string): Promise<Held> {
  const [held] = (await tx.query(
    `select name, role, time_zone as "timeZone", secret, settings from source
      where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  )) as [Held | undefined];
  if (held === undefined) throw new NotFound('source');
  return held;
}

function changed(held: Held, { role, timeZone, secret, recordings }: SourceChange): Held {
  const stated = held.settings.recordings;
  return {
    name: held.name,
    role: role ?? held.role,
    timeZone: timeZone ?? held.timeZone,
    secret: secret === undefined ? held.secret : secret,
    settings:
      recordings === undefined
        ? held.settings
        : { ...held.settings, recordings: changedSettings(stated, recordings) },
  };
}

/** Everything that can change, by its name in the audit log. */
const flat = ({ role, timeZone, secret, settings }: Held): JsonObject => ({
  role,
  timeZone,
  secret,
  ...(settings.recordings as JsonObject | undefined),
});

function changedNames(before: Held, after: Held): string[] {
  const [old, next] = [flat(before), flat(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]));
}

function shownOf(held: Held, names: readonly string[]): JsonObject {
  const values = flat(held);
  const shown = names.filter((name) => !SECRETS.includes(name));
  return Object.fromEntries(shown.map((name) => [name, values[name] ?? null]));
}

function checkRecordings({ recordings }: JsonObject): void {
  const [first] = recordings === undefined ? [] : faultsOfSettings(recordings);
  if (first === undefined) return;
  throw new BadUserInput(
    ['recordings', ...(first.setting === null ? [] : [first.setting])].join('.'),
    first.fault,
  );
}

const note = (
  tx: EntityManager,
  tenantId: string,
  action: 'SOURCE_CREATED' | 'SOURCE_CHANGED',
  subjectId: string,
  detail: JsonObject,
  { actor, reason }: Decision,
  now: Instant,
): Promise<string[]> => audit(tx, tenantId, actor, [{ action, subjectId, reason, detail }], now);
