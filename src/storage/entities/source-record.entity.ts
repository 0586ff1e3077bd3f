import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Json, NeutralRecord } from '../../domain/record.js';
import { instant, json, optionalInstant, optionalJson, optionalText, text } from './columns.js';

/** What a system sent, immutable. Everything else can be rebuilt from these rows. */
@Entity('source_record')
@Index('source_record_identity', ['tenantId', 'sourceId', 'externalId', 'version', 'hash'], { unique: true })
@Index('source_record_by_leg', ['tenantId', 'legId'])
@Index('source_record_payload_by_age', ['tenantId', 'receivedAt'], { where: 'payload is not null' })
export class SourceRecordEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') sourceId!: string;
  @Column('uuid') legId!: string;
  @Column(text()) externalId!: string;
  /** Empty when the provider numbers nothing: then the hash alone tells records apart. */
  @Column(text()) version!: string;
  @Column(text()) hash!: string;
  @Column(instant()) occurredAt!: number;
  @Column(instant()) receivedAt!: number;
  @Column(json()) record!: NeutralRecord;
  /** The payload as it came, secrets stripped. */
  @Column(optionalJson()) payload!: Json;
}

/** What could not be read, kept with the reason until it is replayed. */
@Entity('rejected_record')
@Index('rejected_record_by_time', ['tenantId', 'receivedAt', 'id'])
export class RejectedRecordEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') sourceId!: string;
  @Column(instant()) receivedAt!: number;
  @Column(text()) reason!: string;
  @Column(optionalText()) field!: string | null;
  /** The body as text, secrets stripped, cut at 64 KiB. */
  @Column(text()) body!: string;
  @Column(optionalInstant()) replayedAt!: number | null;
}
