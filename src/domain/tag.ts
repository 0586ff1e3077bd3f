import type { Call } from './call.js';
import { compareText } from './leg.js';
import type { Json } from './record.js';
import type { Instant } from './words.js';

export interface Tag {
  name: string;
  value: string | null;
  /** Who set it here, and when; absent for a tag of a record. */
  setBy?: string;
  setAt?: Instant;
}

/**
 * Named tags, the most believed leg's value first, then the words of the post-call analysis, then what
 * functions answered, where it is short enough to be read at a glance.
 */
export function tagsOf(calls: readonly Call[]): Tag[] {
  const named = new Map<string, string | null>();
  const add = (name: string, value: string | null) => named.has(name) || named.set(name, value);
  for (const call of calls) for (const [name, value] of Object.entries(call.tags)) add(name, value);
  for (const call of calls) for (const name of call.postCallAnalysis?.tags ?? []) add(name, null);
  for (const { name, rawResponse } of calls.flatMap((call) => call.toolCalls).reverse()) {
    const output = outputOf(rawResponse);
    if (name != null && output !== null) add(name, output);
  }
  return [...named].map(([name, value]) => ({ name, value })).sort((a, b) => compareText(a.name, b.name));
}

/** Longest output of a function that is a tag, as JSON. */
export const OUTPUT_LENGTH = 62;

/** A single value; of a list or an object no one value is the output. Nobody reads a number with an exponent. */
function outputOf(response: Json | undefined): string | null {
  if (response == null || typeof response === 'object') return null;
  const isReadable = typeof response !== 'number' || !String(response).includes('e');
  return isReadable && JSON.stringify(response).length <= OUTPUT_LENGTH ? String(response) : null;
}
