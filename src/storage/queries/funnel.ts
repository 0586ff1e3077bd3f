import type { DataSource } from 'typeorm';
import { BadUserInput } from '../../domain/errors.js';
import type { FunnelDimension, FunnelResult, FunnelTally, TimeInterval } from '../../domain/funnel.js';
import { funnelOf } from '../../domain/funnel.js';
import type { Instant } from '../../domain/words.js';
import { startOfDay } from '../../domain/zone.js';
import { interactionTable } from '../list/as-of.js';
import type { Condition } from '../list/condition.js';
import { all, during, equals, is, nested, oneOf } from '../list/condition.js';
import type { InteractionFilter } from '../list/filter.js';
import { mustSeeSources } from '../list/hidden.js';
import { interactionWhere } from '../list/filter.js';
import { Params } from '../list/params.js';
import type { TenantFrame } from '../read-model.js';
import type { FunnelPlan, Piece } from './funnel-plan.js';
import { planFunnel, withoutTests } from './funnel-plan.js';
import { hourStart, IS_CONTAINED, localDay } from './funnel-sql.js';

export interface FunnelRequest {
  filter?: InteractionFilter | null;
  groupBy?: FunnelDimension | null;
  interval?: TimeInterval | null;
}

/** More different interactions than this in one answer are a list, not a summary. */
const MAX_TALLIES = 200_000;

const COLUMN_OF: Record<FunnelDimension, string> = {
  CHANNEL: 'channel',
  DIRECTION: 'direction',
  CAMPAIGN: 'campaign',
  FLOW: 'flow',
  SOURCE: 'source_ids',
  DROP_STAGE: 'drop_stage',
};

/** All columns of a tally but its count. */
const GROUP_KEYS = '1, 2, 3, 4, 5, 6, 7, 8';

/** Counts interactions stage by stage; the domain says what the counts mean. One statement, one snapshot. */
export class FunnelReader {
  constructor(private readonly db: DataSource) {}

  async read(
    frame: TenantFrame,
    { filter, groupBy = null, interval = null }: FunnelRequest,
  ): Promise<FunnelResult> {
    if (groupBy === 'SOURCE') mustSeeSources(groupBy, frame, 'groupBy SOURCE');
    const { sql, params } = this.statement(frame, { filter, groupBy, interval });
    const rows = await this.db.query<TallyRow[]>(sql, params.values);
    if (rows.length > MAX_TALLIES)
      throw new BadUserInput('groupBy', 'makes too many groups: narrow the filter');
    const tallies = rows.map(({ day, ...row }) => ({
      ...row,
      startsAt: day === null ? row.startsAt : dayStartOf(day, frame.timeZone),
    }));
    return funnelOf(tallies, { groupBy, interval, timeZone: frame.timeZone, asOf: frame.now });
  }

  private statement(frame: TenantFrame, { filter, groupBy, interval }: FunnelRequest) {
    const wanted = withoutTests(filter ?? {});
    const plan = planFunnel(wanted, frame, { interval, groupBy });
    const params = new Params();
    const arms = new Arms(this.db, frame, wanted, plan, params, { groupBy, interval }).all();
    const sql = `select ${groupBy === 'SOURCE' ? sourceNames(frame, params) : 'g.key'} as key, g."startsAt", g.day, g.status,
        g."isProvisional", g."stageMarks", g."isContained", g."isMature", g.count
      from (select key, "startsAt", day, status, "isProvisional", "stageMarks", "isContained", "isMature",
                   sum(count)::bigint as count
              from (${arms.join(' union all ')}) f group by ${GROUP_KEYS} having sum(count) <> 0
             limit ${MAX_TALLIES + 1}) g`;
    return { sql, params };
  }
}

/** `sourceKey` of the domain, for a group of source ids. */
const sourceNames = ({ tenantId }: TenantFrame, params: Params): string =>
  `(select string_agg(s.name, ' + ' order by s.name collate "C") from source s
      where s.tenant_id = ${params.add(tenantId, 'uuid')} and s.id = any(g.key))`;

/** `day` is a date of the tenant's calendar, instead of `startsAt`. */
type TallyRow = FunnelTally & { day: string | null };

function dayStartOf(day: string, timeZone: string): Instant {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return startOfDay([year, month, date], timeZone);
}

/** The selects of one statement: added-up cells, deltas that are not added up yet, and interactions. */
class Arms {
  private readonly matureBefore: string;
  /** Unused parameters are a fault in PostgreSQL. */
  private readonly zone: string;

  constructor(
    private readonly db: DataSource,
    private readonly frame: TenantFrame,
    private readonly filter: InteractionFilter,
    private readonly plan: FunnelPlan,
    private readonly params: Params,
    private readonly by: Pick<FunnelRequest, 'groupBy' | 'interval'>,
  ) {
    this.zone = by.interval ? params.add(frame.timeZone, 'text') : '';
    this.matureBefore = params.instant(plan.matureBefore);
  }

  /** Not the tables that no piece of the plan is read from. */
  all(): string[] {
    const cells = this.plan.pieces.filter(({ grain }) => grain !== 'ROWS');
    const rows = this.plan.pieces.filter(({ grain }) => grain === 'ROWS');
    const none = cells.length + rows.length === 0;
    return [
      ...(cells.length > 0 || none ? [this.cells(cells), this.deltas(cells)] : []),
      ...(rows.length > 0 ? [this.interactions(rows)] : []),
    ];
  }

  private cells(pieces: readonly Piece[]): string {
    const inPiece = anyOf(pieces, (piece) => `c.grain = '${piece.grain}' and ${this.during('c', piece)}`);
    const from = `funnel_cell c where ${this.where('c')} and ${inPiece}`;
    return this.summed('c', from, { count: 'c.count', hour: 'c.started_at' });
  }

  private deltas(pieces: readonly Piece[]): string {
    const inPiece = anyOf(pieces, (piece) => this.during('d', piece));
    return this.summed('d', `funnel_delta d where ${this.where('d')} and ${inPiece}`, { count: 'd.count' });
  }

  private interactions(pieces: readonly Piece[]): string {
    const inPiece = anyOf(pieces, (piece) => this.during('i', piece));
    const table = interactionTable(this.db, this.frame, this.params);
    const from = `${table} where ${interactionWhere(this.filter, this.frame, this.params)} and ${inPiece}`;
    return this.summed('i', from, { count: '1', isContained: IS_CONTAINED });
  }

  private during(alias: string, piece: Piece): string {
    return during(`${alias}.started_at`, piece, this.params) ?? 'true';
  }

  /** Each table is summed by itself: of its columns the planner knows how few values they have. */
  private summed(
    alias: string,
    from: string,
    own: { count: string; isContained?: string; hour?: string },
  ): string {
    const at = `${alias}.started_at`;
    const { groupBy, interval } = this.by;
    return `select ${groupBy ? `${alias}.${COLUMN_OF[groupBy]}` : 'null::text'} as key,
      ${interval === 'HOUR' ? (own.hour ?? hourStart(at, this.zone)) : 'null::timestamptz'} as "startsAt",
      ${interval === 'DAY' ? `${localDay(at, this.zone)}::text` : 'null::text'} as day,
      ${alias}.status, ${alias}.is_provisional as "isProvisional", ${alias}.stage_marks as "stageMarks",
      ${own.isContained ?? `${alias}.is_contained`} as "isContained", ${at} < ${this.matureBefore} as "isMature",
      sum(${own.count}) as count
      from ${from} group by ${GROUP_KEYS}`;
  }

  /** The filter on the tables of the roll-up; times are the plan's. */
  private where(alias: string): string {
    const tenant = `${alias}.tenant_id = ${this.params.add(this.frame.tenantId, 'uuid')}`;
    return `${tenant} and ${nested(this.filter, (filter) => this.conditions(alias, filter))}`;
  }

  private conditions(alias: string, filter: InteractionFilter): Condition[] {
    const { params } = this;
    mustSeeSources(filter.source, this.frame, 'filter.source');
    return [
      oneOf(`${alias}.status`, filter.status, params),
      oneOf(`${alias}.drop_stage`, filter.dropStage, params),
      oneOf(`${alias}.channel`, filter.channel, params),
      oneOf(`${alias}.direction`, filter.direction, params),
      equals(`${alias}.campaign`, filter.campaign, params),
      equals(`${alias}.flow`, filter.flow, params),
      is(`${alias}.is_test`, filter.isTest, params),
      this.reportedBy(alias, filter.source),
    ];
  }

  private reportedBy(alias: string, source: string | null | undefined): Condition {
    const isNamed = equals('s.name', source, this.params);
    if (isNamed === null) return null;
    const tenant = this.params.add(this.frame.tenantId, 'uuid');
    return `${alias}.source_ids && array(select s.id from source s where ${all([`s.tenant_id = ${tenant}`, isNamed])})`;
  }
}

const anyOf = (pieces: readonly Piece[], condition: (piece: Piece) => string): string =>
  `(${pieces.map((piece) => `(${condition(piece)})`).join(' or ') || 'false'})`;
