import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../domain/record.js';
import type { ApiRole, AuditAction } from '../../domain/words.js';
import { instant, json, optionalText, text } from './columns.js';

/** What somebody did, and why. Rows are added and never changed; what was undone is told by a later row. */
@Entity('audit_entry')
@Index('audit_entry_by_time', ['tenantId', 'at', 'id'])
@Index('audit_entry_by_subject', ['tenantId', 'subjectId', 'at', 'id'])
@Index('audit_entry_by_batch', ['tenantId', 'batchId'], { where: 'batch_id is not null' })
@Index('audit_entry_once_undone', ['tenantId', 'undoes'], { unique: true, where: 'undoes is not null' })
export class AuditEntryEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  /** Ids are made in the order of time. */
  @PrimaryColumn('uuid') id!: string;
  @Column(instant()) at!: number;
  /** Names the credential, never its secret. */
  @Column(text()) actor!: string;
  @Column(text()) actorRole!: ApiRole;
  @Column(text()) action!: AuditAction;
  /** What it was done to, mostly an interaction. */
  @Column('uuid', { nullable: true }) subjectId!: string | null;
  @Column(optionalText()) reason!: string | null;
  /** Entries of one command on many subjects share it, and are undone together. */
  @Column('uuid', { nullable: true }) batchId!: string | null;
  /** The entry that this one undoes. */
  @Column('uuid', { nullable: true }) undoes!: string | null;
  /** Whatever the action needs to be understood and undone; no secrets, nothing of the customer. */
  @Column(json({ default: () => "'{}'" })) detail!: JsonObject;
}
