import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Disagreement } from '../../domain/disagreements.js';
import type { Banner } from '../../domain/presentation.js';
import type { Segment } from '../../domain/timeline.js';
import type { InteractionTransfer } from '../../domain/transfer.js';
import { explain } from '../../domain/why.js';
import type { Link } from '../../storage/entities/leg.entity.js';
import type { LegRow, StatusChangeRow } from '../../storage/read-model.js';
import { CallType } from '../call/call.type.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { globalId } from '../node.js';
import { SourceRecordType, SourceType } from '../source/source.type.js';
import { LinkMatchType } from '../reconciliation/suggestion.type.js';
import { BannerType, TransferType } from './interaction.parts.type.js';
import { InteractionType } from './interaction.type.js';
import { CorrelationKeyType, LegType, LinkEvidenceType, LinkType } from './leg.type.js';
import { DEFAULT_LOCALE, localeOf } from './locale.js';
import {
  CauseType,
  ClaimType,
  DisagreementType,
  SegmentType,
  StatusChangeType,
  WhyType,
} from './status.type.js';

@Resolver(() => LegType)
export class LegResolver {
  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() row: LegRow) {
    return globalId('Leg', row.id);
  }

  @FieldResolver(() => InteractionType, { description: 'The interaction it belongs to now.' })
  interaction(@Root() row: LegRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.interactions.load(row.interactionId);
  }

  @FieldResolver(() => CallType, { description: 'What its system said of it, in full.' })
  call(@Root() row: LegRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.calls.load(row.id);
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The system that reported it. Needs READ_SOURCES.',
  })
  source(@Root() row: LegRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(row.sourceId);
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => [CorrelationKeyType], {
    nullable: true,
    description:
      'The keys it can be joined by: stated ones, cleaned, and its own id where others name it. Needs READ_SOURCES.',
  })
  keys(@Root() row: LegRow) {
    return row.keys;
  }

  @FieldResolver(() => LinkType, { description: 'Why it is in its interaction.' })
  link(@Root() row: LegRow): Link {
    return row.link;
  }

  @FieldResolver(() => [SourceRecordType], {
    description: 'The records it was made from, in order of arrival.',
  })
  sourceRecords(@Root() row: LegRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.recordsByLeg.load(row.id);
  }
}

@Resolver(() => LinkType)
export class LinkResolver {
  @Needs('READ_SOURCES')
  @FieldResolver(() => [LinkEvidenceType], {
    nullable: true,
    description: 'The keys it shares with other legs; empty for a leg on its own. Needs READ_SOURCES.',
  })
  evidence(@Root() link: Link) {
    return link.evidence;
  }

  @FieldResolver(() => [LegType], { description: 'Legs that a person has put it together with.' })
  async byPerson(@Root() { byPerson = [] }: Link, @Ctx() { loaders }: GraphQLContext) {
    return (await Promise.all(byPerson.map((id) => loaders.legs.load(id)))).filter((leg) => leg !== null);
  }

  @FieldResolver(() => LinkMatchType, {
    nullable: true,
    description: 'The circumstantial evidence of a heuristic link; null for any other.',
  })
  match(@Root() { match }: Link) {
    return match ?? null;
  }
}

@Resolver(() => LinkMatchType)
export class LinkMatchResolver {
  @FieldResolver(() => LegType, { nullable: true, description: 'The leg that it is linked with.' })
  withLeg(@Root() { withLegId }: LinkMatchType, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(withLegId);
  }
}

@Resolver(() => LinkEvidenceType)
export class LinkEvidenceResolver {
  @FieldResolver(() => [LegType], { description: 'The legs that share the key.' })
  async withLegs(@Root() { withLegIds }: LinkEvidenceType, @Ctx() { loaders }: GraphQLContext) {
    return (await Promise.all(withLegIds.map((id) => loaders.legs.load(id)))).filter((leg) => leg !== null);
  }
}

@Resolver(() => SegmentType)
export class SegmentResolver {
  @Needs('READ_SOURCES')
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name of the source; null for a placeholder. Needs READ_SOURCES.',
  })
  async source(@Root() { sourceId }: Segment, @Ctx() { loaders }: GraphQLContext) {
    return sourceId === null ? null : ((await loaders.sources.load(sourceId))?.name ?? null);
  }

  @FieldResolver(() => LegType, { nullable: true, description: 'The leg; null for a placeholder.' })
  leg(@Root() { legId }: Segment, @Ctx() { loaders }: GraphQLContext) {
    return legId === null ? null : loaders.legs.load(legId);
  }
}

@Resolver(() => StatusChangeType)
export class StatusChangeResolver {
  @FieldResolver(() => ID, {
    nullable: true,
    description:
      'The id of the interaction that had it, when that was merged into this one since; null for one of its own.',
  })
  mergedFromId(@Root() { mergedFrom }: StatusChangeRow) {
    return mergedFrom === null ? null : globalId('Interaction', mergedFrom);
  }

  @FieldResolver(() => CauseType, { description: 'What made it change.' })
  causedBy(@Root() row: StatusChangeRow) {
    return { kind: row.causeKind, id: row.causeId };
  }

  @FieldResolver(() => WhyType, { description: 'Why it had this status, in a sentence and in facts.' })
  why(
    @Root() row: StatusChangeRow,
    @Arg('locale', () => String, {
      nullable: true,
      defaultValue: DEFAULT_LOCALE,
      description: 'Language of the sentence: `en` or `es`.',
    })
    locale: string | null,
  ) {
    return explain(row.why, localeOf(locale));
  }
}

@Resolver(() => DisagreementType)
export class DisagreementResolver {
  @Needs('READ_SOURCES')
  @FieldResolver(() => [ClaimType], {
    nullable: true,
    description: 'What each source states. Needs READ_SOURCES.',
  })
  claims(@Root() row: Disagreement) {
    return row.claims;
  }
}

@Resolver(() => ClaimType)
export class ClaimResolver {
  @FieldResolver(() => LegType, {
    nullable: true,
    description: 'The leg that states it; null when it is about many.',
  })
  leg(@Root() { legId }: ClaimType, @Ctx() { loaders }: GraphQLContext) {
    return legId === '' ? null : loaders.legs.load(legId);
  }
}

@Resolver(() => TransferType)
export class TransferResolver {
  @FieldResolver(() => Boolean, {
    description:
      "True when no system states it: a human answered in the assistant's call, so it was handed over. How it was " +
      'done, and who asked for it, is unknown then.',
  })
  isDerived(@Root() { isDerived = false }: Partial<InteractionTransfer>) {
    return isDerived;
  }
}

@Resolver(() => BannerType)
export class BannerResolver {
  @FieldResolver(() => CallType, {
    nullable: true,
    description: "The bot's call; null unless the kind is FROM_BOT_CALL.",
  })
  originCall(@Root() { originCallId }: Banner, @Ctx() { loaders }: GraphQLContext) {
    return originCallId === null ? null : loaders.calls.load(originCallId);
  }
}
