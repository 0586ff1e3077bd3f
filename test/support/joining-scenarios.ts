import type { Brief, Look, Party, Scenario, Step } from './scenarios.js';
import {
  assistantCall,
  brief,
  dialerCall,
  HOUR,
  instantAt,
  SYNC_GAP,
  WAITING_FOR_ASSISTANT,
  WAITING_FOR_DIALER,
} from './scenarios.js';

/** The scenarios that need more than one interaction's records: number and time, relations, people, clocks. */

/** What is done beside sending records, once those up to then have come. */
export type Act =
  /** Dialer and assistant say that they have reported everything up to this second. */
  | { kind: 'TOLD'; seconds: number }
  /** The sources are measured; the assistant's clock is that far ahead of the dialer's, give or take half a second. */
  | { kind: 'MEASURED'; offsetMs: number }
  /** A person takes the leg out of its interaction. */
  | { kind: 'UNLINKED'; leg: string }
  /** Everything is sent again, and made anew from the records. */
  | { kind: 'REPLAYED' };

export interface ActedLook extends Look {
  acts?: Act[];
  /** `legs KIND legs`, sorted. */
  relations?: string[];
}

export interface JoiningScenario extends Scenario {
  then: ActedLook[];
}

interface Said {
  customer?: string;
  bridge?: string;
}

/** The same statements, each of which also names the customer, or a bridge. */
const saying = ({ customer, bridge }: Said, steps: readonly Step[]): Step[] =>
  steps.map((step) => ({
    ...step,
    record: {
      ...step.record,
      ...(customer === undefined ? {} : { customer: { address: customer }, did: '+12025550199' }),
      ...(bridge === undefined
        ? {}
        : { keys: [...keysOf(step), { namespace: 'conference', value: bridge, scope: 'BRIDGE' }] }),
    },
  }));

const keysOf = ({ record }: Step) => (Array.isArray(record['keys']) ? record['keys'] : []);

const CALLER = '+12025550123';
const party = (externalId: string, key: string | null, answer: number, end: number) => ({
  externalId,
  key,
  answer,
  end,
});

/** Both sides of one call from `start` on, in the dialer's seconds. */
const bothSides = (name: string, key: string | null, start: number, said: Said, skew = 0): Step[] =>
  saying({ customer: CALLER, ...said }, [
    ...dialerCall(party(`d${name}`, key, start + 2, start + 120)),
    ...assistantCall(party(`a${name}`, key, start + 6 + skew, start + 118 + skew)),
  ]);

const together = (name: string): string[] => [`assistant/a${name}`, `dialer/d${name}`];
const complete = (name: string): Brief => brief(together(name), {});
const CANDIDATE = {
  status: 'DROPPED',
  dropStage: 'INFRA_TO_BOT',
  dropDetail: 'CANDIDATE_EXISTS',
  why: 'CANDIDATE_EXISTS',
} as const;
const NO_DIALER = {
  status: 'DROPPED',
  dropStage: 'UNSPECIFIED',
  dropDetail: 'DIALER_NEVER_REPORTED',
  why: 'DIALER_NEVER_REPORTED',
} as const;
const TOLD: Act = { kind: 'TOLD', seconds: HOUR };

const halves: JoiningScenario = {
  name: '5: halves without a key, 4 s apart: suggested, then linked',
  steps: bothSides('1', null, 0, {}),
  then: [
    {
      atMs: instantAt(125),
      interactions: [
        brief(['assistant/a1'], WAITING_FOR_DIALER),
        brief(['dialer/d1'], WAITING_FOR_ASSISTANT),
      ],
    },
    {
      atMs: instantAt(HOUR),
      interactions: [brief(['assistant/a1'], SYNC_GAP), brief(['dialer/d1'], CANDIDATE)],
    },
    { atMs: instantAt(2 * HOUR), acts: [TOLD], interactions: [complete('1')] },
  ],
};

const rivals: JoiningScenario = {
  name: '6: the same with two candidate dialer legs: not linked by itself',
  steps: [
    ...bothSides('1', null, 0, {}),
    ...saying({ customer: CALLER }, dialerCall(party('d2', null, 3, 120))),
  ],
  then: [
    {
      atMs: instantAt(2 * HOUR),
      acts: [TOLD],
      interactions: [
        brief(['assistant/a1'], NO_DIALER),
        brief(['dialer/d1'], CANDIDATE),
        brief(['dialer/d2'], CANDIDATE),
      ],
    },
  ],
};

const SHARED = [
  'assistant/a1 + dialer/d1 SHARED_BRIDGE assistant/a2 + dialer/d2',
  'assistant/a2 + dialer/d2 SHARED_BRIDGE assistant/a1 + dialer/d1',
];
const conference: JoiningScenario = {
  name: '7: two customers in one conference: two interactions, one relation',
  steps: [
    ...bothSides('1', 'k1', 0, { bridge: 'room' }),
    ...bothSides('2', 'k2', 30, { bridge: 'room', customer: '+12025560123' }),
  ],
  then: [{ atMs: instantAt(160), interactions: [complete('1'), complete('2')], relations: SHARED }],
};

const callsBack: JoiningScenario = {
  name: '10: the customer calls back after 30 s: two interactions, CALLBACK_OF',
  steps: [...bothSides('1', 'k1', 0, {}), ...bothSides('2', 'k2', 150, {})],
  then: [
    {
      atMs: instantAt(300),
      interactions: [complete('1'), complete('2')],
      relations: [
        'assistant/a1 + dialer/d1 CALLED_BACK_BY assistant/a2 + dialer/d2',
        'assistant/a2 + dialer/d2 CALLBACK_OF assistant/a1 + dialer/d1',
      ],
    },
  ],
};

/** The dialer writes the number in one way, the assistant in another. */
const spelledTwice = (name: string, start: number, dialer: string, assistant: string): Step[] => [
  ...saying({ customer: dialer }, dialerCall(party(`d${name}`, null, start + 2, start + 120))),
  ...saying({ customer: assistant }, assistantCall(party(`a${name}`, null, start + 6, start + 118))),
];
const ninthDigit: JoiningScenario = {
  name: '11: a mobile of Brazil with and without its 9 is joined, a landline is only suggested',
  steps: [
    ...spelledTwice('1', 0, '+5511987650123', '+551187650123'),
    ...spelledTwice('2', 600, '+5511934560123', '+551134560123'),
  ],
  then: [
    {
      atMs: instantAt(2 * HOUR),
      acts: [TOLD],
      interactions: [
        brief(together('1'), {}),
        brief(['assistant/a2'], NO_DIALER),
        brief(['dialer/d2'], CANDIDATE),
      ],
    },
  ],
};

const KEYED = Array.from({ length: 40 }, (_, place) => String(place + 10));
const AFTER = 3 * HOUR;
/** Seconds. An assistant that joins a second after the answer is in time: only what is beyond is the clock. */
const SKEW = 7;
const fastClock: JoiningScenario = {
  name: "12: the assistant's clock 7 s ahead over 40 keyed calls: measured, and scenario 5 still works",
  steps: [
    ...KEYED.flatMap((name, place) =>
      bothSides(name, `k${name}`, 200 * place, { customer: `+1202${600 + place}0123` }, SKEW - 3),
    ),
    ...bothSides('1', null, AFTER, {}, SKEW),
  ],
  then: [
    {
      atMs: instantAt(200 * KEYED.length),
      acts: [{ kind: 'MEASURED', offsetMs: SKEW * 1_000 }],
      interactions: KEYED.map(complete),
    },
    {
      atMs: instantAt(AFTER + 2 * HOUR),
      acts: [{ kind: 'TOLD', seconds: AFTER + HOUR }],
      interactions: [...KEYED, '1'].map(complete),
    },
  ],
};

const rekeyed = (party: Party): Step[] =>
  dialerCall({ ...party, answer: 2, end: 120 }).map((step) => ({
    ...step,
    atMs: instantAt(3 * HOUR),
    record: { ...step.record, version: `1${String(step.record['version'])}`, did: '+12025550199' },
  }));
const replaced: JoiningScenario = {
  name: '15: a weak link, then a strong key elsewhere: the link is replaced',
  steps: [
    ...bothSides('1', null, 0, {}),
    ...rekeyed({ externalId: 'd1', key: 'k1' }),
    ...assistantCall(party('a2', 'k1', 3, 119)).map((step) => ({ ...step, atMs: instantAt(3 * HOUR) })),
  ],
  then: [
    { atMs: instantAt(2 * HOUR), acts: [TOLD], interactions: [complete('1')] },
    {
      atMs: instantAt(4 * HOUR),
      interactions: [brief(['assistant/a1'], NO_DIALER), brief(['assistant/a2', 'dialer/d1'], {})],
    },
  ],
};

const OVERRULED = { disagreements: ['KEY_OVERRULED'] };
const parted = [
  brief(['assistant/a1'], { ...SYNC_GAP, ...OVERRULED }),
  brief(['dialer/d1'], {
    status: 'DROPPED',
    dropStage: 'INFRA_TO_BOT',
    dropDetail: 'ASSISTANT_NOT_REPORTED_YET',
    why: 'ASSISTANT_NOT_REPORTED_YET',
    ...OVERRULED,
  }),
];
const unlinked: JoiningScenario = {
  name: '16: unlinked, everything replayed: it stays unlinked',
  steps: bothSides('1', 'k1', 0, {}),
  then: [
    { atMs: instantAt(125), interactions: [complete('1')] },
    { atMs: instantAt(HOUR), acts: [{ kind: 'UNLINKED', leg: 'a1' }], interactions: parted },
    { atMs: instantAt(HOUR + 60), acts: [{ kind: 'REPLAYED' }], interactions: parted },
  ],
};

export const JOINING_SCENARIOS: readonly JoiningScenario[] = [
  halves,
  rivals,
  conference,
  callsBack,
  ninthDigit,
  fastClock,
  replaced,
  unlinked,
];
