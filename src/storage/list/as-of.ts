import type { DataSource } from 'typeorm';
import { InteractionEntity } from '../entities/interaction.entity.js';
import type { TenantFrame } from '../read-model.js';
import { columnsOf } from '../select.js';
import type { Params } from './params.js';

/** Columns that lists are bounded and ordered by: a version has them beside its state, in indexes. */
const OWN: Readonly<Record<string, string>> = {
  tenant_id: 'v.tenant_id',
  id: 'v.interaction_id',
  started_at: 'v.started_at',
  updated_at: 'v.valid_from',
  revision: 'v.revision',
};

/**
 * `interaction i`, or what stands in its place for one who asks what was known at a time: the version of
 * each interaction that held then. The planner sees through it to the indexes of the versions. What is
 * deleted now was never known.
 */
export function interactionTable(db: DataSource, frame: TenantFrame, params: Params): string {
  if (frame.asOf === undefined) return 'interaction i';
  const names = columnsOf(db, InteractionEntity).map((column) => column.databaseName);
  const columns = names.map((name) => `${OWN[name] ?? `was.${name}`} as ${name}`).join(', ');
  const asOf = params.instant(frame.asOf);
  return `(select ${columns} from interaction_version v
      cross join lateral jsonb_populate_record(null::interaction, v.state) was
      where v.valid_from <= ${asOf} and v.valid_to > ${asOf} and ${NOT_DELETED}) i`;
}

/** The version `v` is of no interaction that is deleted now, or part of one that is. */
const NOT_DELETED = `not exists (select from interaction d
        where d.tenant_id = v.tenant_id and d.id = v.interaction_id and d.deleted_at is not null)
      and not exists (select from interaction_redirect r
        join interaction d on d.tenant_id = r.tenant_id and d.id = r.survivor_id and d.deleted_at is not null
        where r.tenant_id = v.tenant_id and r.id = v.interaction_id)`;

/** Binds the cursors of a list to the time that it shows. */
export const kindAsOf = (kind: string, { asOf }: TenantFrame): string =>
  asOf === undefined ? kind : `${kind}/${asOf}`;

/**
 * Legs move, so the legs that an interaction had are those of its mini timeline. `ids` is a select of
 * the ids of legs that no row of `i` has a part in: it is run once.
 */
export const hadLeg = (ids: string): string =>
  `i.segments @> any (array(select jsonb_build_array(jsonb_build_object('legId', named.id)) from (${ids}) named(id)))`;
