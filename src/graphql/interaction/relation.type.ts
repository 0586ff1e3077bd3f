import { Field, Int, ObjectType } from 'type-graphql';
import type { LegKey } from '../../domain/leg.js';
import type { Relation } from '../../domain/relations.js';
import type { Instant, RelationKind } from '../../domain/words.js';
import { enumOf } from '../enums.js';
import { DateTime } from '../scalars.js';

export const RelationKindEnum = enumOf<RelationKind>(
  'RelationKind',
  'How an interaction stands to another; it is KIND the other, unless the kind says otherwise.',
  {
    CALLBACK_OF: 'The customer called again, within 24 hours after the other began and once it had ended.',
    CALLED_BACK_BY: 'The other is a CALLBACK_OF this one.',
    RETRY_OF: 'We called the customer again, within 24 hours after an attempt that reached nobody.',
    RETRIED_BY: 'The other is a RETRY_OF this one.',
    PREVIOUS:
      'The other is the session before this one in the same written thread; that one was closed by inactivity.',
    NEXT: 'The other is the session after this one in the same written thread.',
    SHARED_BRIDGE:
      'Legs of both carry one key of scope BRIDGE, a conference or a room, and they began within 24 hours.',
  },
);

@ObjectType('Relation', {
  description: 'How an interaction stands to another. Related interactions stay apart.',
  simpleResolvers: true,
})
export class RelationType implements Pick<Relation, 'kind' | 'at' | 'gapMs'> {
  @Field(() => RelationKindEnum, { description: 'What kind of relation, read from this end.' })
  kind!: RelationKind;

  @Field(() => DateTime, { description: 'When the later of the two began.' })
  at!: Instant;

  @Field(() => Int, {
    nullable: true,
    description:
      'From the end of the earlier to the start of the later, in ms; negative: they overlapped; null while the earlier goes on.',
  })
  gapMs!: number | null;

  interactionId!: string;
  key!: LegKey | null;
}
