import type { Interruption, NeutralRecord, Transfer } from '../../domain/record.js';
import type { DisconnectedBy } from '../../domain/words.js';
import { uuidOf } from './cast.js';
import type { Spoken } from './dialogue.js';
import type { AssistantPart, HumanPart, Plot } from './plot.js';
import { reportOf } from './report.js';
import type { Random } from './random.js';
import type { StoryShape } from './shapes.js';
import { SHAPES } from './shapes.js';
import type { Statement } from './teller.js';
import { Teller } from './teller.js';

/** How long the analysis takes once the conversation is over. */
const ANALYSIS_MS = [1_500, 4_500] as const;

/** The assistant tells of the conversation, line by line while it runs, and reports when it is over. */
export function tellAssistant(plot: Plot, random: Random): Statement[] {
  const { assistant, human, cast, shape } = plot;
  if (assistant === null) return [];
  const hasNoId = SHAPES[shape].assistantHasNoId === true;
  const teller = new Teller(
    'assistant',
    {
      externalId: `talk-${cast.call}`,
      role: 'ASSISTANT',
      channel: 'VOICE',
      keys: hasNoId ? undefined : [{ namespace: 'interaction_id', value: cast.interactionId }],
    },
    random,
  );
  begin(teller, plot, assistant);
  for (const [index, spoken] of assistant.spoken.entries())
    sayLine(teller, spoken, assistant.spoken[index + 1]);
  if (human !== null) sayTransfer(teller, plot, human);
  if (assistant.failure !== null)
    teller.say(assistant.failure.at, { serviceErrors: [assistant.failure], statusRaw: 'error' });
  end(teller, plot, assistant);
  teller.say(assistant.endedAt + random.whole(...ANALYSIS_MS), reportOf(plot, assistant, random));
  return teller.statements;
}

function begin(teller: Teller, { cast, shape }: Plot, { startedAt }: AssistantPart): void {
  const { script, customer, did, reference } = cast;
  teller.say(startedAt, {
    status: 'ACTIVE',
    statusRaw: 'started',
    direction: script.direction,
    platform: 'PHONE',
    customer: { address: customer.address, displayName: customer.name },
    did,
    reference,
    flow: script.flow,
    isTest: SHAPES[shape].isTest ?? false,
    tags: { Language: script.language, Script: script.name },
    startedAt,
    answeredAt: startedAt,
  });
}

/** What was looked up and done is told as soon as it is known, before the answer itself. */
function sayLine(teller: Teller, { search, tool, turn, message }: Spoken, next: Spoken | undefined): void {
  if (search !== null) teller.say(search.startedAt + search.latency.totalMs, { knowledgeSearches: [search] });
  if (tool !== null) teller.say(tool.startedAt + tool.durationMs, { toolCalls: [tool] });
  const interruptions: Interruption[] =
    message.interrupted === true && next !== undefined
      ? [{ at: message.endedAt, by: 'CUSTOMER', handledBy: 'VAD', turn: turn?.turn }]
      : [];
  teller.say(message.endedAt, {
    messages: [message],
    ...(turn !== null && { turns: [turn] }),
    ...(interruptions.length > 0 && { interruptions }),
  });
}

function sayTransfer(teller: Teller, { cast }: Plot, { requestedAt, bridgedAt, queue }: HumanPart): void {
  const transfer: Transfer = {
    id: uuidOf(`${cast.call}/transfer`),
    kind: 'WARM',
    initiator: 'AI',
    target: queue,
    requestedAt,
  };
  teller.say(requestedAt, { transfers: [{ ...transfer, state: 'REQUESTED' }] });
  teller.say(bridgedAt, { transfers: [{ ...transfer, state: 'BRIDGED', bridgedAt }] });
}

/** How the conversation ended, in the assistant's words. It says nothing of who left after a transfer. */
function end(teller: Teller, { shape, hungUpBy }: Plot, { endedAt }: AssistantPart): void {
  const ending = ENDINGS[shape] ?? { ...USUAL_ENDING, endReason: END_REASONS[hungUpBy] };
  const disconnectedBy = shape === 'TRANSFERRED' ? undefined : hungUpBy;
  teller.say(endedAt, { ...ending, disconnectedBy, endedAt });
}

type Ending = Pick<NeutralRecord, 'status' | 'statusRaw' | 'endReason' | 'outcome'>;

const USUAL_ENDING: Ending = { status: 'COMPLETED', statusRaw: 'ended', outcome: 'COMPLETED' };

const END_REASONS: Partial<Record<DisconnectedBy, string>> = {
  CUSTOMER: 'customer-hung-up',
  BOT: 'goodbye-said',
};

const ENDINGS: Partial<Record<StoryShape, Ending>> = {
  TRANSFERRED: {
    status: 'COMPLETED',
    statusRaw: 'forwarded',
    endReason: 'forwarded',
    outcome: 'TRANSFERRED',
  },
  ASSISTANT_FAILED: {
    status: 'FAILED',
    statusRaw: 'failed',
    endReason: 'pipeline-error',
    outcome: 'FAILED',
  },
  VOICEMAIL: { status: 'VOICEMAIL', statusRaw: 'machine', endReason: 'voicemail', outcome: 'VOICEMAIL' },
  ABANDONED: { status: 'COMPLETED', statusRaw: 'ended', endReason: 'customer-hung-up' },
};
