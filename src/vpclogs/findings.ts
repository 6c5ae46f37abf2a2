import type { Notice, ProblemSeverity } from "../notice.ts";
import { type Scope, scopes, text4 } from "./addresses.ts";
import type { LogStats } from "./stats.ts";
import { Names, Tally } from "./tally.ts";

/**
 * When something in a file is worth a message. A file covers five minutes or less of one flow log, and AWS may spread
 * those minutes over several files, so each number is what one file must hold. docs/vpc-logs.md has the reasons.
 */
export const thresholds = {
  /** Packets of a flow that is taken as a mere try: a TCP connection that is made and ended takes three at least. */
  probePackets: 2,
  /** Different ports of one host that a source tries: port scan. */
  scannedPorts: 30,
  /** Different hosts that a source tries one port of: sweep. */
  sweptHosts: 50,
  /** Packets of a private source that a host's port refuses: one that needs the connection sends so many in 3 seconds. */
  refusedPackets: 3,
  /** Flows from the internet that an interface refuses. */
  rejectBurst: 500,
  /** SKIPDATA records of one interface that make it a repeated loss. */
  repeatedSkips: 3,
  /** Different names under one registered domain that a source looks up, for tunnelling. */
  tunnelNames: 100,
  /** Mean length of what stands before the registered domain, for tunnelling. */
  tunnelLength: 30,
  /** Or the share of TXT and NULL queries among them. */
  tunnelTxtShare: 0.5,
  /** Names of public domains that do not exist, looked up by one source. */
  nxdomains: 300,
  /** Messages of one finding of one file; what is beyond them is counted in one more. */
  messages: 20,
  /** Ports and addresses named in a text. */
  examples: 5,
} as const;

/** How many distinct keys a file's findings count; beyond them, counts are lower bounds and the file says so. */
export const limits = {
  probes: 65_536,
  refused: 32_768,
  sources: 32_768,
  interfaces: 65_536,
  addresses: 65_536,
  dnsSources: 16_384,
  dnsNames: 65_536,
  dnsNamesOfDomain: 1_024,
  dnsNamesOfHit: 64,
} as const;

/** Ports that nobody on the internet should reach. */
export const sensitivePorts: ReadonlyMap<number, { readonly name: string; readonly severity: ProblemSeverity }> =
  new Map([
    [22, { name: "SSH", severity: 3 }],
    [3389, { name: "RDP", severity: 3 }],
    [1433, { name: "SQL Server", severity: 4 }],
    [1521, { name: "Oracle", severity: 4 }],
    [2375, { name: "the Docker API", severity: 4 }],
    [3306, { name: "MySQL", severity: 4 }],
    [5432, { name: "PostgreSQL", severity: 4 }],
    [5439, { name: "Redshift", severity: 4 }],
    [6379, { name: "Redis", severity: 4 }],
    [9042, { name: "Cassandra", severity: 4 }],
    [9200, { name: "Elasticsearch", severity: 4 }],
    [11211, { name: "Memcached", severity: 4 }],
    [27017, { name: "MongoDB", severity: 4 }],
  ]);

export const statuses = { none: 0, ok: 1, noData: 2, skipData: 3 } as const;
export const actions = { none: 0, accept: 1, reject: 2 } as const;

/** A well-formed line of a flow log, as far as findings look at it; numbers are -1 where AWS gives none. */
export interface FlowRow {
  readonly status: number;
  readonly action: number;
  /** 1 << 16 for IPv6, else 0: or'ed to a port, it keeps keys of both families apart. */
  readonly family: number;
  /** Reads the addresses; false where the line has not two of one family. What tells of them holds only after it. */
  locate(): boolean;
  readonly sourceScope: Scope;
  readonly destinationScope: Scope;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly packets: number;
  readonly flags: number;
  /** The address as an integer: of IPv6, its number among `names`. */
  source(names: Names): number;
  destination(names: Names): number;
  interfaceId(names: Names): number;
  /** A column's text; empty where the line has none. */
  text(column: string): string;
}

/** Which columns a finding cannot do without. */
const needs = {
  "port scan": ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"],
  sweep: ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"],
  "open port": ["interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"],
  "refused inside": ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"],
  "refused from the internet": ["interface-id", "srcaddr", "dstaddr", "action"],
  "DNS past the resolver": ["interface-id", "srcaddr", "dstaddr", "dstport", "action"],
  "lost records": ["interface-id", "log-status"],
} as const;
type FlowFinding = keyof typeof needs;
export const flowFindings = Object.keys(needs) as FlowFinding[];

const tcp = 6;
const udp = 17;
const synAck = 18;
const syn = 2;
const udpBit = 1 << 17;
/** From here on, Linux, Windows and AWS's own services take the ports of their outgoing connections. */
const ephemeral = 32_768;
const webPorts: ReadonlySet<number> = new Set([80, 443]);

/**
 * Finds in the lines of one file what an operator wants to see. Takes memory by the number of distinct keys, which is
 * limited, never by the number of lines.
 */
export class FlowFindings {
  private readonly interfaces = new Names(limits.interfaces);
  private readonly addresses = new Names(limits.addresses);
  private readonly scanTries = new Tally(limits.probes);
  private readonly sweepTries = new Tally(limits.probes);
  private readonly portsOfHost = new Tally(limits.probes);
  private readonly hostsOfPort = new Tally(limits.probes);
  private readonly refused = new Tally(limits.refused);
  private readonly openPorts = new Tally(limits.sources);
  private readonly rejections = new Tally(limits.interfaces);
  private readonly rejectedSources = new Tally(limits.sources);
  private readonly bypasses = new Tally(limits.sources);
  private readonly skips = new Tally(limits.interfaces);
  private readonly vpcs = new Map<string, string>();
  private can = new Set<string>();
  private scans = false;

  /** Takes note of which columns the lines from here on have. */
  header(has: (column: string) => boolean, gateway: boolean, stats: LogStats): void {
    this.can = new Set();
    for (const finding of flowFindings) {
      const lacking = needs[finding].filter(
        (column) => !has(gateway && column === "interface-id" ? "tgw-attachment-id" : column),
      );
      if (lacking.length === 0) this.can.add(finding);
      else stats.notLookedFor[finding] = lacking;
    }
    this.scans = this.can.has("port scan");
  }

  add(row: FlowRow): void {
    if (row.status === statuses.noData) return;
    if (row.status === statuses.skipData) {
      if (this.can.has("lost records")) this.skips.add(row.interfaceId(this.interfaces), 0, 0);
      return;
    }
    if (row.action === actions.reject) {
      if (row.locate()) this.rejected(row);
      return;
    }
    const { destinationPort, packets } = row;
    const tried = packets >= 0 && packets <= thresholds.probePackets && row.protocol === tcp;
    const watched = destinationPort < 0 ? 0 : (watchedPorts[destinationPort] as number);
    if ((!tried && watched === 0) || !row.locate()) return;
    if (watched === watch.dns) this.asked(row);
    if (tried && row.sourceScope === scopes.inside) this.probed(row);
    if (watched === watch.sensitive && row.sourceScope === scopes.internet) this.letIn(row);
  }

  private rejected(row: FlowRow): void {
    if (row.sourceScope === scopes.internet) {
      if (row.destinationScope !== scopes.inside && !goes(row, "ingress")) return;
      if (!this.can.has("refused from the internet")) return;
      const id = row.interfaceId(this.interfaces);
      this.rejections.add(id, 0, 0);
      this.rejectedSources.add(id, row.source(this.addresses), row.family);
      return;
    }
    if (row.sourceScope !== scopes.inside || row.destinationScope === scopes.other) return;
    if (row.protocol !== tcp && row.protocol !== udp) return;
    this.probed(row);
    if (!fromClient(row) || !this.can.has("refused inside")) return;
    const port = row.destinationPort | row.family | (row.protocol === udp ? udpBit : 0);
    const packets = Math.max(1, row.packets);
    this.refused.add(row.source(this.addresses), row.destination(this.addresses), port, packets);
  }

  /** A try at a connection from inside. A server's replies go to its clients' ports and must never count. */
  private probed(row: FlowRow): void {
    if (!this.scans || !fromClient(row)) return;
    const { destinationPort, family } = row;
    const known = flagsKnown(row);
    if (!known && (row.sourcePort < ephemeral || destinationPort >= ephemeral)) return;
    const oneHost = known || destinationPort < 1024 || row.action === actions.reject;
    const manyHosts = row.destinationScope === scopes.inside || !webPorts.has(destinationPort);
    const source = row.source(this.addresses);
    const destination = row.destination(this.addresses);
    const port = destinationPort | family;
    if (manyHosts && this.sweepTries.add(source, destination, port) === 1) this.hostsOfPort.add(source, port, 0);
    if (!oneHost || this.scanTries.add(source, destination, port) !== 1) return;
    if (this.portsOfHost.add(source, destination, family) === thresholds.scannedPorts) {
      this.vpcs.set(`${source} ${family}`, row.text("vpc-id"));
    }
  }

  private asked(row: FlowRow): void {
    if (row.destinationScope !== scopes.internet || !this.can.has("DNS past the resolver")) return;
    if (row.sourceScope !== scopes.inside && !goes(row, "egress")) return;
    const port = row.destinationPort | row.family;
    this.bypasses.add(row.interfaceId(this.interfaces), row.destination(this.addresses), port);
  }

  private letIn(row: FlowRow): void {
    if (row.destinationScope !== scopes.inside && !goes(row, "ingress")) return;
    if ((row.protocol !== tcp && row.protocol !== udp) || !fromClient(row) || !this.can.has("open port")) return;
    if (trustedServices.has(row.text("pkt-src-aws-service"))) return;
    const port = row.destinationPort | row.family;
    this.openPorts.add(row.interfaceId(this.interfaces), port, row.source(this.addresses));
  }

  /** What the file amounts to; `log` is the flow log's id. Counts what was limited into `stats`. */
  notices(log: string, stats: LogStats): Notice[] {
    const probers = new Set<string>();
    const said = [
      ...most(log, "port scans", this.portScans(probers)),
      ...most(log, "sweeps", this.sweeps(probers)),
      ...most(log, "open ports", this.portsLetIn()),
      ...most(log, "refused connections inside", this.refusals(probers)),
      ...most(log, "refused bursts", this.bursts()),
      ...most(log, "interfaces with DNS past the resolver", this.queriesPast()),
      ...most(log, "interfaces that lost records", this.losses()),
    ];
    const full = Object.entries({
      "tried ports": this.scanTries,
      "tried hosts": this.sweepTries,
      "refused connections": this.refused,
      "sources of open ports": this.openPorts,
      "refused interfaces": this.rejections,
      [examplesOnly]: this.rejectedSources,
      "DNS servers": this.bypasses,
      "lossy interfaces": this.skips,
      interfaces: this.interfaces,
      "IPv6 addresses": this.addresses,
    });
    stats.limits.push(...full.filter(([, counted]) => counted.overflowed).map(([what]) => what));
    return said;
  }

  private address(key: number, family: number): string {
    return family > 0 ? this.addresses.name(key) : text4(key);
  }

  private *portScans(probers: Set<string>): Generator<Ranked> {
    const scanned = grouped(
      this.portsOfHost.entries(thresholds.scannedPorts),
      ([source, , family]) => `${source} ${family}`,
    );
    if (scanned.size === 0) return;
    const ports = grouped(
      this.scanTries.entries(),
      ([source, host, port]) => {
        const pair = this.portsOfHost.count(source, host, port & familyBit);
        return pair >= thresholds.scannedPorts ? `${source} ${host} ${port & familyBit}` : undefined;
      },
      thresholds.examples,
    );
    for (const [key, hosts] of scanned) {
      const [first, ...others] = hosts.sort((one, other) => other[3] - one[3]);
      if (!first) continue;
      const [source, host, family, count] = first;
      const node = this.address(source, family);
      probers.add(node);
      const tried = ports.get(`${source} ${host} ${family}`)?.map(([, , port]) => port & 0xffff) ?? [];
      const also = others.length > 0 ? `, and as many of ${counted(others.length, "other host")}` : "";
      yield {
        weight: count,
        severity: 3,
        node,
        summary: () =>
          `Port scan from inside: ${node} tries many ports of ${this.address(host, family)}: ${listed(tried, count)}${also}`,
        condition: `vpc-flow:port-scan:${this.vpcs.get(key) || "-"}:${node}`,
      };
    }
  }

  private *sweeps(probers: Set<string>): Generator<Ranked> {
    const swept = [...this.hostsOfPort.entries(thresholds.sweptHosts)];
    if (swept.length === 0) return;
    const keyOf = ([source, , port]: Entry): string | undefined =>
      this.hostsOfPort.count(source, port, 0) >= thresholds.sweptHosts ? `${source} ${port}` : undefined;
    const hosts = grouped(this.sweepTries.entries(), keyOf, thresholds.examples);
    for (const [source, port, , count] of swept) {
      const family = port & familyBit;
      const node = this.address(source, family);
      probers.add(node);
      const tried = hosts.get(`${source} ${port}`)?.map(([, host]) => this.address(host, family)) ?? [];
      yield {
        weight: count,
        severity: 4,
        node,
        summary: () => `Sweep from inside: ${node} tries port ${port & 0xffff} of many hosts: ${listed(tried, count)}`,
        condition: `vpc-flow:sweep:${node}:${port & 0xffff}`,
      };
    }
  }

  private *portsLetIn(): Generator<Ranked> {
    for (const [, reached] of grouped(this.openPorts.entries(), ([id, port]) => `${id} ${port & 0xffff}`)) {
      const [first] = reached;
      if (!first) continue;
      const node = this.interfaces.name(first[0]);
      const port = first[1] & 0xffff;
      const sensitive = sensitivePorts.get(port);
      const sources = reached.map(([, key, source, count]) => [this.address(source, key & familyBit), count] as const);
      yield {
        weight: sum(reached),
        severity: sensitive?.severity ?? 3,
        node,
        summary: () =>
          `${sensitive?.name} (port ${port}) of ${node} lets the internet in: ${flows(reached)} from ${ranked(sources)}`,
        condition: `vpc-flow:open-port:${node}:${port}`,
      };
    }
  }

  private *refusals(probers: ReadonlySet<string>): Generator<Ranked> {
    for (const [source, destination, key, count] of this.refused.entries(thresholds.refusedPackets)) {
      const node = this.address(source, key & familyBit);
      if (probers.has(node)) continue;
      const host = this.address(destination, key & familyBit);
      const protocol = key & udpBit ? "UDP" : "TCP";
      yield {
        weight: count,
        severity: 3,
        node,
        summary: () =>
          `${node} is refused at ${host} on ${protocol} port ${key & 0xffff}: ${counted(count, "packet")} rejected by a security group or network ACL`,
        condition: `vpc-flow:refused:${node}:${host}:${key & 0xffff}/${protocol.toLowerCase()}`,
      };
    }
  }

  private *bursts(): Generator<Ranked> {
    for (const [id, , , count] of this.rejections.entries(thresholds.rejectBurst)) {
      const node = this.interfaces.name(id);
      yield {
        weight: count,
        severity: 1,
        node,
        summary: () =>
          `${node} refuses a burst of traffic from the internet: ${counted(count, "flow")} from ${ranked(this.refusedAt(id))}`,
        condition: `vpc-flow:reject-burst:${node}`,
      };
    }
  }

  private *refusedAt(interfaceId: number): Generator<readonly [string, number]> {
    for (const [id, source, family, count] of this.rejectedSources.entries()) {
      if (id === interfaceId) yield [this.address(source, family), count];
    }
  }

  private *queriesPast(): Generator<Ranked> {
    for (const [id, asked] of grouped(this.bypasses.entries(), ([id]) => `${id}`)) {
      const node = this.interfaces.name(Number(id));
      const servers = asked.map(([, server, port, count]) => [this.address(server, port & familyBit), count] as const);
      yield {
        weight: sum(asked),
        severity: 3,
        node,
        summary: () =>
          `${node} asks DNS servers on the internet past the VPC's resolver: ${flows(asked)} to ${ranked(servers)}`,
        condition: `vpc-flow:dns-bypass:${node}`,
      };
    }
  }

  private *losses(): Generator<Ranked> {
    for (const [id, , , count] of this.skips.entries()) {
      const node = this.interfaces.name(id) || "unknown interface";
      yield {
        weight: count,
        severity: count >= thresholds.repeatedSkips ? 2 : 1,
        node,
        summary: () =>
          `Flow log records of ${node} were lost by AWS (SKIPDATA): ${counted(count, "gap")}; traffic in them is not seen`,
        condition: `vpc-flow:skipdata:${node}`,
      };
    }
  }
}

const familyBit = 1 << 16;
const watch = { dns: 1, sensitive: 2 } as const;
/** What an accepted flow to a port may be, by port. */
const watchedPorts = new Uint8Array(65_536);
for (const port of sensitivePorts.keys()) watchedPorts[port] = watch.sensitive;
for (const port of [53, 853]) watchedPorts[port] = watch.dns;
/** Sources on AWS's public addresses that are let in on purpose. */
const trustedServices: ReadonlySet<string> = new Set(["EC2_INSTANCE_CONNECT", "ROUTE53_HEALTHCHECKS"]);

/** Whether the line tells how the connection began: AWS gives SYN, SYN-ACK, FIN and RST, 0 in mid-connection. */
const flagsKnown = (row: FlowRow): boolean => row.protocol === tcp && row.flags >= 0;

/**
 * Whether the source opened the connection. Without TCP flags the ports must tell: a client's own port is above 1023,
 * a server's below the client's.
 */
const fromClient = (row: FlowRow): boolean =>
  flagsKnown(row)
    ? (row.flags & synAck) === syn
    : row.sourcePort >= 1024 &&
      row.destinationPort >= 0 &&
      (row.destinationPort < 1024 || (row.destinationPort < ephemeral && row.sourcePort > row.destinationPort));

/** The direction where the format has it: between a VPC's own IPv6 addresses, which are global, nothing else tells. */
const goes = (row: FlowRow, direction: "ingress" | "egress"): boolean =>
  row.family > 0 && row.text("flow-direction") === direction;

/** The limit that costs a text its rarer examples, but no finding. */
export const examplesOnly = "refused sources, as examples";

type Entry = readonly [a: number, b: number, c: number, count: number];
/** A finding that may become a message, by its weight among those of its kind; its text is made only if it does. */
export type Ranked = Omit<Extract<Notice, { severity: ProblemSeverity }>, "tag" | "summary"> & {
  readonly weight: number;
  readonly summary: () => string;
};

/** Items by key, the first `most` of each; an item without a key is left out. */
function grouped<Item>(
  items: Iterable<Item>,
  by: (item: Item) => string | undefined,
  most = Number.POSITIVE_INFINITY,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = by(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (!group) groups.set(key, [item]);
    else if (group.length < most) group.push(item);
  }
  return groups;
}

/** The weightiest messages of a finding, of which there may be very many, and one that counts the others. */
export function most(log: string, what: string, found: Iterable<Ranked>, tag = "VPC Flow Log"): Notice[] {
  const top: Ranked[] = [];
  let rest = 0;
  let worst: ProblemSeverity = 1;
  for (const one of found) {
    const after = top.findLastIndex(({ weight }) => weight >= one.weight);
    top.splice(after + 1, 0, one);
    const dropped = top.length > thresholds.messages ? top.pop() : undefined;
    if (!dropped) continue;
    rest++;
    if (dropped.severity > worst) worst = dropped.severity;
  }
  const said: Notice[] = top.map(({ weight: _, summary, ...notice }) => ({ ...notice, tag, summary: summary() }));
  if (rest > 0) {
    said.push({
      severity: worst,
      node: log,
      tag,
      summary: `More ${what} in the log of ${log} than are told one by one: ${rest} further`,
      condition: `vpc-log:more:${log}:${what}`,
    });
  }
  return said;
}

const sum = (entries: readonly Entry[]): number => entries.reduce((total, [, , , count]) => total + count, 0);
const flows = (entries: readonly Entry[]): string => counted(sum(entries), "flow");
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Examples of `total` items: `22, 23, 25, 53, 80 and 25 more`. */
function listed(items: readonly (number | string)[], total = items.length): string {
  const shown = items.slice(0, thresholds.examples);
  const rest = total - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** The most frequent first: `203.0.113.5 (41), 198.51.100.7 (2) and 9 more`. */
export function ranked(items: Iterable<readonly [string, number]>): string {
  const totals = new Map<string, number>();
  for (const [name, count] of items) totals.set(name, (totals.get(name) ?? 0) + count);
  return listed([...totals].sort(([, one], [, other]) => other - one).map(([name, count]) => `${name} (${count})`));
}
