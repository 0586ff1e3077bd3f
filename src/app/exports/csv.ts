import { stringify } from 'csv-stringify/sync';
import type { Tag } from '../../domain/tag.js';
import { phoneCell, safeCell } from '../../domain/spreadsheet.js';
import type { Segment } from '../../domain/timeline.js';
import { printDuration } from '../../domain/why.js';
import { globalId } from '../../graphql/node.js';
import type { ExportedInteraction, ListFormat, SourceNames } from './list-format.js';
import { iso } from './list-format.js';

type Value = string | number | null;

interface Column {
  heading: string;
  value: (row: ExportedInteraction, sources: SourceNames) => Value;
  /** Whose values may be phone numbers. */
  isPhone?: boolean;
}

/** The columns of the traceability and conversations pages, then what analysts group by. */
const COLUMNS: readonly Column[] = [
  { heading: 'ID', value: ({ id }) => globalId('Interaction', id) },
  { heading: 'Start', value: ({ startedAt }) => iso(startedAt) },
  { heading: 'Customer', value: ({ customerAddress }) => customerAddress, isPhone: true },
  { heading: 'Contact', value: (row) => row.customerName ?? row.customerAddress, isPhone: true },
  {
    heading: 'Duration',
    value: ({ durationMs }) => (durationMs === null ? null : printDuration(durationMs)),
  },
  { heading: 'Duration ms', value: ({ durationMs }) => durationMs },
  { heading: 'Channel', value: ({ channel }) => channel },
  { heading: 'Platform', value: ({ platform }) => platform },
  { heading: 'Segments', value: (row, sources) => row.segments.map((one) => bar(one, sources)).join('; ') },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Drop stage', value: ({ dropStage }) => dropStage },
  { heading: 'Outcome', value: ({ outcome }) => outcome },
  { heading: 'Flow', value: ({ flow }) => flow },
  { heading: 'Last message', value: ({ lastMessageAt }) => iso(lastMessageAt) },
  { heading: 'Flagged', value: ({ reviewFlags }) => (reviewFlags.length > 0 ? 'yes' : 'no') },
  { heading: 'Functions', value: ({ functions }) => functions.join('; ') },
  { heading: 'Tags', value: ({ tags }) => tags.map(tag).join('; ') },
  { heading: 'Direction', value: ({ direction }) => direction },
  { heading: 'Campaign', value: ({ campaign }) => campaign },
  { heading: 'Reference', value: ({ reference }) => reference },
];

/** RFC 4180, with cells that no spreadsheet runs. */
export const CSV: ListFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: write([COLUMNS.map(({ heading }) => heading)]),
  lines: (rows, sources) =>
    write(rows.map((row) => COLUMNS.map((column) => cell(column, column.value(row, sources))))),
};

function write(rows: Value[][]): string {
  return stringify(rows, { record_delimiter: 'windows', quote_record_delimiter: true });
}

function cell({ isPhone = false }: Column, value: Value): Value {
  if (typeof value !== 'string') return value;
  return isPhone ? phoneCell(value) : safeCell(value);
}

function tag({ name, value }: Tag): string {
  return value === null ? name : `${name}=${value}`;
}

/** `DIALER phone PRESENT 0..120000 ms`: role, source, state, and from when to when after the start. */
function bar({ role, sourceId, state, offsetMs, durationMs }: Segment, sources: SourceNames): string {
  const source = sources.get(sourceId ?? '');
  const end = offsetMs === null || durationMs === null ? '' : String(offsetMs + durationMs);
  const span = offsetMs === null ? [] : [`${String(offsetMs)}..${end} ms`];
  return [role, ...(source === undefined ? [] : [source]), state, ...span].join(' ');
}
