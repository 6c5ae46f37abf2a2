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

/** The log cannot be read, and a later try would not help. */
export class UnreadableLog extends Error {
  override readonly name = "UnreadableLog";
  readonly why: Unreadable;

  constructor(why: Unreadable, message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** Reading failed, but a later try may succeed: the invocation fails, so that AWS keeps the event. */
export class RetryableReadError extends Error {
  override readonly name = "RetryableReadError";
}

export type Open = (bucket: string, key: string) => Promise<AsyncIterable<Uint8Array>>;

const clients = new Map<string, S3Client>();

/**
 * Opens objects of S3 as streams. The SDK is loaded by the first call.
 * @throws {UnreadableLog} where S3 does not give the object, now or later.
 * @throws {RetryableReadError} where a later try may succeed.
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
        // In JavaScript, S3's checksum costs a quarter of the time of inflating, and gzip has its own.
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

/** The error of a request to S3 as one of this module, by its name and status. */
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
    // A missing object gives 403 to those who may not list the bucket; the message names the permission.
    const cause = /\bkms:/i.test(message) ? "key" : /s3:ListBucket/.test(message) ? "missing" : "denied";
    return new UnreadableLog(cause, message, { cause: error });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new UnreadableLog("refused", `${name}: ${message}`, { cause: error });
  }
  return new RetryableReadError(`${name || "Error"}: ${message}`, { cause: error });
}

const retried = /Throttl|SlowDown|RequestTimeout|TooManyRequests|ExpiredToken|RequestTimeTooSkewed|LimitExceeded/;

/**
 * The text of a log in gzip, Parquet, gzipped Parquet or plain text, recognised by its first bytes. A chunk is valid until
 * the next one is requested. Of Parquet, only the columns that are `wanted` are read.
 * @throws {UnreadableLog} where the file is damaged, after the text before the damage.
 * @throws {RetryableReadError} where the source failed.
 */
export async function* logText(
  source: AsyncIterable<Uint8Array>,
  stats: LogStats,
  wanted: (column: string) => boolean = () => true,
): AsyncGenerator<Uint8Array> {
  const { start, chunks } = await peek(marked(source));
  if (start.length === 0) stats.format = "empty";
  else if (startsWith(start, parquetMagic)) yield* fromParquet(chunks, stats, wanted);
  else if (startsWith(start, gzipMagic)) {
    stats.format = "gzip";
    const inflated = await peek(inflate(chunks));
    yield* startsWith(inflated.start, parquetMagic) ? fromParquet(inflated.chunks, stats, wanted) : inflated.chunks;
  } else yield* chunks;
}

const gzipMagic = [0x1f, 0x8b];
const parquetMagic = [0x50, 0x41, 0x52, 0x31];
const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, at) => bytes[at] === byte);

/** The first bytes of a stream, and the whole stream. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ start: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < parquetMagic.length) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value);
    bytes += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { start: Buffer.concat(first), chunks: all() };
}

/** The source's chunks; its errors become those of this module, and are not mistaken for a damaged file's. */
async function* marked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw s3Failure(error);
  }
}

/** Bytes that are inflated at a time, and ahead: another thread inflates the next piece while one is read. */
const pieceBytes = 1 << 20;
const aheadBytes = pieceBytes + 1;

async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Zlib streams accept the options of all streams; Node's types omit them.
  const options: ZlibOptions & TransformOptions = { chunkSize: pieceBytes, readableHighWaterMark: aheadBytes };
  const gunzip = createGunzip(options);
  const input = Readable.from(chunks, { objectMode: false });
  input.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of input.pipe(gunzip) as AsyncIterable<Buffer<ArrayBuffer>>) {
      yield chunk;
      // Freed here, after its last byte: the scan makes too little garbage to trigger a collection in time.
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

/** Parquet is read from its end, so the file is written to disk first rather than held in memory. */
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
