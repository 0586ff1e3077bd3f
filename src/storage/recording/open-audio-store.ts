import { fileURLToPath } from 'node:url';
import type { AudioStore } from './audio-store.js';
import { FileAudioStore } from './file-audio-store.js';
import type { S3Place } from './s3-audio-store.js';
import { S3AudioStore } from './s3-audio-store.js';

/** The storage that `RECORDINGS_URL` names. Nothing is opened or asked yet. */
export function openAudioStore(url: string): AudioStore {
  const parsed = new URL(url);
  if (parsed.protocol === 'file:') return new FileAudioStore(fileURLToPath(parsed));
  if (parsed.protocol === 's3:') return new S3AudioStore(readS3Place(parsed));
  throw new Error('RECORDINGS_URL must begin with file: or s3:');
}

/** `s3://[key:secret@]bucket[/prefix][?region=…&endpoint=…]`. */
export function readS3Place(url: URL): S3Place {
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket: url.hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: url.searchParams.get('region') ?? 'us-east-1',
    endpoint: url.searchParams.get('endpoint'),
    credentials:
      url.username === ''
        ? null
        : {
            accessKeyId: decodeURIComponent(url.username),
            secretAccessKey: decodeURIComponent(url.password),
          },
  };
}
