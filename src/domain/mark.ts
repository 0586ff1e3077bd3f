import type { Tag } from './tag.js';
import { compareText } from './leg.js';
import type { ReviewFlag } from './record.js';
import type { Instant, MarkKind } from './words.js';

/**
 * What a person said about an interaction, kept with one of its legs: interactions merge, part and are
 * computed anew, and a mark follows its leg. Of the statements about one thing the latest one holds.
 */
export interface Mark {
  id: string;
  legId: string;
  kind: MarkKind;
  /** The code of a flag, the name of a tag, the id of an annotation. */
  name: string;
  /** The reason of a flag, the value of a tag, the text of an annotation. */
  text: string | null;
  /** False: the person took it away, whoever had set it. */
  isSet: boolean;
  /** Names the credential. */
  by: string;
  at: Instant;
}

/** A note of a person. */
export interface Annotation {
  id: string;
  text: string;
  by: string;
  at: Instant;
}

/** A review flag as it is shown. */
export interface Flag extends ReviewFlag {
  /** Names the credential of the person that set it here; absent unless one did. */
  setBy?: string;
}

/** Review flags of records and rules, with what people made of them. A person decides a code for all. */
export function markedFlags(flags: readonly ReviewFlag[], marks: readonly Mark[]): Flag[] {
  const said = standing(marks, 'FLAG');
  const set = [...said.values()].filter(({ isSet }) => isSet);
  return [
    ...flags.filter(({ code }) => !said.has(code)),
    ...set.map(({ name: code, text: reason, by: setBy, at }) => ({
      code,
      reason,
      by: 'PERSON' as const,
      at,
      setBy,
    })),
  ];
}

/** Tags of records with what people made of them, by name. */
export function markedTags(tags: readonly Tag[], marks: readonly Mark[]): Tag[] {
  const said = standing(marks, 'TAG');
  const set = [...said.values()].filter(({ isSet }) => isSet);
  const own = set.map(({ name, text: value, by: setBy, at: setAt }) => ({ name, value, setBy, setAt }));
  return [...tags.filter(({ name }) => !said.has(name)), ...own].sort((a, b) => compareText(a.name, b.name));
}

/** What people wrote and nobody took away, in the order of writing. */
export const annotationsOf = (marks: readonly Mark[]): Annotation[] =>
  [...standing(marks, 'ANNOTATION').values()]
    .filter(({ isSet }) => isSet)
    .map(({ name: id, text, by, at }) => ({ id, text: text ?? '', by, at }))
    .sort((a, b) => a.at - b.at || compareText(a.id, b.id));

/** Of each thing the latest statement, by its name. */
function standing(marks: readonly Mark[], kind: MarkKind): Map<string, Mark> {
  const ofKind = marks.filter((mark) => mark.kind === kind);
  const inOrder = ofKind.sort((a, b) => a.at - b.at || compareText(a.id, b.id));
  return new Map(inOrder.map((mark) => [mark.name, mark]));
}

/** The legs on which something is to be said: those on which it was said before, else the earliest. */
export function legsToMark(
  { kind, name }: Pick<Mark, 'kind' | 'name'>,
  marks: readonly Mark[],
  legIds: readonly string[],
): string[] {
  const said = marks.filter((mark) => mark.kind === kind && mark.name === name);
  return said.length > 0 ? [...new Set(said.map(({ legId }) => legId))] : legIds.slice(0, 1);
}
