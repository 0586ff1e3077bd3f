import { Matches, MaxLength } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';

const WHICH = 'Its id, or the bare uuid in it. The id of one that was merged marks its survivor.';
const WHY = 'Why, in at most 500 characters; kept in the audit log.';

/** Something to read, and nothing around it. */
const WORDS = /^\S(.*\S)?$/s;
const AS_WORDS = { message: '$property must not be empty, nor begin or end with a blank' };

@InputType('FlagInteractionInput', { description: 'A review flag to set.' })
export class FlagInteractionInput {
  @Field(() => ID, { description: WHICH })
  interactionId!: string;

  @Matches(/^[A-Z][A-Z0-9_]{0,63}$/, { message: '$property must be 1 to 64 of A to Z, 0 to 9 and _' })
  @Field(() => String, {
    defaultValue: 'REVIEW',
    description:
      'What kind of flag: capitals, digits and underscores. It takes the place of any with this code.',
  })
  code!: string;

  @MaxLength(500)
  @Matches(WORDS, AS_WORDS)
  @Field(() => String, { description: 'Why, in at most 500 characters; shown with the flag.' })
  reason!: string;
}

@InputType('UnflagInteractionInput', { description: 'A review flag to take away, whoever set it.' })
export class UnflagInteractionInput {
  @Field(() => ID, { description: WHICH })
  interactionId!: string;

  @MaxLength(100)
  @Field(() => String, { defaultValue: 'REVIEW', description: 'The code of the flag.' })
  code!: string;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: WHY })
  reason?: string | null;
}

@InputType('TagInteractionInput', { description: 'A tag to set.' })
export class TagInteractionInput {
  @Field(() => ID, { description: WHICH })
  interactionId!: string;

  @MaxLength(100)
  @Matches(WORDS, AS_WORDS)
  @Field(() => String, {
    description: 'Its name, at most 100 characters. It takes the place of any with this name.',
  })
  name!: string;

  @MaxLength(500)
  @Field(() => String, {
    nullable: true,
    description: 'Its value, at most 500 characters; null for a tag that is only a word.',
  })
  value?: string | null;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: WHY })
  reason?: string | null;
}

@InputType('UntagInteractionInput', { description: 'A tag to take away, whoever set it.' })
export class UntagInteractionInput {
  @Field(() => ID, { description: WHICH })
  interactionId!: string;

  @MaxLength(500)
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: WHY })
  reason?: string | null;
}

@InputType('AnnotateInteractionInput', { description: 'A note to leave.' })
export class AnnotateInteractionInput {
  @Field(() => ID, { description: WHICH })
  interactionId!: string;

  @MaxLength(4_000)
  @Matches(WORDS, AS_WORDS)
  @Field(() => String, { description: 'The note, at most 4,000 characters.' })
  text!: string;
}

@InputType('RemoveAnnotationInput', { description: 'A note to take away.' })
export class RemoveAnnotationInput {
  @Field(() => ID, { description: 'Its id.' })
  annotationId!: string;

  @MaxLength(500)
  @Field(() => String, { nullable: true, description: WHY })
  reason?: string | null;
}
