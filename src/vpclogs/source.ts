import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, type TransformOptions } from "node:stream";
import { createGunzip, type ZlibOptions } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { parquetText } from "./parquet.ts";
import type { LogStats } from "./stats.ts";

export type Unreadable = "missing" | "denied" | "key" | "archived" | "elsewhere" | "damaged" | "refused";

/** The log cannot be read, and reading it again would not help. */
export class UnreadableLog extends Error {
  override readonly name = "UnreadableLog";
  readonly why: Unreadable;

  constructor(why: Unreadable, message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** Reading failed for a reason that may pass: AWS is to keep the event and call again. */
export class RetryableReadError extends Error {
  override readonly name = "RetryableReadError";
}

export type Open = (bucket: string, key: string) => Promise<AsyncIterable<Uint8Array>>;

const clients = new Map<string, S3Client>();

/**
 * Opens objects of S3 as streams. The SDK is loaded on the first call.
 * @throws {UnreadableLog} where S3 says why it never will give the object.
 * @throws {RetryableReadError} where S3 or the network may do better later.
 */
export function s3(region: string): Open {
  return async (bucket, key) => {
    const { GetObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
    let client = clients.get(region);
    if (!client) {
      client = new S3Client({
        region,
        followRegionRedirects: true,
        requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
        // Reckoned in JavaScript, S3's checksum costs a quarter of what inflating does; gzip has its own.
        responseChecksumValidation: "WHEN_REQUIRED",
      });
      clients.set(region, client);
    }
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!Body) throw new RetryableReadError(`S3 answered without a body for s3://${bucket}/${key}`);
      return Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw s3Failure(error);
    }
  };
}

const names: Readonly<Record<string, Unreadable>> = {
  NoSuchKey: "missing",
  NotFound: "missing",
  NoSuchVersion: "missing",
  NoSuchBucket: "elsewhere",
  PermanentRedirect: "elsewhere",
  InvalidObjectState: "archived",
  "KMS.DisabledException": "key",
  "KMS.KMSInvalidStateException": "key",
  "KMS.NotFoundException": "key",
  "KMS.UnrecognizedClientException": "key",
};

/** What became of a request to S3, told by its error's name and status. */
export function s3Failure(error: unknown): Error {
  if (error instanceof UnreadableLog || error instanceof RetryableReadError) return error;
  const {
    name = "",
    message = "",
    $metadata,
  } = (error ?? {}) as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  const why = names[name] ?? (status === 404 ? "missing" : undefined);
  if (why) return new UnreadableLog(why, message, { cause: error });
  if (retried.test(name)) return new RetryableReadError(`${name}: ${message}`, { cause: error });
  if (status === 403) {
    // Without the right to list the bucket, S3 hides behind 403 that an object is not there, but says what was lacking.
    const lacking = /\bkms:/i.test(message) ? "key" : /s3:ListBucket/.test(message) ? "missing" : "denied";
    return new UnreadableLog(lacking, message, { cause: error });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new UnreadableLog("refused", `${name}: ${message}`, { cause: error });
  }
  return new RetryableReadError(`${name || "Error"}: ${message}`, { cause: error });
}

const retried = /Throttl|SlowDown|RequestTimeout|TooManyRequests|ExpiredToken|RequestTimeTooSkewed|LimitExceeded/;

/**
 * The text of a log, whatever it is packed in: gzip, Parquet, gzipped Parquet or nothing, told by its first bytes. A
 * chunk holds until the next one is asked for. Of Parquet, whose columns lie apart, only those that are `wanted` are read.
 * @throws {UnreadableLog} where the packing is damaged, after the text that could be had.
 * @throws {RetryableReadError} where the source failed.
 */
export async function* logText(
  source: AsyncIterable<Uint8Array>,
  stats: LogStats,
  wanted: (column: string) => boolean = () => true,
): AsyncGenerator<Uint8Array> {
  const { start, chunks } = await peeked(sourced(source));
  if (start.length === 0) stats.format = "empty";
  else if (begins(start, parquetMagic)) yield* fromParquet(chunks, stats, wanted);
  else if (begins(start, gzipMagic)) {
    stats.format = "gzip";
    const inflated = await peeked(inflate(chunks));
    yield* begins(inflated.start, parquetMagic) ? fromParquet(inflated.chunks, stats, wanted) : inflated.chunks;
  } else yield* chunks;
}

const gzipMagic = [0x1f, 0x8b];
const parquetMagic = [0x50, 0x41, 0x52, 0x31];
const begins = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** A stream's first bytes, and the stream with them still in it. */
async function peeked(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ start: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < parquetMagic.length) {
    const { done, value } = await iterator.next();
    if (done) break;
    taken.push(value);
    bytes += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* taken;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { start: Buffer.concat(taken), chunks: all() };
}

/** The source's chunks; its failures are marked as such, so that none is taken for a damaged file. */
async function* sourced(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw s3Failure(error);
  }
}

/** What is inflated at a time, and how far ahead: while a piece is read, another thread inflates the next ones. */
const piece = 1 << 20;
const ahead = piece + 1;

async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Node's types leave out that zlib streams take the options of any stream.
  const options: ZlibOptions & TransformOptions = { chunkSize: piece, readableHighWaterMark: ahead };
  const gunzip = createGunzip(options);
  const input = Readable.from(chunks, { objectMode: false });
  input.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of input.pipe(gunzip) as AsyncIterable<Buffer<ArrayBuffer>>) {
      yield chunk;
      // Freed here, when its last byte was read: Node would do it at a collection, and the scan makes no garbage for one.
      if (chunk.byteOffset + chunk.length === chunk.buffer.byteLength) chunk.buffer.transfer(0);
    }
  } catch (error) {
    if (error instanceof UnreadableLog || error instanceof RetryableReadError) throw error;
    throw new UnreadableLog("damaged", (error as Error).message, { cause: error });
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

/** Parquet is read from its end, so it is put into a temporary file first rather than held in memory. */
async function* fromParquet(
  chunks: AsyncIterable<Uint8Array>,
  stats: LogStats,
  wanted: (column: string) => boolean,
): AsyncGenerator<Uint8Array> {
  stats.format = "parquet";
  const path = join(tmpdir(), `vpclog-${randomUUID()}.parquet`);
  const file = await open(path, "w+");
  try {
    await file.writeFile(chunks);
    const { size } = await file.stat();
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(end - start);
      await file.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    };
    try {
      yield* parquetText({ byteLength: size, slice }, wanted);
    } catch (error) {
      throw new UnreadableLog("damaged", (error as Error).message, { cause: error });
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
