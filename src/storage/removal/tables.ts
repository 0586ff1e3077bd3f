import type { EntityManager, EntityMetadata } from 'typeorm';

/** Properties that name a leg (a call has its leg's id), and those that name an interaction. */
const OF_LEG = new Set(['legId', 'otherLegId', 'callId', 'dialerLegId', 'assistantLegId']);
const OF_INTERACTION = new Set(['interactionId']);
/** Tables whose own ids are those of legs or interactions. */
const BY_ID: Readonly<Record<string, 'leg' | 'interaction'>> = {
  leg: 'leg',
  call: 'leg',
  interaction: 'interaction',
  interaction_redirect: 'interaction',
};
/**
 * Tables that name an interaction, and are not simply emptied of it: the feed is dense, versions and
 * recordings have their own way of being forgotten.
 */
const APART = new Set(['change', 'interaction_version', 'recording']);

/** What is removed with interactions and their legs. */
export interface Doomed {
  legIds: readonly string[];
  /** With those that were merged into them. */
  interactionIds: readonly string[];
}

/** A table, and how a row of it is told to be of a doomed leg (`$2`) or interaction (`$3`). */
export interface DoomedTable {
  name: string;
  where: string;
}

/**
 * The tables that hold something of an interaction: every entity that names a leg, a call or an
 * interaction is one, so that none that comes later can be forgotten.
 */
export const doomedTables = (entities: readonly EntityMetadata[]): DoomedTable[] =>
  entities
    .filter(({ tableName }) => !APART.has(tableName))
    .map((entity) => ({ name: entity.tableName, where: conditionOf(entity) }))
    .filter(({ where }) => where !== '');

function conditionOf({ tableName, columns }: EntityMetadata): string {
  const by = BY_ID[tableName];
  return columns
    .flatMap(({ propertyName, databaseName }) => {
      if (OF_LEG.has(propertyName) || (by === 'leg' && propertyName === 'id'))
        return [`${databaseName} = any($2::uuid[])`];
      const isNamed = OF_INTERACTION.has(propertyName) && by !== 'leg';
      return isNamed || (by === 'interaction' && propertyName === 'id')
        ? [`${databaseName} = any($3::uuid[])`]
        : [];
    })
    .join(' or ');
}

/** Deletes the rows of every such table; answers how many there were. */
export async function emptyTables(tx: EntityManager, tenantId: string, doomed: Doomed): Promise<number> {
  const { legIds, interactionIds } = doomed;
  let count = 0;
  for (const { name, where } of doomedTables(tx.connection.entityMetadatas)) {
    const [row]: { n: number }[] = await tx.query(
      `with ids as (select $2::uuid[], $3::uuid[]),
            gone as (delete from ${name} where tenant_id = $1 and (${where}) returning 1)
       select count(*)::int as n from gone`,
      [tenantId, legIds, interactionIds],
    );
    count += row?.n ?? 0;
  }
  return count;
}
