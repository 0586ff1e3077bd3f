import type { DataSource } from 'typeorm';

/**
 * The tables, of every schema that is not PostgreSQL's own, in which a row matches one of the patterns as
 * text, each with the pattern.
 */
export async function tablesWith(db: DataSource, patterns: readonly string[]): Promise<string[]> {
  const tables: { name: string }[] = await db.query(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows: { pattern: string }[] = await db.query(
      `select distinct p.pattern from ${name} t, unnest($1::text[]) p(pattern) where t::text ~* p.pattern`,
      [patterns],
    );
    found.push(...rows.map(({ pattern }) => `${name}: ${pattern}`));
  }
  return found;
}

/** Every row of every table, as one text for each table. */
export async function contentsOf(db: DataSource): Promise<Record<string, string>> {
  const tables: { name: string }[] = await db.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const contents: Record<string, string> = {};
  for (const { name } of tables) {
    const [row]: { all: string | null }[] = await db.query(
      `select string_agg(to_jsonb(t)::text, e'\\n' order by to_jsonb(t)::text) as all from "${name}" t`,
    );
    contents[name] = row?.all ?? '';
  }
  return contents;
}
