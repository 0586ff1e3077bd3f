import type { Json, JsonObject } from '../record.js';

/**
 * The names of a verdict's JSON form in the order of the document that defines it, block by block. A name that
 * stands in several blocks has one place that is right in all of them.
 */
const ORDER: readonly string[] = [
  ...['version', 'overall_status', 'input_reduced', 'session_context', 'outcome', 'metrics'],
  ...['resources_used', 'interactions', 'narrative', 'issues'],
  ...['reference_type', 'channel', 'direction', 'direction_raw', 'participants', 'flow_name', 'started_at'],
  ...['origin_kind', 'origin_type', 'multi_leg', 'ai_handled', 'human_involved'],
  ...['role', 'address'],
  ...['result', 'ended_by', 'reason', 'detail'],
  ...['duration_sec', 'hangup_reason'],
  ...['chat_platform', 'last_activity_by', 'turns_self', 'turns_peer', 'unanswered', 'delivery_failures'],
  ...['thread_span_sec', 'truncated'],
  ...['turns_user', 'turns_bot', 'first_response_ms', 'avg_response_ms', 'max_response_ms', 'max_gap_ms'],
  ...['type', 'count'],
  ...['resource_type', 'severity', 'area', 'summary', 'evidence'],
  ...['evidence_index', 'event_type', 'timestamp', 'resource_id'],
];

const PLACES = new Map(ORDER.map((name, place) => [name, place]));
const placeOf = (name: string): number => PLACES.get(name) ?? ORDER.length;

/** The same JSON with its keys in the document's order, which the database does not keep; others stand last. */
export const inDocumentOrder = (json: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => placeOf(a) - placeOf(b))
      .map(([name, value]) => [name, ordered(value)]),
  );

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  return value !== null && typeof value === 'object' ? inDocumentOrder(value) : value;
}
