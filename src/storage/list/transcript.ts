import { BadUserInput } from '../../domain/errors.js';
import type { Phrase } from '../../domain/spoken.js';
import { phrasesOf, wordsOf } from '../../domain/spoken.js';
import type { TenantFrame } from '../read-model.js';
import { hadLeg } from './as-of.js';
import type { Condition } from './condition.js';
import type { Params } from './params.js';
import { searchText } from './search.js';

/** More words than one looks for. */
const MOST_WORDS = 50;

/**
 * Stands in every entry's words and in every search, so that the index finds no other tenant's entries
 * (rule R20). No word of a text can be equal to it.
 */
const tenantWord = (tenantId: string): string => `'@${tenantId.slice(-8).toLowerCase()}'`;

/** The words of a text with their places, as PostgreSQL reads a `tsvector`. Words are letters and digits alone. */
export function wordVector(tenantId: string, text: string | null): string | null {
  if (text === null) return null;
  const words = wordsOf(text).map((word, place) => `'${word.text}':${place + 1}`);
  return [tenantWord(tenantId), ...words].join(' ');
}

/** All phrases of a search, as PostgreSQL reads a `tsquery`. */
export const wordQuery = (tenantId: string, phrases: readonly Phrase[]): string =>
  [
    tenantWord(tenantId),
    ...phrases.map((phrase) => `(${phrase.map((word) => `'${word}'`).join(' <-> ')})`),
  ].join(' & ');

/** The phrases of a search; null when it is blank, none when it asks for nothing that can be said. */
export function readTranscriptSearch(text: string | null | undefined, field: string): Phrase[] | null {
  const wanted = searchText(text, field);
  if (wanted === null) return null;
  const phrases = phrasesOf(wanted);
  if (phrases.flat().length > MOST_WORDS)
    throw new BadUserInput(field, `must have at most ${MOST_WORDS} words`);
  return phrases;
}

/** Holds for entries `e` of the tenant's transcripts in which all phrases stand; `tenant` is the placeholder of its id. */
export const entryHas = (
  phrases: readonly Phrase[],
  tenantId: string,
  params: Params,
  tenant = params.add(tenantId, 'uuid'),
): string => `e.tenant_id = ${tenant} and e.words @@ ${params.add(wordQuery(tenantId, phrases), 'tsquery')}`;

/** Calls in which one entry has all that is searched for. */
export function callSaid(text: string | null | undefined, frame: TenantFrame, params: Params): Condition {
  return said(
    text,
    frame,
    params,
    (matches) => `c.id in (select e.call_id from transcript_entry e where ${matches})`,
  );
}

/** Interactions in a call of which one entry has all that is searched for. */
export function interactionSaid(
  text: string | null | undefined,
  frame: TenantFrame,
  params: Params,
): Condition {
  return said(text, frame, params, (matches) =>
    frame.asOf === undefined
      ? `i.id in (select g.interaction_id from transcript_entry e
          join leg g on g.tenant_id = e.tenant_id and g.id = e.call_id where ${matches})`
      : hadLeg(`select e.call_id from transcript_entry e where ${matches}`),
  );
}

function said(
  text: string | null | undefined,
  frame: TenantFrame,
  params: Params,
  condition: (matches: string) => string,
): Condition {
  const phrases = readTranscriptSearch(text, 'transcriptSearch');
  if (phrases === null) return null;
  return phrases.length === 0 ? 'false' : condition(entryHas(phrases, frame.tenantId, params));
}
