import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

const folder = join(tmpdir(), "vpclogs-bench");

/**
 * A gzipped flow log as a busy VPC writes it: half of it replies, a sixth refused, a few idle interfaces; the same each
 * time. `together`: how many lines of one interface stand together, by which the file packs the better.
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

function* pieces(version: "v2" | "v5", lines: number, together: number): Generator<string> {
  const base =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
  const more =
    "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path";
  yield version === "v2" ? `${base}\n` : `${base} ${more}\n`;
  let state = 12_345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const hex = (digits: number): string => Array.from({ length: digits }, () => random(16).toString(16)).join("");
  const hosts = Array.from({ length: 400 }, (_, at) => ({
    address: `10.0.${at >> 6}.${(at & 63) + 4}`,
    id: `eni-${hex(17)}`,
    subnet: `subnet-${hex(17)}`,
    instance: `i-${hex(17)}`,
  }));
  const peers = Array.from(
    { length: 20_000 },
    () => `${random(160) + 20}.${random(256)}.${random(256)}.${random(256)}`,
  );
  const services = [443, 443, 443, 80, 8080, 5432, 6379, 9092, 53, 22];
  const at = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
  let host = at(hosts);
  let held: string[] = [];
  for (let line = 0; line < lines; line++) {
    if (line % together === 0) host = at(hosts);
    const kind = random(100);
    const outside = random(10) < 4;
    const peer = outside ? at(peers) : at(hosts).address;
    const service = outside ? 443 : at(services);
    const client = 32_768 + random(28_232);
    const start = 1_700_000_000 + Math.floor((line / lines) * 300);
    const packets = random(10) < 2 ? 1 + random(4) : 5 + random(60);
    const out = random(2) === 0;
    const [source, destination] = out ? [host.address, peer] : [peer, host.address];
    const reply = random(2) === 0;
    const [sourcePort, destinationPort] = reply ? [service, client] : [client, service];
    const refused = kind < 16;
    const [from, to, fromPort, toPort] = refused
      ? [at(peers), host.address, 1024 + random(64_000), random(3) === 0 ? 23 : random(65_536)]
      : [source, destination, sourcePort, destinationPort];
    const count = refused ? 1 : packets;
    const idle = kind === 99;
    let text = idle
      ? `2 123456789012 ${host.id} - - - - - - - ${start} ${start + 58} - NODATA`
      : `${version === "v2" ? 2 : 5} 123456789012 ${host.id} ${from} ${to} ${fromPort} ${toPort} ${service === 53 ? 17 : 6} ${count} ${count * (40 + random(1200))} ${start} ${start + 30 + random(30)} ${refused ? "REJECT" : "ACCEPT"} OK`;
    if (version === "v5") {
      text += idle
        ? ` vpc-0123456789abcdef0 ${host.subnet} ${host.instance} - - - - us-east-1 use1-az1 - - - - - -`
        : ` vpc-0123456789abcdef0 ${host.subnet} ${host.instance} ${refused ? 2 : reply ? 19 : 3} IPv4 ${from} ${to} us-east-1 use1-az1 - - ${outside ? "AMAZON" : "-"} - ${out ? "egress" : "ingress"} ${out ? 1 : "-"}`;
    }
    held.push(text);
    if (held.length === 10_000) {
      yield `${held.join("\n")}\n`;
      held = [];
    }
  }
  if (held.length > 0) yield `${held.join("\n")}\n`;
}
