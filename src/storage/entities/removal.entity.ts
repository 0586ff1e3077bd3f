import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ErasureState } from '../../domain/words.js';
import { instant, optionalInstant, optionalText, text } from './columns.js';

/**
 * A leg of an interaction that somebody deleted. It is kept by leg, not by interaction: whatever later
 * records join or part, and when everything is rebuilt, the interaction that has this leg is deleted.
 */
@Entity('deleted_leg')
export class DeletedLegEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') legId!: string;
  @Column(instant()) deletedAt!: number;
}

/** That a customer was erased, when and by whom. Nothing in it tells who the customer is, once it is done. */
@Entity('erasure')
@Index('erasure_by_address', ['tenantId', 'addressHash'])
@Index('erasure_by_time', ['tenantId', 'requestedAt', 'id'])
export class ErasureEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  /** Keyed by the tenant's own key; the same for every spelling of a number. */
  @Column(text()) addressHash!: string;
  @Column(text()) state!: ErasureState;
  @Column(instant()) requestedAt!: number;
  /** Names the credential. */
  @Column(text()) requestedBy!: string;
  @Column(optionalText()) reason!: string | null;
  @Column(optionalInstant()) completedAt!: number | null;
  /** The address while it is looked for; null as soon as it is done. */
  @Column(optionalText()) address!: string | null;
  /** How far it has come (see erasure-steps.ts): what a worker that takes it up goes on from. */
  @Column(text()) step!: string;
  @Column(optionalText()) position!: string | null;
  @Column('integer', { default: 0 }) interactionCount!: number;
  @Column('integer', { default: 0 }) callCount!: number;
  /** In all tables together. */
  @Column('bigint', { default: 0 }) rowCount!: number;
}

/** By what a record of something erased is recognised when it comes again: a keyed hash, nothing readable. */
@Entity('erased_name')
@Index('erased_name_by_erasure', ['tenantId', 'erasureId'])
export class ErasedNameEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('text') hash!: string;
  @Column('uuid') erasureId!: string;
  /** A record is of what was erased when what it tells began no later; null: always. */
  @Column(optionalInstant()) until!: number | null;
}
