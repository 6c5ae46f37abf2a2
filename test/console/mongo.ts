import { connect, type Socket } from "node:net";

/** A value of BSON, as far as the console's rows and the replies to `find` have them. */
type Bson = string | number | bigint | boolean | null | Date | Bson[] | { readonly [name: string]: Bson } | undefined;
type Document = { readonly [name: string]: Bson };

/** A row of the console's collection `alerts`. */
export interface StoredRow {
  readonly node: string;
  readonly severity: number;
  readonly tag: string;
  readonly summary: string;
  readonly external_id: string;
  readonly tally: number;
  /** When the console received the last message, or when the kit's rule says that it happened. */
  readonly last_occurrence: Date;
}

export interface Database {
  /** All rows of the console. */
  rows(): Promise<StoredRow[]>;
  close(): void;
}

const fields = ["node", "severity", "tag", "summary", "external_id", "tally", "last_occurrence"] as const;
const opMsg = 2013;
const headerBytes = 16;

/**
 * The console's database at `mongodb://HOST:PORT/NAME`, by default the database `panther`. It speaks as much of MongoDB's
 * protocol as a `find` needs, without authentication: the driver is not among the project's packages.
 */
export async function openDatabase(url: string): Promise<Database> {
  const { hostname, port, pathname } = new URL(url);
  const name = pathname.slice(1) || "panther";
  const call = await openConnection(hostname, Number(port || 27_017));
  const projection = Object.fromEntries(fields.map((field) => [field, 1]));
  return {
    async rows() {
      const found: Bson[] = [];
      let command: Document = { find: "alerts", filter: {}, projection, batchSize: 5000 };
      for (;;) {
        const { cursor } = (await call.send({ ...command, $db: name })) as { cursor: Document };
        found.push(...((cursor.firstBatch ?? cursor.nextBatch) as Bson[]));
        if (BigInt(cursor.id as bigint) === 0n) return found as unknown as StoredRow[];
        command = { getMore: cursor.id, collection: "alerts", batchSize: 5000 };
      }
    },
    close: () => call.close(),
  };
}

interface Connection {
  send(command: Document): Promise<Document>;
  close(): void;
}

async function openConnection(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async (command: Document): Promise<Document> => {
    const reply = replyOn(socket);
    socket.write(messageOf(command));
    const document = decode(await reply, headerBytes + 5);
    if (document.ok !== 1) throw new Error(`The database answered ${JSON.stringify(document.errmsg ?? document)}.`);
    return document;
  };
  return {
    send(command) {
      const result = last.then(() => exchange(command));
      last = result.catch(() => {});
      return result;
    },
    close: () => socket.destroy(),
  };
}

function replyOn(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const end = () => socket.off("data", onData).off("error", fail).off("close", fail);
    const onData = (part: Buffer) => {
      parts.push(part);
      bytes += part.length;
      // The first part holds the message's length.
      if (bytes < (parts[0]?.readInt32LE(0) ?? 0)) return;
      end();
      resolve(Buffer.concat(parts));
    };
    const fail = (error?: unknown) => {
      end();
      reject(error instanceof Error ? error : new Error("The database closed the connection."));
    };
    socket.on("data", onData).once("error", fail).once("close", fail);
  });
}

function messageOf(command: Document): Buffer {
  const body = encode(command);
  const header = Buffer.alloc(headerBytes + 5);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE(opMsg, 12);
  return Buffer.concat([header, body]);
}

function encode(document: Document): Buffer {
  const elements = Object.entries(document).map(([name, value]) => {
    const [type, bytes] = encodeValue(value);
    return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), bytes]);
  });
  const body = Buffer.concat([...elements, Buffer.alloc(1)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

function encodeValue(value: Bson): readonly [type: number, bytes: Buffer] {
  if (typeof value === "string") {
    const text = Buffer.from(`${value}\0`);
    return [0x02, Buffer.concat([int32(text.length), text])];
  }
  if (typeof value === "number") return [0x10, int32(value)];
  if (typeof value === "bigint") {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return [0x12, bytes];
  }
  if (typeof value === "object" && value !== null) return [0x03, encode(value as Document)];
  throw new Error(`A command holds ${value}.`);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** The document that begins at `start`. */
function decode(bytes: Buffer, start: number): Document {
  const document: Record<string, Bson> = {};
  let at = start + 4;
  while (bytes[at] !== 0) {
    const end = bytes.indexOf(0, at + 1);
    const [value, next] = decodeValue(bytes, bytes[at] ?? 0, end + 1);
    document[bytes.toString("utf8", at + 1, end)] = value;
    at = next;
  }
  return document;
}

function decodeValue(bytes: Buffer, type: number, at: number): readonly [value: Bson, next: number] {
  const length = type >= 0x02 && type <= 0x05 ? bytes.readInt32LE(at) : 0;
  switch (type) {
    case 0x01:
      return [bytes.readDoubleLE(at), at + 8];
    case 0x02:
      return [bytes.toString("utf8", at + 4, at + 3 + length), at + 4 + length];
    case 0x03:
      return [decode(bytes, at), at + length];
    case 0x04:
      return [Object.values(decode(bytes, at)), at + length];
    case 0x05:
      return [undefined, at + 5 + length];
    case 0x07:
      return [bytes.toString("hex", at, at + 12), at + 12];
    case 0x08:
      return [bytes[at] === 1, at + 1];
    case 0x09:
      return [new Date(Number(bytes.readBigInt64LE(at))), at + 8];
    case 0x06:
    case 0x0a:
      return [null, at];
    case 0x10:
      return [bytes.readInt32LE(at), at + 4];
    case 0x11:
    case 0x12:
      return [bytes.readBigInt64LE(at), at + 8];
    default:
      throw new Error(`The database's reply has a value of type ${type}.`);
  }
}
