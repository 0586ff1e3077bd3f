import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { AuditAction } from '../../domain/words.js';
import type { AuditRow } from '../../storage/audit/audit-reader.js';
import { CallType } from '../call/call.type.js';
import { connection, ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { globalId, localId } from '../node.js';
import { AuditActionEnum, AuditEntryConnection, AuditEntryType } from './audit.type.js';

/** A subject that nobody has: what is no id finds nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

@Resolver(() => AuditEntryType)
export class AuditResolver {
  @Needs('READ_AUDIT')
  @Query(() => AuditEntryConnection, {
    description: 'Who did what, the latest first. Needs READ_AUDIT.',
  })
  async auditLog(
    @Arg('interactionId', () => ID, {
      nullable: true,
      description: 'Only what was done to this interaction.',
    })
    interactionId: string | null | undefined,
    @Arg('action', () => [AuditActionEnum], { nullable: true, description: 'Only these actions.' })
    action: AuditAction[] | null | undefined,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    const subjectId = interactionId == null ? null : (localId('Interaction', interactionId) ?? NOBODY);
    return connection(await readers.audit.page(frame, { subjectId, action: action ?? null }, page));
  }

  @FieldResolver(() => ID, { description: 'Opaque id; `undo` takes it.' })
  id(@Root() { id }: AuditRow) {
    return globalId('AuditEntry', id);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description:
      'What the entries of one command on many subjects share; `undo` takes it. Null: just one entry.',
  })
  batchId(@Root() { batchId }: AuditRow) {
    return batchId === null ? null : globalId('AuditBatch', batchId);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The entry that this one takes back.' })
  undoes(@Root() { undoes }: AuditRow) {
    return undoes === null ? null : globalId('AuditEntry', undoes);
  }

  @FieldResolver(() => InteractionType, {
    nullable: true,
    description:
      'What it was done to, or what that was merged into; null when it is no interaction, or gone.',
  })
  interaction(@Root() { subjectId }: AuditRow, @Ctx() { loaders }: GraphQLContext) {
    return subjectId === null ? null : loaders.interactions.load(subjectId);
  }

  @FieldResolver(() => CallType, {
    nullable: true,
    description: 'The call that it was done to: the one whose recording was played, or that was exported.',
  })
  call(@Root() { subjectId }: AuditRow, @Ctx() { loaders }: GraphQLContext) {
    return subjectId === null ? null : loaders.calls.load(subjectId);
  }
}
