import { centsPerMinute } from './money.js';
import type { Plot } from './plot.js';
import type { Random } from './random.js';
import type { Statement } from './teller.js';
import { Teller } from './teller.js';

const PRICE_CENTS = 45;

/** The desk tells of the person who took over: it rang, they spoke, and how they filed the call. */
export function tellHuman(plot: Plot, random: Random): Statement[] {
  const { cast, human } = plot;
  if (human === null) return [];
  const { requestedAt, bridgedAt, endedAt, queue } = human;
  const teller = new Teller(
    'human',
    {
      externalId: `desk-${cast.call}`,
      role: 'HUMAN',
      channel: 'VOICE',
      keys: [{ namespace: 'interaction_id', value: cast.interactionId }],
    },
    random,
  );
  teller.say(requestedAt, {
    status: 'RINGING',
    statusRaw: 'offered',
    direction: 'INBOUND',
    customer: { address: cast.customer.address, displayName: cast.customer.name },
    reference: cast.reference,
    ringAt: requestedAt,
    startedAt: requestedAt,
    tags: { Queue: queue, Agent: cast.agent },
  });
  teller.say(bridgedAt, { status: 'ACTIVE', statusRaw: 'connected', answeredAt: bridgedAt });
  for (const { message } of human.spoken) teller.say(message.endedAt, { messages: [message] });
  teller.say(endedAt, {
    status: 'COMPLETED',
    statusRaw: 'wrapped-up',
    endedAt,
    disconnectedBy: plot.hungUpBy,
    cost: centsPerMinute(PRICE_CENTS, endedAt - bridgedAt),
    postCallAnalysis: {
      dispositions: [{ name: 'desk result', value: 'SETTLED' }],
      fields: { queue, agent: cast.agent },
    },
  });
  return teller.statements;
}
