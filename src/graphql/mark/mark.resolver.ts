import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Forbidden, NotFound } from '../../domain/errors.js';
import type { Annotation } from '../../domain/mark.js';
import { may } from '../../domain/permissions.js';
import { newId } from '../../storage/ids.js';
import type { Statement } from '../../storage/marks/mark-store.js';
import type { GraphQLContext } from '../context.js';
import { actorOf } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { AnnotationType } from '../interaction/interaction.parts.type.js';
import { globalId, localId } from '../node.js';
import {
  AnnotateInteractionInput,
  FlagInteractionInput,
  RemoveAnnotationInput,
  TagInteractionInput,
  UnflagInteractionInput,
  UntagInteractionInput,
} from './mark.args.js';
import { MarkInteractionPayload } from './mark.type.js';

const REPEATED = 'What is so already stays as it is.';
const INPUT = 'The interaction and the mark.';

@Resolver(() => MarkInteractionPayload)
export class MarkResolver {
  @Needs('REVIEW')
  @Mutation(() => MarkInteractionPayload, {
    description: `Flags an interaction for review. ${REPEATED} Undone by unflagInteraction. Needs REVIEW.`,
  })
  flagInteraction(
    @Arg('input', () => FlagInteractionInput, { validate: true, description: INPUT })
    { interactionId, code: name, reason }: FlagInteractionInput,
    @Ctx() context: GraphQLContext,
  ) {
    return say(context, interactionId, { kind: 'FLAG', name, text: reason, isSet: true, reason });
  }

  @Needs('REVIEW')
  @Mutation(() => MarkInteractionPayload, {
    description:
      'Takes a review flag away, be it of a person, a record or a rule; it stays away until a person sets it. ' +
      'Undone by flagInteraction. Needs REVIEW.',
  })
  unflagInteraction(
    @Arg('input', () => UnflagInteractionInput, { validate: true, description: INPUT })
    { interactionId, code: name, reason = null }: UnflagInteractionInput,
    @Ctx() context: GraphQLContext,
  ) {
    return say(context, interactionId, { kind: 'FLAG', name, text: null, isSet: false, reason });
  }

  @Needs('REVIEW')
  @Mutation(() => MarkInteractionPayload, {
    description: `Tags an interaction, or corrects a tag. ${REPEATED} Undone by untagInteraction. Needs REVIEW.`,
  })
  tagInteraction(
    @Arg('input', () => TagInteractionInput, { validate: true, description: INPUT })
    { interactionId, name, value: text = null, reason = null }: TagInteractionInput,
    @Ctx() context: GraphQLContext,
  ) {
    return say(context, interactionId, { kind: 'TAG', name, text, isSet: true, reason });
  }

  @Needs('REVIEW')
  @Mutation(() => MarkInteractionPayload, {
    description:
      'Takes a tag away, be it of a person or a record; it stays away until a person sets it. ' +
      'Undone by tagInteraction. Needs REVIEW.',
  })
  untagInteraction(
    @Arg('input', () => UntagInteractionInput, { validate: true, description: INPUT })
    { interactionId, name, reason = null }: UntagInteractionInput,
    @Ctx() context: GraphQLContext,
  ) {
    return say(context, interactionId, { kind: 'TAG', name, text: null, isSet: false, reason });
  }

  @Needs('ANNOTATE')
  @Mutation(() => MarkInteractionPayload, {
    description: 'Leaves a note on an interaction. Undone by removeAnnotation. Needs ANNOTATE.',
  })
  annotateInteraction(
    @Arg('input', () => AnnotateInteractionInput, { validate: true, description: INPUT })
    { interactionId, text }: AnnotateInteractionInput,
    @Ctx() context: GraphQLContext,
  ) {
    const name = newId();
    return say(context, interactionId, { kind: 'ANNOTATION', name, text, isSet: true, reason: null });
  }

  @Needs('ANNOTATE')
  @Mutation(() => MarkInteractionPayload, {
    description: 'Takes a note away: its writer their own, others with REVIEW any. Needs ANNOTATE.',
  })
  async removeAnnotation(
    @Arg('input', () => RemoveAnnotationInput, { validate: true, description: 'The note.' })
    { annotationId, reason = null }: RemoveAnnotationInput,
    @Ctx() context: GraphQLContext,
  ) {
    const { marks, viewer } = context;
    const name = localId('Annotation', annotationId);
    const found = name === null ? null : await marks.annotation(viewer.tenantId, name);
    if (found === null) return refusal(new NotFound('annotation'), 'annotationId');
    if (found.by !== viewer.keyId && !may(viewer.role, 'REVIEW')) throw new Forbidden();
    const statement = { kind: 'ANNOTATION', name: found.id, text: null, isSet: false, reason } as const;
    return say(context, found.interactionId, statement);
  }
}

async function say(
  { marks, loaders, viewer, frame }: GraphQLContext,
  interactionId: string,
  statement: Statement,
): Promise<MarkInteractionPayload> {
  const local = localId('Interaction', interactionId);
  try {
    if (local === null) throw new NotFound('interaction');
    const marked = await marks.say(viewer.tenantId, local, statement, actorOf(viewer), frame.now);
    const interaction = await loaders.interactions.clear(marked.interactionId).load(marked.interactionId);
    const { auditId } = marked;
    const auditEntryId = auditId === null ? null : globalId('AuditEntry', auditId);
    return { interaction, auditEntryId, userErrors: [] };
  } catch (error) {
    return refusal(error, 'interactionId');
  }
}

const refusal = (error: unknown, field: string): MarkInteractionPayload => ({
  interaction: null,
  auditEntryId: null,
  userErrors: [userErrorOf(error, field)],
});

@Resolver(() => AnnotationType)
export class AnnotationResolver {
  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() { id }: Annotation) {
    return globalId('Annotation', id);
  }
}
