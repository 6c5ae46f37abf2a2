import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

const folder = join(tmpdir(), "vpclogs-bench");

/**
 * A gzipped flow log of a busy VPC, the same each time: half of the flows are replies, a sixth is rejected, a few
 * interfaces are idle. `together` consecutive lines share an interface: the more, the better the file compresses.
 */
export async function generated(
  version: "v2" | "v5",
  lines: number,
  together = 1,
): Promise<{ file: string; bytes: number }> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${version}-${lines}${together > 1 ? `-${together}` : ""}.log.gz`);
  let bytes = 0;
  if (!existsSync(file)) {
    async function* counted(): AsyncGenerator<string> {
      for (const piece of pieces(version, lines, together)) {
        bytes += piece.length;
        yield piece;
      }
    }
    await pipeline(counted, createGzip(), createWriteStream(`${file}.new`));
    renameSync(`${file}.new`, file);
  }
  const text = createReadStream(file).pipe(createGunzip());
  if (bytes === 0) for await (const chunk of text) bytes += (chunk as Buffer).length;
  return { file, bytes };
}

const baseFields =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const moreFields =
  "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path";

/** A log's text, in pieces of 10,000 lines. */
function* pieces(version: "v2" | "v5", lines: number, together: number): Generator<string> {
  yield version === "v2" ? `${baseFields}\n` : `${baseFields} ${moreFields}\n`;
  const vpc = new Vpc(version);
  let host = vpc.anyHost();
  let piece: string[] = [];
  for (let line = 0; line < lines; line++) {
    if (line % together === 0) host = vpc.anyHost();
    piece.push(vpc.line(host, 1_700_000_000 + Math.floor((line / lines) * 300)));
    if (piece.length === 10_000) {
      yield `${piece.join("\n")}\n`;
      piece = [];
    }
  }
  if (piece.length > 0) yield `${piece.join("\n")}\n`;
}

/** A generator of pseudorandom numbers that always gives the same sequence. */
class Random {
  private state = 12_345;

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join("");
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

interface Host {
  readonly address: string;
  readonly id: string;
  readonly subnet: string;
  readonly instance: string;
}

const services = [443, 443, 443, 80, 8080, 5432, 6379, 9092, 53, 22];

/** A VPC's hosts and their peers in the internet. */
class Vpc {
  private readonly version: "v2" | "v5";
  private readonly random = new Random();
  private readonly hosts: readonly Host[];
  private readonly peers: readonly string[];

  constructor(version: "v2" | "v5") {
    const { random } = this;
    this.version = version;
    this.hosts = Array.from({ length: 400 }, (_, index) => ({
      address: `10.0.${index >> 6}.${(index & 63) + 4}`,
      id: `eni-${random.hex(17)}`,
      subnet: `subnet-${random.hex(17)}`,
      instance: `i-${random.hex(17)}`,
    }));
    this.peers = Array.from({ length: 20_000 }, () => {
      const first = random.below(160) + 20;
      return `${first}.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
    });
  }

  anyHost(): Host {
    return this.random.of(this.hosts);
  }

  /** A line of the interface of `host`. */
  line(host: Host, start: number): string {
    const { random } = this;
    const kind = random.below(100);
    const isExternal = random.below(10) < 4;
    const peer = isExternal ? random.of(this.peers) : random.of(this.hosts).address;
    const service = isExternal ? 443 : random.of(services);
    const client = 32_768 + random.below(28_232);
    const packets = random.below(10) < 2 ? 1 + random.below(4) : 5 + random.below(60);
    const isEgress = random.below(2) === 0;
    const isReply = random.below(2) === 0;
    const isRejected = kind < 16;
    const ports = isReply ? [service, client] : [client, service];
    const [from, to, fromPort, toPort] = isRejected
      ? this.probe(host)
      : [...(isEgress ? [host.address, peer] : [peer, host.address]), ...ports];
    if (kind === 99) return this.idleLine(host, start);
    const count = isRejected ? 1 : packets;
    const protocol = service === 53 ? 17 : 6;
    const base = `${this.version === "v2" ? 2 : 5} 123456789012 ${host.id} ${from} ${to} ${fromPort} ${toPort} ${protocol} ${count} ${count * (40 + random.below(1200))} ${start} ${start + 30 + random.below(30)} ${isRejected ? "REJECT" : "ACCEPT"} OK`;
    if (this.version === "v2") return base;
    const flags = isRejected ? 2 : isReply ? 19 : 3;
    return `${base} vpc-0123456789abcdef0 ${host.subnet} ${host.instance} ${flags} IPv4 ${from} ${to} us-east-1 use1-az1 - - ${isExternal ? "AMAZON" : "-"} - ${isEgress ? "egress" : "ingress"} ${isEgress ? 1 : "-"}`;
  }

  /** The addresses and ports of a connection attempt from the internet. */
  private probe(host: Host): (string | number)[] {
    const { random } = this;
    const peer = random.of(this.peers);
    return [peer, host.address, 1024 + random.below(64_000), random.below(3) === 0 ? 23 : random.below(65_536)];
  }

  private idleLine(host: Host, start: number): string {
    const base = `2 123456789012 ${host.id} - - - - - - - ${start} ${start + 58} - NODATA`;
    if (this.version === "v2") return base;
    return `${base} vpc-0123456789abcdef0 ${host.subnet} ${host.instance} - - - - us-east-1 use1-az1 - - - - - -`;
  }
}
