import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { AudioStore, ByteRange } from './audio-store.js';

/** Where a bucket is, as `RECORDINGS_URL` says it. */
export interface S3Place {
  bucket: string;
  /** Stands before every key; empty, or ends with a slash. */
  prefix: string;
  region: string;
  /** Of another service than Amazon's; buckets are then named in the path. Null: Amazon's own. */
  endpoint: string | null;
  /** Null: those of the environment or machine, as Amazon's tools find them. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
}

const SOCKET_IDLE_MS = 30_000;

/** The library would write to the console; its faults reach us as they are thrown. */
const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Copies as objects of one bucket. The client library is loaded at the first use: it is large. */
export class S3AudioStore implements AudioStore {
  #client: Promise<S3Client> | null = null;

  constructor(private readonly place: S3Place) {}

  get description(): string {
    return `the bucket ${this.place.bucket}`;
  }

  async put(key: string, file: { path: string; bytes: number; contentType: string }): Promise<void> {
    const { PutObjectCommand } = await library();
    const client = await this.#connected();
    const unreadable = new AbortController();
    const opened = await open(file.path);
    const Body = opened.createReadStream().on('error', () => unreadable.abort());
    const object = { ...this.#object(key), ContentLength: file.bytes, ContentType: file.contentType };
    try {
      await client.send(new PutObjectCommand({ ...object, Body }), { abortSignal: unreadable.signal });
    } finally {
      Body.destroy();
    }
  }

  async read(key: string, { start, end }: ByteRange): Promise<Readable | null> {
    const { GetObjectCommand, NoSuchKey } = await library();
    const client = await this.#connected();
    try {
      const range = { Range: `bytes=${start}-${end}` };
      const { Body, ContentRange } = await client.send(
        new GetObjectCommand({ ...this.#object(key), ...range }),
      );
      if (Body instanceof Readable && ContentRange?.startsWith(`bytes ${start}-${end}/`) === true)
        return Body;
      if (Body instanceof Readable) Body.destroy();
      throw new Error('The storage answered other bytes than it was asked for.');
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    const { DeleteObjectCommand } = await library();
    await (await this.#connected()).send(new DeleteObjectCommand(this.#object(key)));
  }

  async close(): Promise<void> {
    (await this.#client)?.destroy();
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + key };
  }

  #connected(): Promise<S3Client> {
    this.#client ??= library().then(({ S3Client }) => new S3Client(this.#config()));
    return this.#client;
  }

  /** Checksums beyond those of the protocol are left out: not every compatible service knows them. */
  #config(): S3ClientConfig {
    const { region, endpoint, credentials } = this.place;
    return {
      region,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: SILENT,
      requestHandler: { connectionTimeout: 5_000, socketTimeout: SOCKET_IDLE_MS },
      ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === null ? {} : { credentials }),
    };
  }
}

const library = () => import('@aws-sdk/client-s3');
