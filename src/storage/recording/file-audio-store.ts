import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AudioStore, ByteRange } from './audio-store.js';

/** Copies as files below one folder, which is made when the first one comes. */
export class FileAudioStore implements AudioStore {
  constructor(private readonly folder: string) {}

  get description(): string {
    return `the folder ${this.folder}`;
  }

  /** It has its name only once all of it is on the disk. */
  async put(key: string, { path }: { path: string }): Promise<void> {
    const target = join(this.folder, key);
    const part = `${target}.part`;
    await mkdir(dirname(target), { recursive: true });
    try {
      await pipeline(createReadStream(path), createWriteStream(part, { flush: true, mode: 0o600 }));
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async read(key: string, range: ByteRange): Promise<Readable | null> {
    try {
      const file = await open(join(this.folder, key));
      return file.createReadStream({ ...range, highWaterMark: 64 * 1024 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.folder, key), { force: true });
  }

  async close(): Promise<void> {
    // Files need no closing: each stream closes its own.
  }
}
