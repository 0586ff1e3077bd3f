import type { Instant } from '../../domain/words.js';

const EXTENSIONS: Record<string, string> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'aac',
  'audio/webm': 'webm',
  'audio/amr': 'amr',
  'audio/basic': 'au',
};

/** The name of a downloaded recording: when it was made, and the end of its call's id. Plain ASCII. */
export function recordingFileName(callId: string, contentType: string, at: Instant | null): string {
  const time = at === null ? '' : `${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}Z-`;
  return `recording-${time}${callId.slice(-12)}.${EXTENSIONS[contentType] ?? 'audio'}`;
}
