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

/** What a request meets instead of its object: an error, or a connection that ends in the middle of the body. */
export type Trouble = S3Error | "cut";

export interface S3Endpoint {
  readonly url: string;
  /** Buckets by their names, with the region each lies in. */
  readonly buckets: Map<string, { readonly region: string; readonly objects: Map<string, Uint8Array> }>;
  /** `bucket/key` of every request so far. */
  readonly requests: string[];
  /** What requests to come meet, each one of these. */
  readonly troubles: Trouble[];
  close(): Promise<void>;
}

/** A part of S3's REST API over HTTP: GetObject of whole objects, path-style, signed, with S3's headers and errors. */
export async function startS3(): Promise<S3Endpoint> {
  const fail = (status: number, code: string, message: string, more?: Record<string, string>): never => {
    throw { status, code, message, ...(more && { more }) } satisfies S3Error;
  };

  const found = (request: http.IncomingMessage): Uint8Array => {
    const { pathname } = new URL(request.url ?? "", s3.url);
    const [, name = "", ...rest] = pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    s3.requests.push(`${name}/${key}`);
    const signed = /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/([\w-]+)\/s3\/aws4_request, SignedHeaders=\S*host/.exec(
      request.headers.authorization ?? "",
    );
    if (!signed) return fail(403, "AccessDenied", "Access Denied");
    if (request.method !== "GET" || !key) return fail(501, "NotImplemented", "A header you provided implies so.");
    const bucket =
      s3.buckets.get(name) ?? fail(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
    if (signed[1] !== bucket.region) {
      return fail(301, "PermanentRedirect", "The bucket must be addressed using the specified endpoint.", {
        Endpoint: `${name}.s3.${bucket.region}.amazonaws.com`,
        Bucket: name,
      });
    }
    return bucket.objects.get(key) ?? fail(404, "NoSuchKey", "The specified key does not exist.", { Key: key });
  };

  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", s3.url);
    const region = s3.buckets.get(pathname.split("/")[1] ?? "")?.region;
    const headers = {
      server: "AmazonS3",
      "x-amz-request-id": "4442587FB7D0A2F9",
      "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=",
      ...(region && { "x-amz-bucket-region": region }),
    };
    try {
      const body = found(request);
      const trouble = s3.troubles.shift();
      if (trouble && trouble !== "cut") throw trouble;
      response.writeHead(200, {
        ...headers,
        "accept-ranges": "bytes",
        "content-type": "application/octet-stream",
        "content-length": body.length,
        etag: `"${createHash("md5").update(body).digest("hex")}"`,
        "last-modified": "Sat, 03 Feb 2024 04:06:01 GMT",
        "x-amz-server-side-encryption": "AES256",
      });
      if (!trouble) response.end(body);
      else response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy());
    } catch (error) {
      const { status, code, message, more = {} } = error as S3Error;
      const elements = { Code: code, Message: message, ...more, RequestId: headers["x-amz-request-id"] };
      const xml = Object.entries(elements).map(([name, text]) => `<${name}>${text}</${name}>`);
      response.writeHead(status, { ...headers, "content-type": "application/xml" });
      response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml.join("")}</Error>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const s3: S3Endpoint = {
    // An address rather than a name: the SDK then puts the bucket into the path.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    buckets: new Map(),
    requests: [],
    troubles: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return s3;
}
