import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Mark } from '../../domain/mark.js';
import type { MarkKind } from '../../domain/words.js';
import { instant, optionalInstant, optionalText, text } from './columns.js';

/** What people said about interactions. Rows are added; one that is withdrawn says nothing any more. */
@Entity('mark')
@Index('mark_by_leg', ['tenantId', 'legId'], { where: 'withdrawn_at is null' })
@Index('mark_by_name', ['tenantId', 'kind', 'name'], { where: "kind = 'ANNOTATION'" })
@Index('mark_by_audit_entry', ['tenantId', 'auditEntryId'])
export class MarkEntity implements Mark {
  @PrimaryColumn('uuid') tenantId!: string;
  /** Ids are made in the order of time. */
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') legId!: string;
  @Column(text()) kind!: MarkKind;
  @Column(text()) name!: string;
  @Column(optionalText()) text!: string | null;
  @Column('boolean') isSet!: boolean;
  @Column(text()) by!: string;
  @Column(instant()) at!: number;
  /** The deed that made it: undoing that withdraws it. */
  @Column('uuid') auditEntryId!: string;
  @Column(optionalInstant()) withdrawnAt!: number | null;
}
