import { ArgsType, Field, ID, Int } from 'type-graphql';
import { BadUserInput } from '../../domain/errors.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import { DEFAULT_PAGE_SIZE, pageSize } from '../../storage/list/page-size.js';
import { ForwardArgs } from '../connection.js';
import { InteractionFilterInput } from '../interaction/interaction.args.js';

const WINDOW_MINUTES = 15;
/** A day: whoever wants more asks for a list. */
const MAX_WINDOW_MINUTES = 24 * 60;

@ArgsType()
export class FeedArgs {
  @Field(() => InteractionFilterInput, { nullable: true, description: 'Which interactions; all by default.' })
  filter?: InteractionFilter | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A cursor of this feed: what came after it follows, with no snapshot, no gap and no repetition.',
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: WINDOW_MINUTES,
    description:
      'The snapshot has what began in this many minutes up to now, 1 to 1,440, and what is in progress.',
  })
  windowMinutes?: number | null;
}

@ArgsType()
export class ChangesArgs extends ForwardArgs {
  @Field(() => InteractionFilterInput, { nullable: true, description: 'Which interactions; all by default.' })
  filter?: InteractionFilter | null;
}

@ArgsType()
export class TranscriptAppendedArgs {
  @Field(() => ID, { description: 'The id of the call, or the bare uuid in it.' })
  callId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'A cursor of this subscription; without it what was said before comes first.',
  })
  after?: string | null;
}

/** What the live side needs, with the bounds that clients were told. */
export function feedArgs({ filter = null, after = null, ...window }: FeedArgs) {
  const windowMinutes = window.windowMinutes ?? WINDOW_MINUTES;
  if (windowMinutes < 1 || windowMinutes > MAX_WINDOW_MINUTES)
    throw new BadUserInput('windowMinutes', 'must be between 1 and 1,440.');
  return { filter, after, windowMinutes };
}

export function changesArgs({ filter = null, after = null, first }: ChangesArgs) {
  return { filter, after, first: first == null ? DEFAULT_PAGE_SIZE : pageSize({ first }).size };
}
