import type { DropDetail, DropStage, InteractionStatus, Outcome } from '../../src/domain/words.js';
import type { WhyCode } from '../../src/domain/why.js';

/** The calls that every build must hold, as data: what is sent, when it comes, what is to be seen then. */

/** When every scenario begins; all other times are seconds after it. */
export const BASE = Date.parse('2026-09-14T15:00:00.000Z');
export const HOUR = 3_600;

export const instantAt = (seconds: number): number => BASE + Math.round(seconds * 1_000);
export const isoAt = (seconds: number): string => new Date(instantAt(seconds)).toISOString();

/** A source that reports in a role; its name is the role's in small letters. */
export const SOURCES = { dialer: 'DIALER', assistant: 'ASSISTANT', human: 'HUMAN' } as const;
export type SourceName = keyof typeof SOURCES;
export type TenantName = 'a' | 'b';

type SentValue = string | number | boolean | null | SentValue[] | { [name: string]: SentValue };

/** A neutral record as it is sent over HTTP. */
export type SentRecord = { externalId: string } & { [name: string]: SentValue };

export interface Step {
  source: SourceName;
  tenant: TenantName;
  record: SentRecord;
  /** When it comes, by our clock. */
  atMs: number;
}

/** What is to be seen of one interaction. */
export interface Brief {
  tenant: TenantName;
  /** `source/external id` of each leg, sorted. */
  legs: string[];
  status: InteractionStatus;
  dropStage: DropStage | null;
  dropDetail: DropDetail | null;
  why: WhyCode;
  outcome: Outcome | null;
  /** Codes of its disagreements, sorted. */
  disagreements: string[];
  /** The legs that ended CANCELLED_ANSWERED_ELSEWHERE, as above. */
  cancelled: string[];
}

export interface Look {
  atMs: number;
  interactions: Brief[];
}

export interface Scenario {
  name: string;
  steps: Step[];
  /** All interactions as they stand at these times, with every step up to then; the last is the end. */
  then: Look[];
}

export interface Party {
  externalId: string;
  /** The shared correlation id; null for a system that was not given one. */
  key: string | null;
}

interface PartyTimes extends Party {
  answer: number;
  end: number;
}

type Say = (seconds: number, said: Record<string, SentValue>) => Step;

/** What one system says of one call. Each statement has the next version and comes just after its event. */
export function statements(source: SourceName, { externalId, key }: Party): Say {
  const keys: Record<string, SentValue> =
    key === null ? {} : { keys: [{ namespace: 'interaction_id', value: key }] };
  let version = 0;
  return (seconds, said) => {
    version += 1;
    const identity = { externalId, version: String(version), occurredAt: isoAt(seconds) };
    const place = { role: SOURCES[source], channel: 'VOICE', direction: 'INBOUND' };
    const record: SentRecord = { ...identity, ...place, ...keys, ...said };
    return { source, tenant: 'a', record, atMs: instantAt(seconds + 0.2) };
  };
}

/** Rings two seconds before the answer. */
export function dialerCall({ answer, end, ...party }: PartyTimes): Step[] {
  const say = statements('dialer', party);
  return [
    say(answer - 2, {
      status: 'RINGING',
      ringAt: isoAt(answer - 2),
      customer: { address: '+12025550123' },
      did: '+12025550199',
    }),
    say(answer, { status: 'ACTIVE', answeredAt: isoAt(answer) }),
    say(end, { status: 'COMPLETED', endedAt: isoAt(end), disconnectedBy: 'CUSTOMER' }),
  ];
}

/** Joins at `answer`, greets a second later and hears the customer three seconds after that. */
export function assistantCall({ answer, end, ...party }: PartyTimes): Step[] {
  const say = statements('assistant', party);
  const message = (id: string, speaker: string, text: string, from: number) => ({
    id,
    speaker,
    text,
    startedAt: isoAt(from),
    endedAt: isoAt(from + 2),
  });
  return [
    say(answer, { status: 'ACTIVE', startedAt: isoAt(answer), answeredAt: isoAt(answer) }),
    say(answer + 6, {
      messages: [
        message('m1', 'ASSISTANT', 'Hello, how can I help?', answer + 1),
        message('m2', 'CUSTOMER', 'Where is my order?', answer + 4),
      ],
    }),
    say(end, { status: 'COMPLETED', endedAt: isoAt(end), disconnectedBy: 'CUSTOMER' }),
  ];
}

export const comingAt = (seconds: number, steps: readonly Step[]): Step[] =>
  steps.map((step) => ({ ...step, atMs: instantAt(seconds) }));

export const toTenant = (tenant: TenantName, steps: readonly Step[]): Step[] =>
  steps.map((step) => ({ ...step, tenant }));

/** Every order of the items: 720 of six. */
export function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, place) =>
    ordersOf(items.filter((_, other) => other !== place)).map((rest) => [item, ...rest]),
  );
}

const KEY = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';
const DIALER = { externalId: 'd1', key: KEY, answer: 2, end: 120 };
const ASSISTANT = { externalId: 'a1', key: KEY, answer: 3.4, end: 119 };
const WHOLE_CALL = [...dialerCall(DIALER), ...assistantCall(ASSISTANT)];

export const brief = (legs: string[], seen: Partial<Brief>): Brief => ({
  tenant: 'a',
  legs,
  status: 'COMPLETE',
  dropStage: null,
  dropDetail: null,
  why: 'ALL_SEGMENTS_PRESENT',
  outcome: 'COMPLETED',
  disagreements: [],
  cancelled: [],
  ...seen,
});
const COMPLETE = brief(['assistant/a1', 'dialer/d1'], {});
export const WAITING_FOR_ASSISTANT = { status: 'PARTIAL', why: 'WAITING_FOR_ASSISTANT' } as const;
export const WAITING_FOR_DIALER = { status: 'PARTIAL', why: 'WAITING_FOR_DIALER' } as const;
const NO_ASSISTANT = {
  status: 'DROPPED',
  dropStage: 'INFRA_TO_BOT',
  dropDetail: 'ASSISTANT_NOT_REPORTED_YET',
  why: 'ASSISTANT_NOT_REPORTED_YET',
} as const;
export const SYNC_GAP = {
  status: 'DROPPED',
  dropStage: 'SYNC_GAP',
  dropDetail: 'DIALER_NOT_SYNCED_YET',
  why: 'DIALER_NOT_SYNCED_YET',
} as const;

const sharedId: Scenario = {
  name: '1: dialer, then assistant with the shared id: one COMPLETE',
  steps: WHOLE_CALL,
  then: [{ atMs: instantAt(125), interactions: [COMPLETE] }],
};

const anyOrder: Scenario = {
  name: '2: the same six records in any order (see `ordersOf`): the same state',
  steps: comingAt(125, WHOLE_CALL),
  then: sharedId.then,
};

const thrice: Scenario = {
  name: '3: each record three times: the same state',
  steps: WHOLE_CALL.flatMap((step) => [
    step,
    { ...step, atMs: step.atMs + 50 },
    { ...step, atMs: step.atMs + 500 },
  ]),
  then: sharedId.then,
};

const lateDialer: Scenario = {
  name: '4: assistant first, dialer 5 h later: dropped in between, then COMPLETE',
  steps: [...assistantCall(ASSISTANT), ...comingAt(5 * HOUR, dialerCall(DIALER))],
  then: [
    { atMs: instantAt(125), interactions: [brief(['assistant/a1'], WAITING_FOR_DIALER)] },
    { atMs: instantAt(HOUR), interactions: [brief(['assistant/a1'], SYNC_GAP)] },
    { atMs: instantAt(5 * HOUR + 1), interactions: [COMPLETE] },
  ],
};

const HUMAN = statements('human', { externalId: 'h1', key: KEY });
const WARM_CALL = [
  ...dialerCall({ ...DIALER, end: 300 }),
  ...assistantCall({ ...ASSISTANT, end: 70 }).map((step, place) =>
    place === 2
      ? {
          ...step,
          record: {
            ...step.record,
            disconnectedBy: 'BOT',
            transfers: [
              {
                id: 't1',
                kind: 'WARM',
                initiator: 'AI',
                state: 'BRIDGED',
                target: '+12025550177',
                requestedAt: isoAt(50),
                bridgedAt: isoAt(64),
              },
            ],
          },
        }
      : step,
  ),
];
const HUMAN_CALL = [
  HUMAN(60, { status: 'ACTIVE', startedAt: isoAt(60), answeredAt: isoAt(64) }),
  HUMAN(299, { status: 'COMPLETED', endedAt: isoAt(299), disconnectedBy: 'CUSTOMER' }),
];

const warmTransfer: Scenario = {
  name: '8: warm transfer, the human record 20 min late: PARTIAL (HUMAN), then COMPLETE',
  steps: [...WARM_CALL, ...comingAt(299 + 20 * 60, HUMAN_CALL)],
  then: [
    {
      atMs: instantAt(305),
      interactions: [
        brief(['assistant/a1', 'dialer/d1'], {
          status: 'PARTIAL',
          why: 'WAITING_FOR_HUMAN',
          outcome: 'TRANSFERRED',
        }),
      ],
    },
    {
      atMs: instantAt(300 + 20 * 60),
      interactions: [
        brief(['assistant/a1', 'dialer/d1', 'human/h1'], {
          outcome: 'TRANSFERRED',
        }),
      ],
    },
  ],
};

/** Nobody says why they ended, and of two of them nobody says that they did. */
const OTHER_ATTEMPTS = ['g1', 'g2', 'g4', 'g5'].flatMap((externalId, place) => {
  const say = statements('dialer', { externalId, key: KEY });
  const rings = say(0, { status: 'RINGING', ringAt: isoAt(0) });
  return place < 2 ? [rings] : [rings, say(2, { status: 'CANCELED', endedAt: isoAt(2) })];
});
const GROUP = ['assistant/a1', ...['g1', 'g2', 'g3', 'g4', 'g5'].map((id) => `dialer/${id}`)];
const OTHERS = GROUP.filter((leg) => /g[1245]/.test(leg));

const groupCall: Scenario = {
  name: '9: group call of five, one answered: one interaction, no drop, the others were answered elsewhere',
  steps: [...OTHER_ATTEMPTS, ...dialerCall({ ...DIALER, externalId: 'g3' }), ...assistantCall(ASSISTANT)],
  then: [
    { atMs: instantAt(125), interactions: [brief(GROUP, { cancelled: OTHERS })] },
    { atMs: instantAt(2 * HOUR), interactions: [brief(GROUP, { cancelled: OTHERS })] },
  ],
};

const IGNORED = { disagreements: ['KEY_IGNORED'] };
const ownId: Scenario = {
  name: '13: key equal to the own id: no join, a warning',
  steps: [
    ...dialerCall({ ...DIALER, externalId: 'x1', key: 'x1' }),
    ...assistantCall({ ...ASSISTANT, externalId: 'x1', key: 'x1' }),
  ],
  then: [
    {
      atMs: instantAt(125),
      interactions: [
        brief(['assistant/x1'], { ...WAITING_FOR_DIALER, ...IGNORED }),
        brief(['dialer/x1'], { ...WAITING_FOR_ASSISTANT, ...IGNORED }),
      ],
    },
    {
      atMs: instantAt(HOUR),
      interactions: [
        brief(['assistant/x1'], { ...SYNC_GAP, ...IGNORED }),
        brief(['dialer/x1'], { ...NO_ASSISTANT, ...IGNORED }),
      ],
    },
  ],
};

const numbered = (place: number): string => `c${String(place).padStart(4, '0')}`;
const constantLegs = (count: number): string[] =>
  Array.from({ length: count }, (_, place) => `dialer/${numbered(place)}`);
const UNANSWERED = { why: 'NEVER_ANSWERED', outcome: 'NO_ANSWER' } as const;
const QUARANTINED = { ...UNANSWERED, disagreements: ['KEY_QUARANTINED'] };

const constantKey: Scenario = {
  name: '14: one constant key on 1,000 legs: quarantine at 65, no mega-interaction',
  steps: Array.from({ length: 1_000 }, (_, place) =>
    statements('dialer', { externalId: numbered(place), key: 'constant' })(place, {
      status: 'NO_ANSWER',
      ringAt: isoAt(place),
      endedAt: isoAt(place),
    }),
  ),
  then: [
    { atMs: instantAt(63.5), interactions: [brief(constantLegs(64), UNANSWERED)] },
    { atMs: instantAt(64.5), interactions: constantLegs(65).map((leg) => brief([leg], QUARANTINED)) },
    { atMs: instantAt(1_000), interactions: constantLegs(1_000).map((leg) => brief([leg], QUARANTINED)) },
  ],
};

const otherTenant: Scenario = {
  name: '17: other tenant, same ids: no join',
  steps: [...WHOLE_CALL, ...toTenant('b', assistantCall(ASSISTANT))],
  then: [
    {
      atMs: instantAt(125),
      interactions: [COMPLETE, brief(['assistant/a1'], { ...WAITING_FOR_DIALER, tenant: 'b' })],
    },
    {
      atMs: instantAt(HOUR),
      interactions: [COMPLETE, brief(['assistant/a1'], { ...SYNC_GAP, tenant: 'b' })],
    },
  ],
};

export const SCENARIOS = {
  sharedId,
  anyOrder,
  thrice,
  lateDialer,
  warmTransfer,
  groupCall,
  ownId,
  constantKey,
  otherTenant,
} as const satisfies Record<string, Scenario>;
