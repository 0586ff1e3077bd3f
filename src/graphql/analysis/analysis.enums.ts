import type { AnalystName } from '../../domain/verdict/analyst.js';
import type { Failure } from '../../domain/verdict/lifecycle.js';
import type {
  EndedBy,
  OriginKind,
  OriginType,
  OverallStatus,
  ParticipantRole,
  ReferenceType,
  SessionChannel,
  SessionResult,
  Severity,
  TimelineAnalysisStatus,
} from '../../domain/verdict/verdict.js';
import { enumOf } from '../enums.js';

export const TimelineAnalysisStatusEnum = enumOf<TimelineAnalysisStatus>(
  'TimelineAnalysisStatus',
  'Where an analysis stands.',
  {
    PROGRESSING: 'It is being made; there is no result yet.',
    COMPLETED: 'The verdict is there.',
    FAILED: 'There is no verdict; `error` says why.',
  },
);

export const TimelineAnalysisFailureEnum = enumOf<Failure>(
  'TimelineAnalysisFailure',
  'Why an analysis failed, for machines.',
  {
    TIME_LIMIT: 'It was not done within its time limit, five minutes unless the server says otherwise.',
    INTERRUPTED: 'The processes that worked on it ended, several times.',
    INTERACTION_MERGED: 'The interaction became part of another one meanwhile.',
    INTERACTION_GONE: 'The interaction was deleted meanwhile.',
    ANALYST_UNREACHABLE: "The model's server could not be reached.",
    ANALYST_TIMEOUT: "The model's server did not answer in time.",
    ANALYST_BUSY: "The model's server has too much to do.",
    ANALYST_FAULT: "The model's server answered with a fault of its own.",
    ANALYST_REFUSED: "The model's server refused the request.",
    ANALYST_DECLINED: 'The model declined to judge.',
    ANALYST_INVALID: 'The model gave no answer that could be used.',
    INPUT_TOO_LARGE: 'The interaction is too large for the model.',
    INTERNAL: 'Something failed on our side.',
  },
);

export const AnalystEnum = enumOf<AnalystName>('Analyst', 'Who finds the issues and writes the words.', {
  RULES: 'The built-in rules: facts and thresholds, no network.',
  MODEL: 'A language model.',
});

export const OverallStatusEnum = enumOf<OverallStatus>('OverallStatus', 'The verdict in one word.', {
  OK: 'Nothing is wrong; there are no issues.',
  WARNING: 'There are issues, none of them an error.',
  ERROR: 'At least one issue is an error.',
});

export const SeverityEnum = enumOf<Severity>('Severity', 'How serious an issue is.', {
  INFO: 'Worth knowing.',
  WARNING: 'The contact got worse by it.',
  ERROR: "The customer's concern failed, or is likely to have failed, because of it.",
});

export const ReferenceTypeEnum = enumOf<ReferenceType>(
  'SessionReferenceType',
  'What a session is: as its source states it, else by its channel.',
  {
    CALL: 'A telephone call.',
    CONVERSATION: 'A thread of messages.',
    AI: 'A session with an assistant that no telephone is part of.',
    API: 'A session that the API began.',
    TRANSCRIBE: 'A transcription of another session.',
    RECORDING: 'A recording of another session.',
    CAMPAIGN: 'A contact of a campaign.',
  },
);

export const SessionChannelEnum = enumOf<SessionChannel>('SessionChannel', 'The channel of a session.', {
  VOICE: 'A telephone call.',
  CHAT: 'Messages, whatever the platform.',
  AI: 'Voice with an assistant, without a telephone.',
  API: 'The API.',
});

export const ParticipantRoleEnum = enumOf<ParticipantRole>(
  'ParticipantRole',
  'What a participant is to the session.',
  {
    SOURCE: 'Who called.',
    DESTINATION: 'Who was called.',
    SELF: 'The business in a conversation.',
    PEER: 'The customer in a conversation.',
  },
);

export const OriginKindEnum = enumOf<OriginKind>('OriginKind', 'What was made of another session.', {
  TRANSCRIPTION: 'A transcription.',
  RECORDING: 'A recording.',
});

export const OriginTypeEnum = enumOf<OriginType>('OriginType', 'What the other session is.', {
  CALL: 'A call.',
  CONVERSATION: 'A conversation.',
  CONFBRIDGE: 'A conference bridge.',
});

export const SessionResultEnum = enumOf<SessionResult>('SessionResult', 'What came of a session.', {
  COMPLETED: 'It took place and was ended.',
  FAILED: 'It failed, was called off, timed out, or a machine took it.',
  NO_ANSWER: 'Nobody answered.',
  BUSY: 'The line was busy.',
  IN_PROGRESS: 'No end of it is recorded.',
  UNKNOWN: 'Its source gave a reason that nobody knows.',
});

export const EndedByEnum = enumOf<EndedBy>('EndedBy', 'Who ended a call, seen from the platform.', {
  REMOTE: 'The other side.',
  LOCAL: 'The platform, its assistant or its agent.',
});
