import type { JsonObject } from '../../../domain/record.js';
import type { Direction } from '../../../domain/words.js';

/**
 * What is said in a call, as data. `{name}`, `{order}`, `{day}` and `{time}` stand for what the call is
 * about; they may be used in the texts, in what a tool is asked and in what it answers.
 */
export interface Script {
  name: string;
  language: 'en' | 'es';
  direction: Direction;
  flow: string;
  /** Null: no campaign brought the call. */
  campaign: string | null;
  /** A greeting by the assistant, then the customer and the assistant by turns. */
  lines: readonly Line[];
  /** What is said after the assistant has brought in a person; only where it does. */
  handover?: { queue: string; lines: readonly Line[] };
  /** What the assistant leaves on an answering machine. */
  voicemail?: string;
  /** What the assistant says when a tool gives no answer. */
  apology: string;
  summary: string;
  tags: readonly string[];
  dispositions: readonly { name: string; value: string }[];
}

export interface Line {
  by: 'ASSISTANT' | 'CUSTOMER' | 'AGENT';
  text: string;
  /** What the assistant looks up before it says this. */
  reads?: { query: string; hits: number };
  /** What the assistant does before it says this. */
  uses?: Tool;
  /** The mood that can be heard in it. */
  mood?: string;
}

export interface Tool {
  name: string;
  /** How long it takes as a rule, in ms. */
  ms: number;
  asks: JsonObject;
  answers: JsonObject;
}

export const bot = (text: string, before: Pick<Line, 'reads' | 'uses'> = {}): Line => ({
  by: 'ASSISTANT',
  text,
  ...before,
});

export const caller = (text: string, mood?: string): Line =>
  mood === undefined ? { by: 'CUSTOMER', text } : { by: 'CUSTOMER', text, mood };

export const agent = (text: string): Line => ({ by: 'AGENT', text });
