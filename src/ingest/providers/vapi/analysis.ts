import type { Json, JsonObject, NeutralRecord, PostCallAnalysis } from '../../../domain/record.js';
import { objectOf, objectsOf, someOf, textOf } from '../read.js';

/** What a report says of the call after it: analysis, tags and quality control. */
export function analysed(
  message: JsonObject,
): Pick<NeutralRecord, 'postCallAnalysis' | 'tags' | 'qcAnalysis'> {
  const stated = objectOf(message.analysis);
  const places = [objectOf(message.artifact), stated];
  const fields = {
    ...objectOf(stated.structuredData),
    ...catalogue(objectsOf(stated.structuredDataMulti)),
    ...merged(places.map(({ structuredOutputs }) => outputFields(objectOf(structuredOutputs)))),
  };
  const cards = merged(places.map(({ scorecards }) => scorecardFields(objectOf(scorecards))));
  return {
    postCallAnalysis: analysis(stated, fields),
    tags: someOf(Object.fromEntries(shortTexts(fields, TAG))),
    qcAnalysis: Object.keys(cards).length === 0 ? undefined : { fields: cards },
  };
}

const merged = (parts: readonly JsonObject[]): JsonObject => Object.assign({}, ...parts) as JsonObject;

/** Names under which analysis plans keep their verdict on the call; other fields are data, not dispositions. */
const DISPOSITION = /disposition|outcome|result|resolution|intent|reason|category|status|sentiment/i;
/** Names under which analysis plans keep what a list of conversations is read by. */
const TAG = /language|reason|issue|topic|category/i;
/** Longer text is told, not shown as a badge. */
const BADGE_LENGTH = 60;

function analysis(stated: JsonObject, structured: JsonObject): PostCallAnalysis | undefined {
  const evaluation = textOf(stated.successEvaluation);
  const fields = { ...structured, ...(evaluation === undefined ? {} : { successEvaluation: evaluation }) };
  const dispositions = shortTexts(structured, DISPOSITION).map(([name, value]) => ({ name, value }));
  return someOf({
    summary: textOf(stated.summary),
    fields: Object.keys(fields).length === 0 ? undefined : fields,
    dispositions: dispositions.length === 0 ? undefined : dispositions,
  });
}

/** Short texts under such a name, on their own or in one of several structures; of equal names the first. */
function shortTexts(fields: JsonObject, name: RegExp): [name: string, value: string][] {
  const found = new Map<string, string>();
  const inside = Object.values(fields).flatMap((value) => Object.entries(objectOf(value)));
  for (const [key, value] of [...Object.entries(fields), ...inside])
    if (name.test(key) && isBadge(value) && !found.has(key)) found.set(key, value);
  return [...found];
}

const isBadge = (value: Json): value is string =>
  typeof value === 'string' && value !== '' && value.length <= BADGE_LENGTH;

/**
 * `structuredDataMulti` has an entry for each plan. Its form is not documented: what names the plan (`key`) or
 * the assistant names the field, and what stands beside it is the value, alone or as `result` or `data`.
 */
const catalogue = (entries: readonly JsonObject[]): JsonObject =>
  merged(
    entries.map(({ key, name, assistant, ...rest }) => {
      const named = [key, name, assistant].map(textOf).find((one) => one !== undefined);
      const value = rest.result ?? rest.data ?? rest.structuredData ?? rest;
      return named === undefined ? objectOf(value) : { [named]: value };
    }),
  );

/** `structuredOutputs` is keyed by the id of the output, whose name is inside. */
const outputFields = (outputs: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(outputs).flatMap(([id, output]) => {
      const { name, result } = objectOf(output);
      return result === undefined ? [] : [[textOf(name) ?? id, result]];
    }),
  );

/** Keyed by the id of the scorecard, whose name is inside. */
const scorecardFields = (cards: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(cards).map(([id, card]) => {
      const { name, ...scores } = objectOf(card);
      return [textOf(name) ?? id, scores as JsonObject];
    }),
  );
