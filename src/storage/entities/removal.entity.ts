import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instant } from './columns.js';

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
