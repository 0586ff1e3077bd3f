import type { DataSource } from 'typeorm';
import type { OverallStatus, TimelineAnalysisStatus } from '../../domain/verdict/verdict.js';
import type { Instant } from '../../domain/words.js';
import { TimelineAnalysisEntity } from '../entities/analysis.entity.js';
import { all, during, oneOf } from '../list/condition.js';
import type { CappedCount } from '../list/count.js';
import { COUNT_CAP, countUpTo } from '../list/count.js';
import type { CursorCodec } from '../list/cursor.js';
import { keysetPage } from '../list/keyset.js';
import { MAX_PAGE_SIZE } from '../list/page-size.js';
import { Params, uuids } from '../list/params.js';
import type { Page, PageArgs, Range } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';

/** An analysis, beside what its interaction is by now. */
export type TimelineAnalysisRow = Omit<TimelineAnalysisEntity, never> & {
  /** The present revision of the interaction. */
  currentRevision: number;
};

export interface TimelineAnalysisFilter {
  /** An id, or null: none matches. */
  interactionId?: string | null;
  status?: TimelineAnalysisStatus[] | null;
  overallStatus?: OverallStatus[] | null;
  createdAt?: Range<Instant> | null;
}

/** An interaction that is deleted hides its analyses. */
const SHOWN = `timeline_analysis a join interaction i
  on i.tenant_id = a.tenant_id and i.id = a.interaction_id and i.deleted_at is null`;

/** Reads analyses. Every method is one statement, and none when it is asked for nothing. */
export class AnalysisReader {
  private selected: string | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  /** The latest first. */
  page(
    tenantId: string,
    filter: TimelineAnalysisFilter | null,
    args: PageArgs,
  ): Promise<Page<TimelineAnalysisRow>> {
    const params = new Params();
    const list = {
      kind: 'timelineAnalyses',
      tenantId,
      columns: this.columns,
      from: SHOWN,
      where: whereOf(tenantId, filter, params),
      params,
      sort: {
        sql: 'a.created_at',
        property: 'createdAt' as const,
        type: 'timestamptz' as const,
        isNullable: false,
      },
      id: 'a.id',
      direction: 'DESC' as const,
    };
    return keysetPage<TimelineAnalysisRow>(this.db, this.cursors, list, args);
  }

  count(tenantId: string, filter: TimelineAnalysisFilter | null, cap = COUNT_CAP): Promise<CappedCount> {
    const params = new Params();
    const matching = `select 1 from ${SHOWN} where ${whereOf(tenantId, filter, params)}`;
    return countUpTo(this.db, matching, params, cap);
  }

  async byIds(tenantId: string, ids: readonly string[]): Promise<TimelineAnalysisRow[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    return this.db.query<TimelineAnalysisRow[]>(
      `select ${this.columns} from ${SHOWN} where a.tenant_id = $1 and a.id = any($2::uuid[])`,
      [tenantId, known],
    );
  }

  /** Analyses of each interaction, the latest first. */
  async byInteractions(
    tenantId: string,
    interactionIds: readonly string[],
    { most = MAX_PAGE_SIZE, completed = false } = {},
  ): Promise<TimelineAnalysisRow[]> {
    const known = uuids(interactionIds);
    if (known.length === 0) return [];
    return this.db.query<TimelineAnalysisRow[]>(
      `select found.* from unnest($2::uuid[]) asked(id) cross join lateral (
        select ${this.columns} from ${SHOWN}
         where a.tenant_id = $1 and a.interaction_id = asked.id ${completed ? "and a.status = 'COMPLETED'" : ''}
         order by a.created_at desc, a.id desc limit $3
      ) found order by found."createdAt" desc, found.id desc`,
      [tenantId, known, most],
    );
  }

  /** Those that run now, the latest first. */
  running(tenantId: string): Promise<TimelineAnalysisRow[]> {
    return this.db.query<TimelineAnalysisRow[]>(
      `select ${this.columns} from ${SHOWN}
        where a.tenant_id = $1 and a.status = 'PROGRESSING' order by a.created_at desc, a.id desc`,
      [tenantId],
    );
  }

  /** Made late: the entity's metadata is there only once the data source is initialised. */
  private get columns(): string {
    this.selected ??= `${selectList(columnsOf(this.db, TimelineAnalysisEntity), 'a')}, i.revision as "currentRevision"`;
    return this.selected;
  }
}

function whereOf(tenantId: string, filter: TimelineAnalysisFilter | null, params: Params): string {
  return all([
    `a.tenant_id = ${params.add(tenantId, 'uuid')}`,
    ofInteraction(filter?.interactionId, params),
    oneOf('a.status', filter?.status, params),
    oneOf('a.overall_status', filter?.overallStatus, params),
    during('a.created_at', filter?.createdAt, params),
  ]);
}

/** What is no id matches nothing; an interaction that was merged stands for its survivor. */
function ofInteraction(id: string | null | undefined, params: Params): string | null {
  if (id === undefined || id === null) return null;
  const [known] = uuids([id]);
  return known === undefined ? 'false' : `a.interaction_id = ${params.add(known, 'uuid')}`;
}

/** The analysis as it was before it ended: what those see who follow it step by step. */
export const asProgressing = (row: TimelineAnalysisRow): TimelineAnalysisRow => ({
  ...row,
  status: 'PROGRESSING',
  failure: null,
  result: null,
  overallStatus: null,
  revision: null,
  analyst: null,
  model: null,
  updatedAt: row.createdAt,
});

/** Whether what was judged is no longer what is there. */
export const isStale = ({
  mergedFrom,
  revision,
  currentRevision,
}: Pick<TimelineAnalysisRow, 'mergedFrom' | 'revision' | 'currentRevision'>): boolean =>
  mergedFrom !== null || (revision !== null && revision !== currentRevision);
