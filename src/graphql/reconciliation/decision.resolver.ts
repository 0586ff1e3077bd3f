import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { NotFound } from '../../domain/errors.js';
import { openDrops } from '../../storage/reconciliation-reader.js';
import type { GraphQLContext } from '../context.js';
import { actorOf } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { globalId, localId } from '../node.js';
import {
  DecisionPayload,
  DismissSuggestionInput,
  LinkInteractionsInput,
  LinkInteractionsPayload,
  ResolveInteractionInput,
  ResolveInteractionsInput,
  UndoInput,
  UnlinkLegInput,
  UnlinkLegPayload,
} from './decision.type.js';

const INPUT = 'What is decided, and why.';

/** Objects that a payload shows. */
const SHOWN = 100;

@Resolver()
export class DecisionResolver {
  @Needs('RECONCILE')
  @Mutation(() => LinkInteractionsPayload, {
    description:
      'Makes interactions one, whatever keys and circumstances say. Undone by undo. Needs RECONCILE.',
  })
  async linkInteractions(
    @Arg('input', () => LinkInteractionsInput, { validate: true, description: INPUT })
    input: LinkInteractionsInput,
    @Ctx() context: GraphQLContext,
  ): Promise<LinkInteractionsPayload> {
    const { decisions, frame, loaders } = context;
    try {
      const others = input.interactionIds.map((id) => own('Interaction', id));
      const survivor = own('Interaction', input.survivorId);
      const by = decider(context, input.reason);
      const linked = await decisions.link(frame.tenantId, survivor, others, by, frame.now);
      const interaction = await loaders.interactions.load(linked.interactionId);
      return { interaction, undoId: globalId('AuditEntry', linked.auditId), userErrors: [] };
    } catch (error) {
      return { interaction: null, undoId: null, userErrors: [userErrorOf(error, 'interactionIds')] };
    }
  }

  @Needs('RECONCILE')
  @Mutation(() => UnlinkLegPayload, {
    description:
      'Takes a leg out of its interaction, for good: no key and no circumstance brings it back. ' +
      'Undone by undo. Needs RECONCILE.',
  })
  async unlinkLeg(
    @Arg('input', () => UnlinkLegInput, { validate: true, description: INPUT }) input: UnlinkLegInput,
    @Ctx() context: GraphQLContext,
  ): Promise<UnlinkLegPayload> {
    const { decisions, frame, loaders } = context;
    try {
      const by = decider(context, input.reason);
      const parted = await decisions.unlink(frame.tenantId, own('Leg', input.legId), by, frame.now);
      const [interaction, formerInteraction] = await Promise.all([
        loaders.interactions.load(parted.interactionId),
        loaders.interactions.load(parted.formerId),
      ]);
      const undoId = globalId('AuditEntry', parted.auditId);
      return { interaction, formerInteraction, undoId, userErrors: [] };
    } catch (error) {
      const userErrors = [userErrorOf(error, 'legId')];
      return { interaction: null, formerInteraction: null, undoId: null, userErrors };
    }
  }

  @Needs('RECONCILE')
  @Mutation(() => DecisionPayload, {
    description:
      'Says that two legs are not one call as far as circumstances tell; a common key would still join them. ' +
      'Undone by undo. Needs RECONCILE.',
  })
  dismissSuggestion(
    @Arg('input', () => DismissSuggestionInput, { validate: true, description: INPUT })
    input: DismissSuggestionInput,
    @Ctx() context: GraphQLContext,
  ): Promise<DecisionPayload> {
    const { decisions, frame } = context;
    return decided(context, 'dialerLegId', async () => {
      const legs = [own('Leg', input.dialerLegId), own('Leg', input.assistantLegId)] as const;
      const by = decider(context, input.reason);
      const { interactionIds, auditId } = await decisions.dismiss(frame.tenantId, legs, by, frame.now);
      return { interactionIds, undoId: globalId('AuditEntry', auditId) };
    });
  }

  @Needs('RECONCILE')
  @Mutation(() => DecisionPayload, {
    description:
      'Leaves a dropped interaction as it is: it is reconciled no more. Its status stays. Undone by undo. ' +
      'Needs RECONCILE.',
  })
  resolveInteraction(
    @Arg('input', () => ResolveInteractionInput, { validate: true, description: INPUT })
    { interactionId, kind, note = null, reason }: ResolveInteractionInput,
    @Ctx() context: GraphQLContext,
  ): Promise<DecisionPayload> {
    return decided(context, 'interactionId', () =>
      resolve(context, [own('Interaction', interactionId)], { kind, note }, reason),
    );
  }

  @Needs('RECONCILE')
  @Mutation(() => DecisionPayload, {
    description: 'Leaves a group of dropped interactions as they are, with one undo. Needs RECONCILE.',
  })
  resolveInteractions(
    @Arg('input', () => ResolveInteractionsInput, { validate: true, description: INPUT })
    { dropStage, dropDetail, filter, kind, note = null, reason }: ResolveInteractionsInput,
    @Ctx() context: GraphQLContext,
  ): Promise<DecisionPayload> {
    const { readers, frame } = context;
    const group = openDrops(dropStage, dropDetail, filter);
    return decided(context, 'filter', async () =>
      resolve(context, await readers.reconciliation.latestIds(frame, group), { kind, note }, reason),
    );
  }

  @Needs('RECONCILE')
  @Mutation(() => DecisionPayload, {
    description: 'Takes back an entry of the audit log, or a whole batch. Needs RECONCILE.',
  })
  undo(
    @Arg('input', () => UndoInput, { validate: true, description: 'What to take back, and why.' })
    { id, reason }: UndoInput,
    @Ctx() context: GraphQLContext,
  ): Promise<DecisionPayload> {
    const { decisions, frame } = context;
    return decided(context, 'id', async () => {
      const entry = localId('AuditEntry', id) ?? own('AuditBatch', id);
      const by = decider(context, reason);
      return { ...(await decisions.undo(frame.tenantId, entry, by, frame.now)), undoId: null };
    });
  }
}

type Resolution = Parameters<GraphQLContext['decisions']['resolve']>[2];

async function resolve(
  context: GraphQLContext,
  ids: readonly string[],
  resolution: Resolution,
  reason: string | null | undefined,
) {
  const { decisions, frame } = context;
  const by = decider(context, reason);
  const { interactionIds, batchId } = await decisions.resolve(frame.tenantId, ids, resolution, by, frame.now);
  return { interactionIds, undoId: globalId('AuditBatch', batchId) };
}

const decider = ({ viewer }: GraphQLContext, reason: string | null | undefined) => ({
  actor: actorOf(viewer),
  reason: reason ?? null,
});

const NAMES = {
  Interaction: 'interaction',
  Leg: 'leg',
  AuditEntry: 'audit entry',
  AuditBatch: 'audit entry',
};

/** The key in a global id; what is no id of such an object is not found. */
function own(type: keyof typeof NAMES, id: string): string {
  const local = localId(type, id);
  if (local === null) throw new NotFound(NAMES[type]);
  return local;
}

async function decided(
  { loaders }: GraphQLContext,
  field: string,
  work: () => Promise<{ interactionIds: readonly string[]; undoId: string | null }>,
): Promise<DecisionPayload> {
  try {
    const { interactionIds, undoId } = await work();
    const shown = await Promise.all(
      interactionIds.slice(0, SHOWN).map((id) => loaders.interactions.load(id)),
    );
    const interactions = shown.filter((one) => one !== null);
    return { interactions, count: interactionIds.length, undoId, userErrors: [] };
  } catch (error) {
    return { interactions: [], count: 0, undoId: null, userErrors: [userErrorOf(error, field)] };
  }
}
