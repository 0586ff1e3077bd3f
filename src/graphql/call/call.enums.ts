import type { LatencyHint } from '../../domain/presentation.js';
import type {
  CacheStatus,
  CallStatus,
  DisconnectedBy,
  IntegrationStatus,
  RecordingState,
  Service,
  Speaker,
  ToolStatus,
} from '../../domain/words.js';
import { enumOf } from '../enums.js';

export const CallStatusEnum = enumOf<CallStatus>(
  'CallStatus',
  "State of one call as its own system tells it. A word we do not know is UNKNOWN, with the system's own beside it.",
  {
    QUEUED: 'Waiting for a free slot.',
    RINGING: 'Being connected.',
    ACTIVE: 'Going on.',
    COMPLETED: 'Finished normally.',
    FAILED: 'Ended by a system or provider error.',
    DECLINED: 'Refused by the other side.',
    MISSED: 'Not answered within the time limit.',
    NO_ANSWER: 'Rang out.',
    BUSY: 'The line was busy.',
    CANCELED: 'Called off before the answer.',
    VOICEMAIL: 'Taken by a voicemail or answering machine.',
    UNKNOWN: 'Not said, or said in a word we do not know.',
  },
);

export const DisconnectedByEnum = enumOf<DisconnectedBy>('DisconnectedBy', 'Who or what ended a call.', {
  BOT: 'The bot: a natural close, its closing line, or dead air.',
  CUSTOMER: 'The customer hung up.',
  AGENT: 'The human agent hung up.',
  SYSTEM: 'The telephony or assistant system.',
  VOICEMAIL: 'A voicemail or answering machine answered.',
  RNR: 'Ring, no response: the line connected and the customer stayed silent.',
  TIMEOUT: 'The call ran past its longest allowed time.',
  ERROR: 'It failed to start or hit an unexpected problem.',
  NO_ANSWER: 'It rang out.',
  REJECTED: 'The other end rejected it.',
  UNKNOWN: 'Said in a word we do not know.',
});

export const SpeakerEnum = enumOf<Speaker>('Speaker', 'Who speaks.', {
  CUSTOMER: 'The customer.',
  ASSISTANT: 'The AI assistant.',
  AGENT: 'A human agent.',
  SYSTEM: 'A system: announcements and notices.',
});

export const ToolStatusEnum = enumOf<ToolStatus>('ToolStatus', 'How a tool call ended.', {
  OK: 'It answered.',
  ERROR: 'It failed.',
  TIMEOUT: 'It did not answer in time.',
});

export const CacheStatusEnum = enumOf<CacheStatus>('CacheStatus', 'Whether a cache answered.', {
  HIT: 'Served from the cache.',
  MISS: 'Not in the cache.',
  PARTIAL: 'Partly served from the cache.',
  DISABLED: 'No cache was in use.',
});

export const RecordingStateEnum = enumOf<RecordingState>('RecordingState', 'Whether there is audio.', {
  NONE: 'There is no recording.',
  PENDING: 'It is being made or uploaded.',
  AVAILABLE: 'It can be played.',
  FAILED: 'It could not be made; `reason` says why.',
  EXPIRED: 'It was deleted by its owner.',
});

export const ServiceEnum = enumOf<Service>('Service', 'A part of the voice pipeline.', {
  STT: 'Speech to text.',
  LLM: 'The language model.',
  TTS: 'Text to speech.',
  RAG: 'The knowledge base.',
  TOOL: 'Tools and integrations.',
  TELEPHONY: 'The telephone side.',
  OTHER: 'Any other part.',
});

export const IntegrationStatusEnum = enumOf<IntegrationStatus>(
  'IntegrationStatus',
  'How an integration ended.',
  {
    OK: 'Delivered.',
    ERROR: 'Failed.',
    PENDING: 'Still under way.',
    SKIPPED: 'Not done, on purpose.',
  },
);

export const LatencyHintEnum = enumOf<LatencyHint>('LatencyHint', 'Why a turn was slow.', {
  SLOW_MODEL: 'More than 1,500 ms from the request to the first token: a slow model or a complex prompt.',
});
