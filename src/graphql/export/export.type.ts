import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import type { Instant } from '../../domain/words.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import type { InteractionOrder } from '../../storage/list/order.js';
import { enumOf } from '../enums.js';
import { InteractionFilterInput, InteractionOrderInput } from '../interaction/interaction.args.js';
import { DateTime } from '../scalars.js';
import type { ExportKind } from './export-address.js';

export const ExportKindEnum = enumOf<ExportKind>('ExportKind', 'What is exported, and in which form.', {
  INTERACTIONS_CSV: 'The filtered list of interactions as a table, safe to open in a spreadsheet.',
  INTERACTIONS_NDJSON: 'The filtered list of interactions, one JSON object a line.',
  TRANSCRIPT_TEXT: 'The transcript of an interaction as text.',
  TRANSCRIPT_VTT: 'The transcript of an interaction as WebVTT, timed from its start.',
  TRANSCRIPT_JSON: 'The transcript of an interaction as JSON.',
  VCON:
    'An interaction as a vCon (draft-ietf-vcon-vcon-core): its parties, its transcript turn by turn, the copies of ' +
    'its recordings by reference, its summary.',
  CALL_JSON: 'The raw record of a call, as `Call.rawRecord` has it. Needs READ_RAW.',
});

@ArgsType()
export class ExportUrlArgs {
  @Field(() => ExportKindEnum, { description: 'What is wanted.' })
  kind!: ExportKind;

  @Field(() => ID, {
    nullable: true,
    description: 'Of which interaction, or for CALL_JSON of which call; nothing for a list.',
  })
  id?: string | null;

  @Field(() => InteractionFilterInput, {
    nullable: true,
    description: 'Which interactions a list holds; all by default. For lists alone.',
  })
  filter?: InteractionFilter | null;

  @Field(() => InteractionOrderInput, {
    nullable: true,
    description: 'The order of a list; the latest first by default. For lists alone.',
  })
  orderBy?: InteractionOrder | null;
}

@ObjectType('ExportUrl', {
  description: 'An address that a browser can download from without a key.',
  simpleResolvers: true,
})
export class ExportUrlType {
  @Field(() => String, {
    description:
      'Opens this one export, as the key that asked for it may see it; nothing when it is changed in any way ' +
      'or when that key is revoked. Whoever has it can use it: do not pass it on.',
  })
  url!: string;

  @Field(() => DateTime, { description: 'Until when: at most 15 minutes from now.' })
  expiresAt!: Instant;
}
