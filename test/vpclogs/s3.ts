import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** An error as S3 answers it; `more` are further elements of its XML. */
export interface S3Error {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** What a request gets instead of its object: an error, or a connection that ends in the middle of the body. */
export type Trouble = S3Error | "cut";

export interface Bucket {
  readonly region: string;
  readonly objects: Map<string, Uint8Array>;
}

export interface S3Endpoint {
  readonly url: string;
  /** Buckets by name. */
  readonly buckets: Map<string, Bucket>;
  /** `bucket/key` of every request so far. */
  readonly requests: string[];
  /** Troubles of the next requests, one for each. */
  readonly troubles: Trouble[];
  close(): Promise<void>;
}

/** A part of S3's REST API over HTTP: GetObject of whole objects, path-style, signed, with S3's headers and errors. */
export async function startS3(): Promise<S3Endpoint> {
  const s3 = new LocalS3();
  await s3.listen();
  return s3;
}

class LocalS3 implements S3Endpoint {
  readonly buckets = new Map<string, Bucket>();
  readonly requests: string[] = [];
  readonly troubles: Trouble[] = [];
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  /** By address rather than by name: the SDK then puts the bucket into the path. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { bucketName, key } = pathOf(request);
    const region = this.buckets.get(bucketName)?.region;
    const headers = { ...commonHeaders, ...(region && { "x-amz-bucket-region": region }) };
    this.requests.push(`${bucketName}/${key}`);
    try {
      const body = this.find(request, bucketName, key);
      const trouble = this.troubles.shift();
      if (trouble && trouble !== "cut") throw trouble;
      response.writeHead(200, { ...headers, ...objectHeaders(body) });
      if (!trouble) response.end(body);
      else response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy());
    } catch (error) {
      const { status } = error as S3Error;
      response.writeHead(status, { ...headers, "content-type": "application/xml" });
      response.end(errorXml(error as S3Error));
    }
  }

  private find({ method, headers }: http.IncomingMessage, bucketName: string, key: string): Uint8Array {
    const signature = signaturePattern.exec(headers.authorization ?? "");
    if (!signature) return fail(403, "AccessDenied", "Access Denied");
    if (method !== "GET" || !key) return fail(501, "NotImplemented", "A header you provided implies so.");
    const bucket =
      this.buckets.get(bucketName) ??
      fail(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName: bucketName });
    if (signature[1] !== bucket.region) {
      return fail(301, "PermanentRedirect", "The bucket must be addressed using the specified endpoint.", {
        Endpoint: `${bucketName}.s3.${bucket.region}.amazonaws.com`,
        Bucket: bucketName,
      });
    }
    return bucket.objects.get(key) ?? fail(404, "NoSuchKey", "The specified key does not exist.", { Key: key });
  }
}

const signaturePattern = /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/([\w-]+)\/s3\/aws4_request, SignedHeaders=\S*host/;

const requestId = "4442587FB7D0A2F9";
const commonHeaders = {
  server: "AmazonS3",
  "x-amz-request-id": requestId,
  "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=",
};

const objectHeaders = (body: Uint8Array) => ({
  "accept-ranges": "bytes",
  "content-type": "application/octet-stream",
  "content-length": body.length,
  etag: `"${createHash("md5").update(body).digest("hex")}"`,
  "last-modified": "Sat, 03 Feb 2024 04:06:01 GMT",
  "x-amz-server-side-encryption": "AES256",
});

function pathOf({ url = "" }: http.IncomingMessage): { bucketName: string; key: string } {
  const [, bucketName = "", ...segments] = new URL(url, "http://127.0.0.1").pathname.split("/");
  return { bucketName, key: decodeURIComponent(segments.join("/")) };
}

function fail(status: number, code: string, message: string, more?: Record<string, string>): never {
  throw { status, code, message, ...(more && { more }) } satisfies S3Error;
}

function errorXml({ code, message, more = {} }: S3Error): string {
  const elements = { Code: code, Message: message, ...more, RequestId: requestId };
  const xml = Object.entries(elements).map(([name, text]) => `<${name}>${text}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml.join("")}</Error>`;
}
