import type { RecordingSettings } from '../../domain/recording.js';
import type { WantedRecording } from '../../storage/recording/recording-store.js';
import type { AudioRequest } from './fetch-audio.js';

const VAPI_API = 'https://api.vapi.ai';

/** How a provider is asked for a recording, with the credentials of the source's settings. */
export function recordingRequest(
  wanted: Pick<WantedRecording, 'url' | 'provider' | 'externalId' | 'settings'>,
): AudioRequest {
  const { settings } = wanted;
  return { url: addressOf(wanted), headers: credentials(settings), allowed: settings };
}

/** Vapi's own files are private: with a key, its interface redirects to where the file can be read. */
function addressOf({
  url,
  provider,
  externalId,
  settings,
}: Pick<WantedRecording, 'url' | 'provider' | 'externalId' | 'settings'>): string {
  return provider === 'vapi' && settings.token !== null
    ? `${settings.apiUrl ?? VAPI_API}/call/${encodeURIComponent(externalId)}/mono-recording`
    : url;
}

function credentials({ user, password, token }: RecordingSettings): Record<string, string> {
  if (token !== null) return { authorization: `Bearer ${token}` };
  if (user === null) return {};
  const basic = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${basic}` };
}
