import type { NeutralRecord } from '../../domain/record.js';
import type { CallStatus, Instant } from '../../domain/words.js';
import { centsPerMinute } from './money.js';
import type { Plot } from './plot.js';
import type { Random } from './random.js';
import { SHAPES } from './shapes.js';
import type { Statement } from './teller.js';
import { Teller } from './teller.js';

const PRICE_CENTS = 1.4;

/** The dialer tells of the line: queued, ringing, active, and how it ended. */
export function tellDialer(plot: Plot, random: Random): Statement[] {
  const fate = SHAPES[plot.shape].dialer;
  if (fate === 'LOST') return [];
  const { cast } = plot;
  const keys = [
    { namespace: 'interaction_id', value: cast.interactionId },
    { namespace: 'crm_contact', value: cast.customer.id, scope: 'CUSTOMER' as const },
  ];
  const teller = new Teller(
    'dialer',
    { externalId: `dial-${cast.call}`, role: 'DIALER', channel: 'VOICE', keys },
    random,
    fate === 'LATE' ? plot.endedAt + random.whole(120_000, 360_000) : undefined,
  );
  const { script, customer, did } = cast;
  const line: Partial<NeutralRecord> = {
    direction: script.direction,
    platform: 'PHONE',
    customer: { address: customer.address },
    did,
    carrier: 'twilio',
    campaign: script.campaign,
    isTest: SHAPES[plot.shape].isTest ?? false,
  };
  for (const step of stepsOf(plot)) teller.say(step.at, { ...line, ...stated(step, plot) });
  return teller.statements;
}

interface Step {
  status: CallStatus;
  raw: string;
  at: Instant;
}

function stepsOf({ queuedAt, ringAt, answeredAt, endedAt, unanswered, shape }: Plot): Step[] {
  const steps: Step[] = [
    { status: 'QUEUED', raw: 'queued', at: queuedAt },
    { status: 'RINGING', raw: 'ringing', at: ringAt },
  ];
  if (unanswered === 'BUSY') return [...steps, { status: 'BUSY', raw: 'busy', at: endedAt }];
  if (answeredAt === null) return [...steps, { status: 'NO_ANSWER', raw: 'no-answer', at: endedAt }];
  const ended: Step =
    shape === 'VOICEMAIL'
      ? { status: 'VOICEMAIL', raw: 'machine-end', at: endedAt }
      : { status: 'COMPLETED', raw: 'completed', at: endedAt };
  return [...steps, { status: 'ACTIVE', raw: 'in-progress', at: answeredAt }, ended];
}

/** What the dialer knows at this step: every instant up to it, and at the end the rest. */
function stated({ status, raw, at }: Step, plot: Plot): Partial<NeutralRecord> {
  const { queuedAt, ringAt, answeredAt, endedAt } = plot;
  const upTo = (instant: Instant | null) => (instant !== null && instant <= at ? instant : undefined);
  return {
    status,
    statusRaw: raw,
    queuedAt,
    startedAt: queuedAt,
    ringAt: upTo(ringAt),
    answeredAt: upTo(answeredAt),
    events: [{ id: raw, type: `call.${raw}`, at, data: { line: plot.cast.did } }],
    ...(at === endedAt && {
      endedAt,
      disconnectedBy: plot.hungUpBy,
      endReason: plot.unanswered === null ? 'hangup' : raw,
      cost: answeredAt === null ? undefined : centsPerMinute(PRICE_CENTS, endedAt - answeredAt),
    }),
  };
}
