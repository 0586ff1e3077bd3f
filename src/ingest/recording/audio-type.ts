/** What a file begins with, by the media type that this proves. */
const MAGIC: readonly { at: number; bytes: string; type: string }[] = [
  { at: 0, bytes: 'ID3', type: 'audio/mpeg' },
  { at: 0, bytes: 'OggS', type: 'audio/ogg' },
  { at: 0, bytes: 'fLaC', type: 'audio/flac' },
  { at: 0, bytes: '#!AMR', type: 'audio/amr' },
  { at: 0, bytes: '.snd', type: 'audio/basic' },
  { at: 4, bytes: 'ftypM4A', type: 'audio/mp4' },
  { at: 8, bytes: 'WAVE', type: 'audio/wav' },
];

const UNSAID = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/**
 * The media type under which audio is served: as it was declared, or found in its first bytes when the
 * declaration says nothing; null for anything that is not audio.
 */
export function audioType(declared: string, head: Buffer): string | null {
  const type = declared.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/^audio\/[a-z0-9][a-z0-9.+-]{0,60}$/.test(type)) return type;
  return UNSAID.has(type) ? sniff(head) : null;
}

function sniff(head: Buffer): string | null {
  const known = MAGIC.find(({ at, bytes }) => head.toString('latin1', at, at + bytes.length) === bytes);
  if (known !== undefined) return known.type;
  const isMpegFrame = head.length > 2 && head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2;
  return isMpegFrame ? 'audio/mpeg' : null;
}

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;

/** How long a WAV file plays, in ms, by its header; null for any other file. */
export function wavDuration(head: Buffer, bytes: number): number | null {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return null;
  let bytesPerSecond = 0;
  for (let at = RIFF_HEADER; at + 20 <= head.length;) {
    const name = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    if (name === 'fmt ') bytesPerSecond = head.readUInt32LE(at + CHUNK_HEADER + 8);
    const played = Math.min(size, bytes - at - CHUNK_HEADER);
    if (name === 'data') return bytesPerSecond === 0 ? null : Math.round((played / bytesPerSecond) * 1_000);
    at += CHUNK_HEADER + size + (size % 2);
  }
  return null;
}
