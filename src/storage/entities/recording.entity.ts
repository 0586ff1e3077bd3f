import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HeldRecording } from '../../domain/recording.js';
import type { RecordingState } from '../../domain/words.js';
import { instant, optionalInstant, optionalText, text } from './columns.js';

/** What is known of a call's audio, and where our copy of it is. A call has at most one. */
@Entity('recording')
export class RecordingEntity implements HeldRecording {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') callId!: string;
  @Column(text()) state!: RecordingState;
  /** Why there is no audio, or not yet; a sentence for people. */
  @Column(optionalText()) reason!: string | null;
  /** Where its provider has it, without secrets. */
  @Column(optionalText()) url!: string | null;
  @Column(optionalText()) format!: string | null;
  @Column(optionalInstant()) startedAt!: number | null;
  @Column('integer', { nullable: true }) durationMs!: number | null;
  /** The rest is of our copy, and null while there is none. */
  @Column(optionalText()) storageKey!: string | null;
  @Column(optionalText()) contentType!: string | null;
  @Column('bigint', { nullable: true }) bytes!: number | null;
  /** Hex; it is the entity tag too. */
  @Column(optionalText()) sha256!: string | null;
  @Column(optionalInstant()) fetchedAt!: number | null;
  /** When our copy is deleted; null: not by age. */
  @Column(optionalInstant()) expiresAt!: number | null;
  @Column(instant({ default: () => 'now()' })) updatedAt!: number;
}
