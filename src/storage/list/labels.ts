import { createHash } from 'node:crypto';
import type { Call } from '../../domain/call.js';
import { tagsOf } from '../../domain/tag.js';
import type { Tag } from '../../domain/tag.js';
import { contactIdOf } from '../customer-keys.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';

/**
 * Labels are what rows of the lists are found by, in one inverted index a list: each is a fact with its
 * tenant before it, so a look-up meets no other tenant's rows (rule R20). They are written with the row
 * that they are taken from.
 */
export type LabelKind =
  | 'channel'
  | 'direction'
  | 'outcome'
  | 'dropStage'
  | 'dropDetail'
  | 'resolved'
  | 'campaign'
  | 'flow'
  | 'source'
  | 'role'
  | 'disconnectedBy'
  | 'tag'
  | 'tagValue'
  | 'sentiment'
  | 'flagged'
  | 'recorded'
  | 'test'
  | 'customer'
  | 'contactId';

/** What is longer is stood for by its hash: an index takes no long keys. */
const LONGEST = 100;
/** More than a person could look for in one row. */
const MOST = 500;

/** The end of a tenant's id is its random part: enough to part tenants, for `tenant_id` is compared as well. */
export const labelPrefix = (tenantId: string, kind: LabelKind): string =>
  `${tenantId.slice(-8).toLowerCase()} ${kind}=`;

export const labelOf = (tenantId: string, kind: LabelKind, value = ''): string =>
  labelPrefix(tenantId, kind) + (value.length <= LONGEST ? value : hashOf(value));

const hashOf = (value: string): string => createHash('sha256').update(value).digest('base64url');

/** A tag by its name alone, and with its value. Case does not tell tags apart. */
export const tagValue = (name: string, value: string): string => JSON.stringify([name, value]).toLowerCase();
export const tagName = (name: string): string => name.toLowerCase();
export const sentimentLabel = (label: string): string => label.toLowerCase();

type Facts = [kind: LabelKind, value: string | null | undefined | false][];

function labelsOf(tenantId: string, facts: Facts): string[] {
  const said = facts.flatMap(([kind, value]) =>
    value === null || value === undefined || value === false ? [] : [labelOf(tenantId, kind, value)],
  );
  return [...new Set(said)].slice(0, MOST);
}

/** What both lists know of a row. */
type Shared = Pick<
  InteractionEntity,
  'direction' | 'outcome' | 'campaign' | 'flow' | 'isTest' | 'tags' | 'sentiment' | 'reviewFlags'
> & { channel: string | null; sourceIds: readonly string[]; hasRecording: boolean };

const sharedFacts = (row: Shared): Facts => [
  ['channel', row.channel],
  ['direction', row.direction],
  ['outcome', row.outcome],
  ['campaign', row.campaign],
  ['flow', row.flow],
  ...row.sourceIds.map((id): Facts[number] => ['source', id]),
  ...row.tags.flatMap(tagFacts),
  ...row.sentiment.map(({ label }): Facts[number] => ['sentiment', sentimentLabel(label)]),
  ['flagged', row.reviewFlags.length > 0 && ''],
  ['recorded', row.hasRecording && ''],
  ['test', row.isTest && ''],
];

const tagFacts = ({ name, value }: Tag): Facts => [
  ['tag', tagName(name)],
  ['tagValue', value === null ? null : tagValue(name, value)],
];

export const interactionLabels = (
  tenantId: string,
  row: Shared & Pick<InteractionEntity, 'dropStage' | 'dropDetail' | 'resolution' | 'customerKeys'>,
): string[] =>
  labelsOf(tenantId, [
    ...sharedFacts(row),
    ['dropStage', row.dropStage],
    ['dropDetail', row.dropDetail],
    ['resolved', row.resolution !== null && ''],
    ...row.customerKeys.map((key): Facts[number] => ['customer', key]),
    ...row.customerKeys.map((key): Facts[number] => ['contactId', contactIdOf(key)]),
  ]);

export const callLabels = (tenantId: string, call: Call): string[] =>
  labelsOf(tenantId, [
    ...sharedFacts({
      ...call,
      tags: tagsOf([call]),
      sourceIds: [call.sourceId],
      hasRecording: call.recording?.url != null,
    }),
    ['role', call.role],
    ['disconnectedBy', call.disconnectedBy],
  ]);
