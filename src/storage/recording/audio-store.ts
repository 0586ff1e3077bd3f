import type { Readable } from 'node:stream';

/** Bytes of a copy, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where copies of recordings are kept. Keys are ours: letters, digits, `-` and `/`. Faults of the storage
 * are thrown as they come; they are no answer to a caller.
 */
export interface AudioStore {
  /** For a person; without secrets. */
  readonly description: string;
  /** Keeps a file's bytes. Whatever fails, no part of it is kept under the key. */
  put(key: string, file: { path: string; bytes: number; contentType: string }): Promise<void>;
  /** These bytes of a copy, as they are asked for; null when there is none. Ends early when it is destroyed. */
  read(key: string, range: ByteRange): Promise<Readable | null>;
  /** Deletes a copy; one that is not there is deleted already. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}
