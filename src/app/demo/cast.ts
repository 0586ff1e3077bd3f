import { createHash } from 'node:crypto';
import type { Json } from '../../domain/record.js';
import type { Person } from './people.js';
import { AGENTS, CUSTOMERS, DAYS, OWN_NUMBERS, TEST_LINE, TIMES } from './people.js';
import type { Random } from './random.js';
import { some } from './random.js';
import { SCRIPTS } from './scripts/index.js';
import type { Line, Script } from './scripts/script.js';
import type { StoryShape } from './shapes.js';
import { SHAPES } from './shapes.js';

/** Who is in a call and what it is about. */
export interface Cast {
  /** Names the call in the ids of all systems; no other call of any run has it. */
  call: string;
  interactionId: string;
  customer: Person;
  did: string;
  agent: string;
  reference: string;
  /** With the words of this call in place of its gaps. */
  script: Script;
}

export function castCall(shape: StoryShape, call: string, random: Random): Cast {
  const script = random.pick(some(SCRIPTS.filter((one) => fits(one, shape))));
  const { language } = script;
  const customer = SHAPES[shape].isTest ? TEST_LINE : random.pickEarly(some(CUSTOMERS[language]));
  const agent = random.pick(some<string>(AGENTS[language]));
  const reference = `ORD-${random.whole(10_000, 99_999)}`;
  const words = {
    name: firstWord(customer.name),
    agent: firstWord(agent),
    order: reference,
    day: random.pick(some<string>(DAYS[language])),
    time: random.pick(some<string>(TIMES[language])),
  };
  return {
    call,
    interactionId: uuidOf(call),
    customer,
    did: OWN_NUMBERS[language],
    agent,
    reference,
    script: fillScript(script, words),
  };
}

function fits(script: Script, shape: StoryShape): boolean {
  const needed = SHAPES[shape].script;
  if (needed === 'HANDOVER') return script.handover !== undefined;
  return script.handover === undefined && (needed !== 'OUTBOUND' || script.direction === 'OUTBOUND');
}

/** The same text, the same UUID (of version 8, which leaves its making to us). */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}

const firstWord = (name: string): string => name.split(' ')[0] ?? name;

type Words = Readonly<Record<string, string>>;

const fill = (text: string, words: Words): string =>
  text.replace(/\{(\w+)\}/g, (gap, name: string) => words[name] ?? gap);

/** Every text in a value, at any depth. */
function fillAll<T extends Json>(value: T, words: Words): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? fill(part, words) : part,
  ) as T;
}

const fillScript = (script: Script, words: Words): Script => ({
  ...script,
  lines: script.lines.map((line) => fillLine(line, words)),
  ...(script.handover && {
    handover: { ...script.handover, lines: script.handover.lines.map((line) => fillLine(line, words)) },
  }),
  ...(script.voicemail !== undefined && { voicemail: fill(script.voicemail, words) }),
});

const fillLine = (line: Line, words: Words): Line => ({
  ...line,
  text: fill(line.text, words),
  ...(line.uses && {
    uses: {
      ...line.uses,
      asks: fillAll(line.uses.asks, words),
      answers: fillAll(line.uses.answers, words),
    },
  }),
});
