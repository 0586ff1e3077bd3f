import type { JoinProtocol } from '../../control/monitor.js';
import type { MonitoringKind, MonitoringState } from '../../domain/words.js';
import { enumOf } from '../enums.js';

export const MonitoringKindEnum = enumOf<MonitoringKind>(
  'MonitoringActionKind',
  'What a person may do to a call that an AI agent holds.',
  {
    LISTEN_IN: 'Hear it silently; nobody on the call hears the listener.',
    TAKE_OVER: 'Become the speaking participant in the place of the AI agent.',
    HAND_BACK: 'Give it back to who had it before the take-over.',
    TRANSFER: 'Send the caller to a telephone number.',
    ENQUEUE: 'Put the caller into the queue for a human agent; the AI agent stops.',
    END: 'Hang up for everybody. What follows a call follows as always.',
    COACH: 'Tell the agent something that the caller never hears.',
  },
);

export const MonitoringStateEnum = enumOf<MonitoringState>(
  'MonitoringActionState',
  'How far an action has come. DONE, FAILED and TIMED_OUT are final.',
  {
    REQUESTED: 'It is kept and audited; the system that holds the call has not answered.',
    ACCEPTED: "That system took it; the call's own records will show its effect.",
    DONE: 'It happened.',
    FAILED: 'That system refused it, failed, or could not be reached.',
    TIMED_OUT: 'Ten seconds passed without an answer or an effect; whether it happened is unknown.',
  },
);

export const JoinProtocolEnum = enumOf<JoinProtocol>(
  'JoinProtocol',
  'How a person hears or speaks in a call.',
  {
    AUDIO_WEBSOCKET:
      'A WebSocket of ours: a text frame tells the encoding, then binary frames of audio. Sending closes it.',
    LIVEKIT: "LiveKit's own client, with the url and the token.",
    TELEPHONE: 'The system rings the person.',
  },
);
