import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PolicySet } from '../../domain/policy.js';
import { instant, json, optionalText, text } from './columns.js';

/** Every policy that a tenant ever stated. Rows are added and never changed (rule R28). */
@Entity('trace_policy')
export class PolicyEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  /** Counts on from 1, which is the product's own. */
  @PrimaryColumn('integer') version!: number;
  @Column(json()) policy!: Omit<PolicySet, 'version'>;
  /** Names the credential that changed it. */
  @Column(text()) changedBy!: string;
  @Column(optionalText()) reason!: string | null;
  @Column(instant()) at!: number;
}
