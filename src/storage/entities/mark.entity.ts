import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Mark } from '../../domain/mark.js';
import type { MarkKind } from '../../domain/words.js';
import { instant, optionalText, text } from './columns.js';

/** What people said about interactions. Rows are added, and go when the deed that made them is undone. */
@Entity('mark')
@Index('mark_by_leg', ['tenantId', 'legId'])
@Index('mark_by_name', ['tenantId', 'kind', 'name'], { where: "kind = 'ANNOTATION'" })
@Index('mark_by_deed', ['tenantId', 'auditId'])
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
  /** The entry of the audit log; undoing it takes the mark away. */
  @Column('uuid') auditId!: string;
}
