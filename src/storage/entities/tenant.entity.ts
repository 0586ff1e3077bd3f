import { Column, Entity, Generated, Index, PrimaryColumn } from 'typeorm';
import type { LagStats } from '../../domain/lag.js';
import type { JsonObject } from '../../domain/record.js';
import type { ApiRole, Role } from '../../domain/words.js';
import { instant, json, optionalInstant, optionalJson, optionalText, text } from './columns.js';

/** One company. Everything else belongs to exactly one. */
@Entity('tenant')
export class TenantEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column(text({ unique: true })) name!: string;
  /** IANA zone in which "today" is meant. */
  @Column(text({ default: 'UTC' })) timeZone!: string;
  /** ISO country of numbers written without their country. */
  @Column(text({ default: 'US' })) defaultCountry!: string;
  /** The rules by which its orphans were last compared (see domain/score.ts). */
  @Column('integer', { default: 0 }) linkRulesVersion!: number;
  /** Keys the hashes by which what was erased is recognised. */
  @Column('uuid') @Generated('uuid') erasureKey!: string;
  /** Days for which ended interactions are kept; null: as long as nobody erases them. */
  @Column('integer', { nullable: true }) interactionRetentionDays!: number | null;
  /** Days for which payloads are kept as they came, once their interaction has ended; null: with it. */
  @Column('integer', { nullable: true }) payloadRetentionDays!: number | null;
  @Column(instant({ default: () => 'now()' })) createdAt!: number;
}

@Entity('api_key')
@Index('api_key_by_id', ['id'], { unique: true })
export class ApiKeyEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  /** The public half of the key; the secret half is kept only as a hash. */
  @PrimaryColumn('text') id!: string;
  @Column(text()) name!: string;
  @Column(text()) role!: ApiRole;
  /** Hex SHA-256 of the secret half: it is random and long, so a slow hash adds nothing. */
  @Column(text()) secretHash!: string;
  @Column(instant({ default: () => 'now()' })) createdAt!: number;
  @Column(optionalInstant()) expiresAt!: number | null;
  @Column(optionalInstant()) lastUsedAt!: number | null;
  @Column(optionalInstant()) revokedAt!: number | null;
}

/** A system that reports to us. */
@Entity('source')
@Index('source_by_name', ['tenantId', 'name'], { unique: true })
export class SourceEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column(text()) name!: string;
  @Column(text()) provider!: string;
  @Column(text()) role!: Role;
  @Column(optionalText()) secret!: string | null;
  @Column(text({ default: 'UTC' })) timeZone!: string;
  @Column(json({ default: () => "'{}'" })) settings!: JsonObject;
  @Column(instant({ default: () => 'now()' })) createdAt!: number;
  /** Our clock: when the latest record came. */
  @Column(optionalInstant()) lastRecordAt!: number | null;
  /** The source's clock: the latest event it told of. */
  @Column(optionalInstant()) lastEventAt!: number | null;
  /** Up to when the source says that it has told everything; null: it never said. */
  @Column(optionalInstant()) watermarkAt!: number | null;
  /** Since when its records have kept coming (see domain/watermark.ts). */
  @Column(optionalInstant()) steadySince!: number | null;
  /** How far its watermark was derived already: it never moves back (see domain/watermark.ts). */
  @Column(optionalInstant()) derivedAt!: number | null;
  /** How late it tells, as last measured; null: not yet. */
  @Column(optionalJson()) lag!: LagStats | null;
}

/** What this database is: cursors and links are bound to it. One row. */
@Entity('instance')
export class InstanceEntity {
  @PrimaryColumn('uuid') id!: string;
  /** Signs cursors when THROUGHLINE_SECRET is not set. */
  @Column(text()) secret!: string;
  @Column(instant({ default: () => 'now()' })) createdAt!: number;
}
