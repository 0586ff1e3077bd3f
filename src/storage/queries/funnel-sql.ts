import { CALL_BACK_MS, reachedBit } from '../../domain/funnel.js';
import type { Stage } from '../../domain/words.js';

/** Columns that the funnel's tables share with each other, and all but the last with `interaction`. */
export const FACTS = [
  'channel',
  'direction',
  'campaign',
  'flow',
  'source_ids',
  'status',
  'drop_stage',
  'is_provisional',
  'is_test',
  'stage_marks',
  'is_contained',
] as const;

/** Facts of many values that most questions do not ask for, with what stands for "any" in a WIDE_HOUR. */
export const NARROW_FACTS: Readonly<Partial<Record<(typeof FACTS)[number], string>>> = {
  campaign: 'null',
  flow: 'null',
  source_ids: `'{}'::uuid[]`,
};

/** All facts in one value of fixed size: a key of many columns, some of them null, would not be one. */
export const factsHash = (alias: string): string =>
  `md5(jsonb_build_array(${FACTS.map((fact) => `${alias}.${fact}`).join(', ')})::text)::uuid`;

const hasReached = (stage: Stage): string => `i.stage_marks & ${reachedBit(stage)} <> 0`;

/** `containedOf` of the domain, for `interaction i`. */
export const IS_CONTAINED = `case
    when ${hasReached('ASSISTANT_JOINED')} and i.status <> 'IN_PROGRESS' and i.customer_e164 is not null
    then not (${hasReached('TRANSFER_BRIDGED')} or ${hasReached('HUMAN_CONNECTED')}) and i.called_back_at is null
  end`;

export const CALL_BACK_TIME = `interval '${CALL_BACK_MS} milliseconds'`;

/** The last full hour of the zone's clocks: what they show past it is taken away. */
export const hourStart = (at: string, zone: string): string =>
  `${at} - (extract(epoch from (${at} at time zone ${zone})::time) % 3600) * interval '1 second'`;

export const localDay = (at: string, zone: string): string => `(${at} at time zone ${zone})::date`;

/** An instant of the day on the zone's clocks that is the same for the whole day. */
export const dayStart = (at: string, zone: string): string =>
  `${localDay(at, zone)}::timestamp at time zone ${zone}`;
