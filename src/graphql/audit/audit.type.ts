import { Field, ObjectType } from 'type-graphql';
import type { JsonObject } from '../../domain/record.js';
import type { ApiRole, AuditAction, Instant } from '../../domain/words.js';
import { connectionType } from '../connection.js';
import { ApiRoleEnum, enumOf } from '../enums.js';
import { DateTime, JsonValue } from '../scalars.js';

export const AuditActionEnum = enumOf<AuditAction>('AuditAction', 'What somebody did.', {
  INTERACTIONS_LINKED: 'Made interactions one.',
  LEG_UNLINKED: 'Took a leg out of its interaction.',
  SUGGESTION_DISMISSED: 'Said that two legs are not one call.',
  INTERACTION_RESOLVED: 'Left a dropped interaction as it is.',
  INTERACTION_FLAGGED: 'Set a review flag.',
  INTERACTION_UNFLAGGED: 'Took a review flag away.',
  INTERACTION_TAGGED: 'Set a tag.',
  INTERACTION_UNTAGGED: 'Took a tag away.',
  INTERACTION_ANNOTATED: 'Left a note.',
  ANNOTATION_REMOVED: 'Took a note away.',
  UNDONE: 'Took back what an earlier entry tells.',
  EXPORTED: 'Took data out: an export, or a link to one.',
  INTERACTION_DELETED: 'Deleted an interaction.',
  INTERACTION_RESTORED: 'Brought a deleted interaction back.',
  CUSTOMER_ERASED: 'Erased a customer.',
  RETENTION_CHANGED: 'Changed how long data is kept.',
  RETENTION_RUN: 'Removed what had become too old.',
  TIMELINE_ANALYSIS_STARTED: 'Had an interaction analysed.',
  CALL_LISTEN_IN: 'Asked to listen to a call.',
  CALL_TAKE_OVER: 'Asked to take a call over.',
  CALL_HAND_BACK: 'Asked to give a call back to the assistant.',
  CALL_TRANSFER: 'Asked to transfer a call.',
  CALL_ENQUEUE: 'Asked to put a call into a queue.',
  CALL_END: 'Asked to end a call.',
  CALL_COACH: 'Left a coaching note.',
  RECORDING_PLAYED: 'Listened to a recording, or took one out.',
  CALL_LISTENED: 'Listened to a call.',
  SOURCE_CREATED: 'Added a source.',
  SOURCE_CHANGED: 'Changed a source.',
  API_KEY_CREATED: 'Made an API key.',
  API_KEY_REVOKED: 'Revoked an API key.',
  TENANT_CHANGED: 'Changed the time zone or the country.',
});

@ObjectType('AuditEntry', { description: 'What somebody did, when, and why.', simpleResolvers: true })
export class AuditEntryType {
  @Field(() => DateTime, { description: 'When, by our clock.' })
  at!: Instant;

  @Field(() => AuditActionEnum, { description: 'What was done.' })
  action!: AuditAction;

  @Field(() => String, { description: 'Names the credential of whoever did it, never its secret.' })
  actor!: string;

  @Field(() => ApiRoleEnum, { description: 'The role of the credential.' })
  actorRole!: ApiRole;

  @Field(() => String, { nullable: true, description: 'Why, in the words of whoever did it.' })
  reason!: string | null;

  @Field(() => Boolean, { description: 'True when it has been undone.' })
  isUndone!: boolean;

  subjectId!: string | null;
  batchId!: string | null;
  undoes!: string | null;
  @Field(() => JsonValue, {
    description:
      'More about it, by action: the kind and filter of an export, how a recording was played, the legs of a link. ' +
      'Empty once what it was about has been erased.',
  })
  detail!: JsonObject;
}

export const AuditEntryConnection = connectionType(
  'AuditEntry',
  'entries of the audit log',
  () => AuditEntryType,
  { isCounted: true },
);
