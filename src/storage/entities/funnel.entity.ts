import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Channel, Direction, DropStage, InteractionStatus } from '../../domain/words.js';
import { instant, optionalText, text } from './columns.js';

/** What the funnel knows of an interaction, and can be grouped and filtered by. Two that are equal here count alike. */
abstract class FunnelFacts {
  @Column(text()) channel!: Channel;
  @Column(optionalText()) direction!: Direction | null;
  @Column(optionalText()) campaign!: string | null;
  @Column(optionalText()) flow!: string | null;
  @Column('uuid', { array: true }) sourceIds!: string[];
  @Column(text()) status!: InteractionStatus;
  @Column(optionalText()) dropStage!: DropStage | null;
  @Column('boolean') isProvisional!: boolean;
  @Column('boolean') isTest!: boolean;
  /** Stages reached and stages settled, a bit each. */
  @Column('integer') stageMarks!: number;
  /** Null: it cannot be told. */
  @Column('boolean', { nullable: true }) isContained!: boolean | null;
  /** How many such interactions: in a delta more, or less. */
  @Column('integer') count!: number;
}

/**
 * A change of the funnel that is not added up yet. Rows are only ever added by those who change
 * interactions, so none of them waits for another.
 */
@Entity('funnel_delta')
export class FunnelDeltaEntity extends FunnelFacts {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' } as never) id!: number;
  @Column(instant()) startedAt!: number;
}

/**
 * A WIDE_HOUR counts an hour's interactions whatever their campaign, flow and sources: a question that asks for
 * none of these reads few cells.
 */
export type FunnelGrain = 'HOUR' | 'WIDE_HOUR' | 'DAY';

/** How many interactions with these facts began in an hour or a day of the tenant's clock. */
@Entity('funnel_cell')
@Index('funnel_cell_empty', ['tenantId'], { where: 'count = 0' })
export class FunnelCellEntity extends FunnelFacts {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('text') grain!: FunnelGrain;
  @PrimaryColumn({ ...instant(), nullable: false }) startedAt!: number;
  /** A hash of the facts: it stands for all of them in the key. */
  @PrimaryColumn('uuid') factsHash!: string;
}

/** A customer who began, changed or withdrew a call: whoever talked to them before is looked at again. */
@Entity('call_back_check')
export class CallBackCheckEntity {
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' } as never) id!: number;
  @Column('uuid') tenantId!: string;
  @Column(text()) customer!: string;
  @Column(instant()) at!: number;
}
