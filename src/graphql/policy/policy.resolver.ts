import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { BadUserInput } from '../../domain/errors.js';
import { changed, checkPolicy } from '../../domain/policy.js';
import { pageSize } from '../../storage/list/page-size.js';
import { PolicyConflict } from '../../storage/policy-store.js';
import type { LinkDifference } from '../../storage/link-trial.js';
import type { Judged, PolicyDifference, PolicyTrial } from '../../storage/policy-trial.js';
import { explain } from '../../domain/why.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { LegType } from '../interaction/leg.type.js';
import { DEFAULT_LOCALE, localeOf } from '../interaction/locale.js';
import { WhyType } from '../interaction/status.type.js';
import { readChange, SimulatePolicyInput, UpdateTracePolicyInput } from './policy.args.js';
import type { ShownPolicy } from './policy.type.js';
import {
  shownPolicy,
  TracePolicyType,
  TracePolicyVersionType,
  UpdateTracePolicyPayload,
} from './policy.type.js';
import { userErrorAt } from './policy.values.js';
import {
  JudgedStatusType,
  LinkDifferenceType,
  PolicyDifferenceType,
  PolicySimulationType,
} from './simulation.type.js';

/** How many versions and differences are shown when nothing is said. */
const SHOWN = 20;

@Resolver(() => TracePolicyType)
export class PolicyResolver {
  @Query(() => TracePolicyType, { description: 'What is expected of interactions, as it is now.' })
  async tracePolicy(@Ctx() { policies, frame }: GraphQLContext): Promise<ShownPolicy> {
    return shownPolicy(await policies.current(frame.tenantId));
  }

  @FieldResolver(() => [TracePolicyVersionType], {
    description: 'This version and those before it, the latest first.',
  })
  async history(
    @Root() { version }: ShownPolicy,
    @Arg('first', () => Int, { nullable: true, defaultValue: SHOWN, description: 'How many, 1 to 100.' })
    first: number | null,
    @Ctx() { policies, frame }: GraphQLContext,
  ) {
    const { size } = pageSize({ first: first ?? SHOWN });
    return (await policies.history(frame.tenantId, version, size)).map(shownPolicy);
  }

  @Needs('CONFIGURE')
  @Mutation(() => UpdateTracePolicyPayload, {
    description:
      'Changes the policy. Every interaction that is not final is judged anew at once; final ones stay as they ' +
      'are. With any user error nothing changes. Needs CONFIGURE.',
  })
  async updateTracePolicy(
    @Arg('input', () => UpdateTracePolicyInput, { validate: true, description: 'The change.' })
    { expectedVersion, policy: input, reason = null }: UpdateTracePolicyInput,
    @Ctx() { policies, frame, viewer }: GraphQLContext,
  ): Promise<UpdateTracePolicyPayload> {
    const { tenantId, now } = frame;
    const current = await policies.current(tenantId);
    try {
      if (current.policy.version !== expectedVersion) throw new PolicyConflict(current.policy.version);
      const next = changed(current.policy, readChange(input));
      const userErrors = checkPolicy(next).map(userErrorAt);
      if (userErrors.length > 0) return { tracePolicy: shownPolicy(current), userErrors };
      await policies.update(tenantId, expectedVersion, next, { changedBy: viewer.keyId, reason }, now);
      return { tracePolicy: shownPolicy(await policies.current(tenantId)), userErrors: [] };
    } catch (error) {
      const userErrors = [userErrorOf(error, 'policy')];
      return { tracePolicy: shownPolicy(await policies.current(tenantId)), userErrors };
    }
  }
}

@Resolver(() => PolicySimulationType)
export class SimulationResolver {
  @Needs('CONFIGURE')
  @Query(() => PolicySimulationType, {
    description: 'Tries a policy on stored interactions and changes nothing. Needs CONFIGURE.',
  })
  async simulatePolicy(
    @Arg('input', () => SimulatePolicyInput, { description: 'The policy, and what to try it on.' })
    { policy: input, filter = null }: SimulatePolicyInput,
    @Ctx() { policies, frame }: GraphQLContext,
  ): Promise<PolicyTrial> {
    const { policy } = await policies.current(frame.tenantId);
    const tried = changed(policy, readChange(input));
    const [fault] = checkPolicy(tried).map(userErrorAt);
    if (fault !== undefined) throw new BadUserInput(`input.${fault.field ?? 'policy'}`, fault.message);
    return policies.trial(frame, tried, filter);
  }

  @FieldResolver(() => [PolicyDifferenceType], {
    description:
      'Interactions of which the policies make different things, the latest to begin first; last those that would ' +
      'be parted from others.',
  })
  differences(
    @Root() { differences }: PolicyTrial,
    @Arg('first', () => Int, { nullable: true, defaultValue: SHOWN, description: 'How many, 1 to 100.' })
    first: number | null,
  ) {
    return differences.slice(0, pageSize({ first: first ?? SHOWN }).size);
  }

  @FieldResolver(() => [LinkDifferenceType], {
    description:
      'Pairs of legs, one of a judged interaction, that only one of the policies would link by itself.',
  })
  linkDifferences(
    @Root() { linkDifferences }: PolicyTrial,
    @Arg('first', () => Int, { nullable: true, defaultValue: SHOWN, description: 'How many, 1 to 100.' })
    first: number | null,
  ) {
    return linkDifferences.slice(0, pageSize({ first: first ?? SHOWN }).size);
  }

  @FieldResolver(() => Int, { description: 'Of how many the policies make different things.' })
  changed(@Root() { differences }: PolicyTrial) {
    return differences.length;
  }
}

@Resolver(() => PolicyDifferenceType)
export class PolicyDifferenceResolver {
  @FieldResolver(() => InteractionType, {
    nullable: true,
    description:
      'The interaction as it is; of what would be parted, the one from which. Null when it was removed meanwhile.',
  })
  interaction(@Root() { interactionId }: PolicyDifference, @Ctx() { loaders }: GraphQLContext) {
    return loaders.interactions.load(interactionId);
  }
}

@Resolver(() => LinkDifferenceType)
export class LinkDifferenceResolver {
  @FieldResolver(() => LegType, { nullable: true, description: "The dialer's leg." })
  dialerLeg(@Root() { dialerLegId }: LinkDifference, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(dialerLegId);
  }

  @FieldResolver(() => LegType, { nullable: true, description: "The assistant's leg." })
  assistantLeg(@Root() { assistantLegId }: LinkDifference, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(assistantLegId);
  }
}

@Resolver(() => JudgedStatusType)
export class JudgedStatusResolver {
  @FieldResolver(() => WhyType, { description: 'Why, in a sentence and in facts.' })
  why(
    @Root() { why }: Judged,
    @Arg('locale', () => String, {
      nullable: true,
      defaultValue: DEFAULT_LOCALE,
      description: 'Language of the sentence: `en` or `es`.',
    })
    locale: string | null,
  ) {
    return explain(why, localeOf(locale));
  }
}
