import { Random } from './random.js';

/** How a call differs from one that goes well. */
interface Traits {
  /** Calls of this shape among a hundred. */
  weight: number;
  /** What kind of script it needs; default: any without a handover. */
  script?: 'OUTBOUND' | 'HANDOVER';
  /** How far the conversation comes; default: to its end. */
  talk?: 'UNANSWERED' | 'NOBODY' | 'GREETING' | 'MACHINE' | 'BROKEN_OFF';
  slowModel?: true;
  toolTimesOut?: true;
  isTest?: true;
  /** What becomes of the dialer's record: it comes minutes later, or never. */
  dialer?: 'LATE' | 'LOST';
  /** The assistant's half does not name the id that both halves share. */
  assistantHasNoId?: true;
}

const SHAPE_TABLE = {
  /** All goes well. */
  COMPLETE: { weight: 45 },
  /** The assistant brings in a person, who reports a leg too. */
  TRANSFERRED: { weight: 10, script: 'HANDOVER' },
  /** Nobody answers, or the line is busy. */
  UNANSWERED: { weight: 9, script: 'OUTBOUND', talk: 'UNANSWERED' },
  /** The customer hangs up during the greeting. */
  ABANDONED: { weight: 4, talk: 'GREETING' },
  /** A service of the assistant fails for good, in the middle of the conversation. */
  ASSISTANT_FAILED: { weight: 4, talk: 'BROKEN_OFF' },
  /** Both halves are reported, seconds apart, and nothing links them. */
  HALF_DIALER: { weight: 3, assistantHasNoId: true },
  /** The assistant's half alone: the dialer's record is lost. */
  HALF_ASSISTANT: { weight: 3, dialer: 'LOST' },
  /** The dialer's half alone: the call is answered, and no assistant ever joins. */
  NO_ASSISTANT: { weight: 2, talk: 'NOBODY' },
  /** The dialer's record comes minutes after the call. */
  LATE_DIALER: { weight: 5, dialer: 'LATE' },
  /** The model takes seconds for its answers. */
  SLOW_MODEL: { weight: 5, slowModel: true },
  /** A tool gives no answer, and the assistant has to apologise. */
  TOOL_TIMEOUT: { weight: 4, toolTimesOut: true },
  /** An answering machine takes the call. */
  VOICEMAIL: { weight: 4, script: 'OUTBOUND', talk: 'MACHINE' },
  /** Someone of the company tries the assistant. */
  TEST: { weight: 2, isTest: true },
} as const satisfies Record<string, Traits>;

export type StoryShape = keyof typeof SHAPE_TABLE;

export const SHAPES: Readonly<Record<StoryShape, Traits>> = SHAPE_TABLE;

const WEIGHTS = Object.fromEntries(
  Object.entries(SHAPES).map(([shape, { weight }]) => [shape, weight]),
) as Record<StoryShape, number>;

export const drawShape = (random: Random): StoryShape => random.weighted(WEIGHTS);
