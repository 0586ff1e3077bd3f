import type { KeyReachFault, ResolutionKind } from '../../domain/words.js';
import type { DisagreementCode } from '../../domain/disagreements.js';
import type { BannerKind } from '../../domain/presentation.js';
import type { WhyCode } from '../../domain/why.js';
import type {
  AttemptEnd,
  DropDetail,
  DropStage,
  FaultDomain,
  FlaggedBy,
  InteractionStatus,
  KeyScope,
  LinkTier,
  Outcome,
  SegmentState,
  TransferInitiator,
  TransferKind,
  TransferState,
} from '../../domain/words.js';
import { enumOf } from '../enums.js';

export const InteractionStatusEnum = enumOf<InteractionStatus>(
  'InteractionStatus',
  'Whether the trace of an interaction is whole. Dropped is not failed: the call may well have been handled.',
  {
    COMPLETE: 'Every segment that is expected is present, and they line up.',
    PARTIAL: 'A segment is still expected, or all are present and do not line up.',
    IN_PROGRESS: 'At least one leg is still active.',
    DROPPED: 'A segment never came within the expected time; `dropStage` says which.',
  },
);

export const OutcomeEnum = enumOf<Outcome>('Outcome', 'How the interaction ended for the customer.', {
  COMPLETED: 'It was concluded.',
  TRANSFERRED: 'It was handed to another party.',
  ABANDONED: 'The customer hung up before the assistant said anything, or within seconds of it joining.',
  FAILED: 'A technical or provider error ended it.',
  NO_ANSWER: 'Nobody answered.',
  BUSY: 'The line was busy.',
  VOICEMAIL: 'A voicemail or answering machine took it.',
  DECLINED: 'The other side refused it.',
  CANCELED: 'It was called off before it was answered.',
  UNKNOWN: 'It ended and no source says how.',
});

export const DropStageEnum = enumOf<DropStage>(
  'DropStage',
  'Where in the journey a dropped trace is incomplete.',
  {
    INFRA_TO_BOT: 'The dialer connected the call and no assistant leg joined it.',
    SYNC_GAP: "The dialer's record has not been synced yet; this usually resolves on its own.",
    UNSPECIFIED: 'Only one side has a record and no more specific stage applies.',
  },
);

export const DropDetailEnum = enumOf<DropDetail>(
  'DropDetail',
  'What exactly is missing from a dropped trace.',
  {
    ASSISTANT_NEVER_STARTED: 'The assistant system reported everything up to then and had no such call.',
    ASSISTANT_NOT_REPORTED_YET: 'The assistant system has not said that it reported everything up to then.',
    ASSISTANT_FAILED_TO_JOIN: 'The assistant system reported that it could not join.',
    CANDIDATE_EXISTS: 'An assistant leg that may belong to it is suggested; a person decides.',
    DIALER_NOT_SYNCED_YET: 'The dialer has not yet reported everything up to the end of the call.',
    DIALER_NEVER_REPORTED: 'The dialer reported everything up to then and had no such call.',
    HUMAN_NEVER_REPORTED: 'The call was transferred and no record of a human agent came.',
  },
);

export const FaultDomainEnum = enumOf<FaultDomain>('FaultDomain', 'Whose part is missing or failed.', {
  DIALER: "The dialer's.",
  ASSISTANT: "The assistant's.",
  HUMAN_DESK: "The human agents' desk.",
  SYNC: 'The delivery of records, not the call.',
  UNKNOWN: 'Cannot be told.',
});

export const SegmentStateEnum = enumOf<SegmentState>(
  'SegmentState',
  'Whether the part of a system is there.',
  {
    PRESENT: 'The system recorded its part and it is over.',
    EXPECTED: 'Still expected; the bar is a placeholder.',
    MISSING: 'Never came; the bar is a placeholder.',
    LIVE: 'Going on now.',
  },
);

export const KeyScopeEnum = enumOf<KeyScope>('KeyScope', 'What equal correlation keys mean.', {
  INTERACTION: 'The legs are one interaction.',
  BRIDGE: 'The legs met, in a conference or room, without being one interaction.',
  CUSTOMER: 'The legs belong to the same customer.',
});

export const AttemptEndEnum = enumOf<AttemptEnd>(
  'AttemptEnd',
  'How an attempt of a group call ended that was not answered.',
  { CANCELLED_ANSWERED_ELSEWHERE: 'Another attempt was answered, so this one was given up.' },
);

export const LinkTierEnum = enumOf<LinkTier>('LinkTier', 'How a leg came to its interaction.', {
  ALONE: 'It shares nothing with any other leg.',
  KEY: 'It shares a correlation key with another leg.',
  HEURISTIC: 'Number, time and direction made it the one likely match.',
  PERSON: 'A person decided.',
});

export const WhyCodeEnum = enumOf<WhyCode>('WhyCode', 'Why an interaction has its status, for machines.', {
  CALL_IN_PROGRESS: 'The call is still active.',
  ALL_SEGMENTS_PRESENT: 'Everything expected is present and lines up.',
  NEVER_ANSWERED: "The call was never answered and the dialer's record is whole.",
  HUMAN_NOT_OBSERVABLE: 'The call went to a party that no connected system can see.',
  SEGMENTS_MISALIGNED: 'Everything is present and the times do not fit together.',
  WAITING_FOR_ASSISTANT: "The assistant's record may still come.",
  WAITING_FOR_DIALER: "The dialer's record may still come.",
  WAITING_FOR_HUMAN: "The human agent's record may still come.",
  WAITING_FOR_CHAT: "The chat system's record may still come.",
  ASSISTANT_NEVER_STARTED: 'The assistant system had no such call.',
  ASSISTANT_NOT_REPORTED_YET: 'No assistant record came, and its system has not reported everything yet.',
  ASSISTANT_FAILED_TO_JOIN: 'The assistant reported that it could not join.',
  CANDIDATE_EXISTS: 'An assistant record that may belong to it waits for a decision.',
  ASSISTANT_NEVER_REPORTED: 'No record of the assistant came.',
  DIALER_NOT_SYNCED_YET: "The dialer's record was not synced yet.",
  DIALER_NEVER_REPORTED: 'No dialer record came.',
  HUMAN_NEVER_REPORTED: 'No record of a human agent came.',
  CHAT_NEVER_REPORTED: 'No record of the chat system came.',
});

export const DisagreementCodeEnum = enumOf<DisagreementCode>(
  'DisagreementCode',
  'What does not fit together.',
  {
    CLAIMS_DIFFER: 'Sources state different values for one field.',
    VERSION_CONFLICT: 'A source sent two different bodies under one version.',
    KEY_IGNORED: 'A correlation key that can correlate nothing.',
    KEY_QUARANTINED: 'A correlation key that more calls carry than one interaction can have.',
    KEY_OVERRULED: 'A correlation key shared with a leg that a person has parted from this one.',
  },
);

export const BannerKindEnum = enumOf<BannerKind>('BannerKind', 'What a banner tells.', {
  TRANSFERRED: 'The call was transferred to `target`.',
  TRANSFER_FAILED: 'A transfer to `target` was tried and did not connect, for `reason`.',
  HANDED_TO_HUMAN: 'A human agent took the call over.',
  FROM_BOT_CALL: "This is a human agent's call that came from the bot's `originCall`.",
});

export const TransferKindEnum = enumOf<TransferKind>('TransferKind', 'How a call is transferred.', {
  BLIND: 'Sent on without waiting for the other party.',
  ATTENDED: 'Sent on after the other party answered.',
  WARM: 'All parties were together before the first one left.',
});

export const TransferInitiatorEnum = enumOf<TransferInitiator>(
  'TransferInitiator',
  'Who asked for a transfer.',
  {
    AI: 'The assistant.',
    SUPERVISOR: 'A supervisor.',
    AGENT: 'A human agent.',
  },
);

export const TransferStateEnum = enumOf<TransferState>('TransferState', 'How far a transfer has come.', {
  REQUESTED: 'Asked for.',
  RINGING: 'The other party is being called.',
  BRIDGED: 'Connected.',
  ENDED: 'Connected and over.',
  FAILED: 'Did not connect.',
  CANCELLED: 'Called off before it connected.',
});

export const FlaggedByEnum = enumOf<FlaggedBy>('FlaggedBy', 'Who raised a review flag.', {
  AI: 'A reviewing model.',
  PERSON: 'A person.',
  RULE: 'A rule.',
});

export const KeyReachFaultEnum = enumOf<KeyReachFault>('KeyReachFault', 'In what a key reaches too far.', {
  TOO_MANY_LEGS: 'More than 64 legs carry it: it joins none of them.',
  SESSION_TOO_LARGE:
    'It is the id of a written thread of which one session has more than 64 legs: it joins none of these.',
  TOO_FAR_APART:
    'It was used again after more than 24 hours: it joins only legs that began within 24 hours of its first.',
});

export const ResolutionKindEnum = enumOf<ResolutionKind>(
  'ResolutionKind',
  'Why a person leaves a broken trace as it is.',
  {
    NO_PARTNER: 'There never was another half.',
    RECORD_LOST: 'The other half was lost and will not come.',
    TEST_CALL: 'It was a test.',
    ACCEPTED: 'It is accepted as it is, for another reason.',
  },
);
