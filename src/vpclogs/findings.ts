import { type Notice, note } from "../condition.ts";
import { sensitivePorts } from "../ports.ts";
import { type Scope, scopes, text4 } from "./addresses.ts";
import {
  bypass,
  type FlowFinding,
  flowFindings,
  flowKinds,
  lostRecords,
  openPort,
  portScan,
  refused as refusedInside,
  sweep,
} from "./kinds.ts";
import { counted, grouped, heaviest, listed, type Ranked, ranked } from "./ranking.ts";
import type { LogStats } from "./stats.ts";
import { Names, Tally } from "./tally.ts";
import { limits, thresholds } from "./thresholds.ts";

export const statuses = { none: 0, ok: 1, noData: 2, skipData: 3 } as const;
export const actions = { none: 0, accept: 1, reject: 2 } as const;

/** The parts of a well-formed line of a flow log that findings use; numbers are -1 where AWS gives none. */
export interface FlowRow {
  readonly status: number;
  readonly action: number;
  /** 1 << 16 for IPv6, else 0. Combined with a port, it separates the keys of both families. */
  readonly family: number;
  /**
   * Reads the addresses; false unless the line has two of one family. Call it before `family`, the scopes, `source` and
   * `destination` are read.
   */
  locate(): boolean;
  readonly sourceScope: Scope;
  readonly destinationScope: Scope;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly packets: number;
  readonly flags: number;
  /** The address as an integer: an IPv6 address is its number in `names`. */
  source(names: Names): number;
  destination(names: Names): number;
  interfaceId(names: Names): number;
  /** A column's text; empty where the line has none. */
  text(column: string): string;
}

const tcp = 6;
const udp = 17;
const synAck = 18;
const syn = 2;
const udpBit = 1 << 17;
/** Linux, Windows and AWS's services use ports from here on for outgoing connections. */
const firstEphemeralPort = 32_768;
const webPorts: ReadonlySet<number> = new Set([80, 443]);

/**
 * Collects the findings of one flow log file. Memory grows with the number of distinct keys, up to a limit, and not with
 * the number of lines.
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
  /** The findings whose columns the current header has. */
  private possible = new Set<string>();
  private canScan = false;

  /** Call at each header: decides by its columns which findings are possible from here on. */
  header(has: (column: string) => boolean, gateway: boolean, stats: LogStats): void {
    this.possible = new Set();
    for (const finding of flowFindings) {
      const lacking = flowKinds[finding].needs.filter(
        (column) => !has(gateway && column === "interface-id" ? "tgw-attachment-id" : column),
      );
      if (lacking.length === 0) this.possible.add(finding);
      else stats.notLookedFor[finding] = lacking;
    }
    this.canScan = this.possible.has("port scan");
  }

  add(row: FlowRow): void {
    if (row.status === statuses.noData) return;
    if (row.status === statuses.skipData) {
      if (this.possible.has("lost records")) this.skips.add(row.interfaceId(this.interfaces), 0, 0);
      return;
    }
    if (row.action === actions.reject) {
      if (row.locate()) this.addRejection(row);
      return;
    }
    const { destinationPort, packets } = row;
    const isTry = packets >= 0 && packets <= thresholds.probePackets && row.protocol === tcp;
    const watched = destinationPort < 0 ? 0 : (watchedPorts[destinationPort] as number);
    if ((!isTry && watched === 0) || !row.locate()) return;
    if (watched === watch.dns) this.addBypass(row);
    if (isTry && row.sourceScope === scopes.inside) this.addTry(row);
    if (watched === watch.sensitive && row.sourceScope === scopes.internet) this.addOpenPort(row);
  }

  private addRejection(row: FlowRow): void {
    if (row.sourceScope === scopes.internet) {
      if (row.destinationScope !== scopes.inside && !hasDirection(row, "ingress")) return;
      if (!this.possible.has("refused from the internet")) return;
      const id = row.interfaceId(this.interfaces);
      this.rejections.add(id, 0, 0);
      this.rejectedSources.add(id, row.source(this.addresses), row.family);
      return;
    }
    if (row.sourceScope !== scopes.inside || row.destinationScope === scopes.other) return;
    if (row.protocol !== tcp && row.protocol !== udp) return;
    this.addTry(row);
    if (!fromClient(row) || !this.possible.has("refused inside")) return;
    const port = row.destinationPort | row.family | (row.protocol === udp ? udpBit : 0);
    const packets = Math.max(1, row.packets);
    this.refused.add(row.source(this.addresses), row.destination(this.addresses), port, packets);
  }

  /** Counts a connection attempt from inside; never a server's reply, which goes to a client's port. */
  private addTry(row: FlowRow): void {
    if (!this.canScan || !fromClient(row)) return;
    const { destinationPort, family } = row;
    const hasFlags = flagsKnown(row);
    if (!hasFlags && (row.sourcePort < firstEphemeralPort || destinationPort >= firstEphemeralPort)) return;
    const isScanTry = hasFlags || destinationPort < 1024 || row.action === actions.reject;
    const isSweepTry = row.destinationScope === scopes.inside || !webPorts.has(destinationPort);
    const source = row.source(this.addresses);
    const destination = row.destination(this.addresses);
    const port = destinationPort | family;
    if (isSweepTry && this.sweepTries.add(source, destination, port) === 1) this.hostsOfPort.add(source, port, 0);
    if (!isScanTry || this.scanTries.add(source, destination, port) !== 1) return;
    if (this.portsOfHost.add(source, destination, family) === thresholds.scannedPorts) {
      this.vpcs.set(`${source} ${family}`, row.text("vpc-id"));
    }
  }

  private addBypass(row: FlowRow): void {
    if (row.destinationScope !== scopes.internet || !this.possible.has("DNS past the resolver")) return;
    if (row.sourceScope !== scopes.inside && !hasDirection(row, "egress")) return;
    const port = row.destinationPort | row.family;
    this.bypasses.add(row.interfaceId(this.interfaces), row.destination(this.addresses), port);
  }

  private addOpenPort(row: FlowRow): void {
    if (row.destinationScope !== scopes.inside && !hasDirection(row, "ingress")) return;
    if ((row.protocol !== tcp && row.protocol !== udp) || !fromClient(row) || !this.possible.has("open port")) return;
    if (trustedServices.has(row.text("pkt-src-aws-service"))) return;
    const port = row.destinationPort | row.family;
    this.openPorts.add(row.interfaceId(this.interfaces), port, row.source(this.addresses));
  }

  /** The notices of the whole file; `log` is the flow log's id. Adds the limits that were reached to `stats`. */
  notices(log: string, stats: LogStats): Notice[] {
    const probers = new Set<string>();
    const found: Readonly<Record<FlowFinding, Iterable<Ranked>>> = {
      "port scan": this.portScans(probers),
      sweep: this.sweeps(probers),
      "open port": this.openPortFindings(),
      "refused inside": this.refusals(probers),
      "refused from the internet": this.rejectBursts(),
      "DNS past the resolver": this.resolverBypasses(),
      "lost records": this.recordLosses(),
    };
    const named = { id: log, thing: "Flow log", tag: "VPC Flow Log" };
    const notices = flowFindings.flatMap((finding) => heaviest(named, flowKinds[finding].plural, found[finding]));
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
    return notices;
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
        notice: () =>
          portScan.raise(3, {
            of: `${this.vpcs.get(key) || "-"}:${node}`,
            node,
            thing: "Host",
            name: node,
            outcome: "scans ports",
            context: `of ${this.address(host, family)}`,
            reason: `${listed(tried, count)}${also}`,
          }),
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
        notice: () =>
          sweep.raise(4, {
            of: `${node}:${port & 0xffff}`,
            node,
            thing: "Host",
            name: node,
            outcome: "sweeps many hosts",
            context: `on port ${port & 0xffff}`,
            reason: listed(tried, count),
          }),
      };
    }
  }

  private *openPortFindings(): Generator<Ranked> {
    for (const [, reached] of grouped(this.openPorts.entries(), ([id, port]) => `${id} ${port & 0xffff}`)) {
      const [first] = reached;
      if (!first) continue;
      const node = this.interfaces.name(first[0]);
      const port = first[1] & 0xffff;
      const sensitive = sensitivePorts.get(port);
      const severity = sensitive?.severity ?? 3;
      const sources = reached.map(([, key, source, count]) => [this.address(source, key & familyBit), count] as const);
      yield {
        weight: sum(reached),
        severity,
        notice: () =>
          openPort.raise(severity, {
            of: `${node}:${port}`,
            node,
            thing: "Interface",
            name: node,
            outcome: `lets the internet reach ${sensitive?.name}`,
            reason: `port ${port}, ${flows(reached)} from ${ranked(sources)}`,
          }),
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
        notice: () =>
          refusedInside.raise(3, {
            of: `${node}:${host}:${key & 0xffff}/${protocol.toLowerCase()}`,
            node,
            thing: "Host",
            name: node,
            outcome: "is refused",
            context: `at ${host} on ${protocol} port ${key & 0xffff}`,
            reason: `${counted(count, "packet")} rejected by a security group or network ACL`,
          }),
      };
    }
  }

  private *rejectBursts(): Generator<Ranked> {
    for (const [id, , , count] of this.rejections.entries(thresholds.rejectBurst)) {
      const node = this.interfaces.name(id);
      yield {
        weight: count,
        severity: 1,
        notice: () =>
          note("vpc-flow:reject-burst", {
            of: node,
            node,
            thing: "Interface",
            name: node,
            outcome: "refuses a burst of traffic",
            context: "from the internet",
            reason: `${counted(count, "flow")} from ${ranked(this.sourcesRejectedAt(id))}`,
          }),
      };
    }
  }

  private *sourcesRejectedAt(interfaceId: number): Generator<readonly [string, number]> {
    for (const [id, source, family, count] of this.rejectedSources.entries()) {
      if (id === interfaceId) yield [this.address(source, family), count];
    }
  }

  private *resolverBypasses(): Generator<Ranked> {
    for (const [id, asked] of grouped(this.bypasses.entries(), ([id]) => `${id}`)) {
      const node = this.interfaces.name(Number(id));
      const servers = asked.map(([, server, port, count]) => [this.address(server, port & familyBit), count] as const);
      yield {
        weight: sum(asked),
        severity: 3,
        notice: () =>
          bypass.raise(3, {
            of: node,
            node,
            thing: "Interface",
            name: node,
            outcome: "bypasses the DNS resolver",
            context: "of the VPC",
            reason: `${flows(asked)} to ${ranked(servers)}`,
          }),
      };
    }
  }

  private *recordLosses(): Generator<Ranked> {
    for (const [id, , , count] of this.skips.entries()) {
      const node = this.interfaces.name(id) || "unknown interface";
      const isRepeated = count >= thresholds.repeatedSkips;
      const statement = {
        of: node,
        node,
        thing: "Interface",
        name: node,
        outcome: "lost flow log records",
        reason: `AWS skipped them (SKIPDATA), ${counted(count, "gap")} whose traffic is not seen`,
      };
      yield {
        weight: count,
        severity: isRepeated ? 2 : 1,
        notice: () => (isRepeated ? lostRecords.raise(2, statement) : note(lostRecords.name, statement)),
      };
    }
  }
}

const familyBit = 1 << 16;
const watch = { dns: 1, sensitive: 2 } as const;
/** Why an accepted flow to a port may be a finding, by port; 0 where it is none. */
const watchedPorts = new Uint8Array(65_536);
for (const port of sensitivePorts.keys()) watchedPorts[port] = watch.sensitive;
for (const port of [53, 853]) watchedPorts[port] = watch.dns;
/** AWS services whose public addresses users let in on purpose. */
const trustedServices: ReadonlySet<string> = new Set(["EC2_INSTANCE_CONNECT", "ROUTE53_HEALTHCHECKS"]);

/** Whether the line has TCP flags: AWS gives SYN, SYN-ACK, FIN and RST, and 0 in mid-connection. */
const flagsKnown = (row: FlowRow): boolean => row.protocol === tcp && row.flags >= 0;

/**
 * Whether the source opened the connection. Without TCP flags the ports decide: a client's port is above 1023, and a
 * server's is below the client's.
 */
const fromClient = (row: FlowRow): boolean =>
  flagsKnown(row)
    ? (row.flags & synAck) === syn
    : row.sourcePort >= 1024 &&
      row.destinationPort >= 0 &&
      (row.destinationPort < 1024 ||
        (row.destinationPort < firstEphemeralPort && row.sourcePort > row.destinationPort));

/** Whether an IPv6 flow has this direction, where the format has the column: by address, a VPC's own are internet. */
const hasDirection = (row: FlowRow, direction: "ingress" | "egress"): boolean =>
  row.family > 0 && row.text("flow-direction") === direction;

/** The one limit that costs no finding, only the rarer examples in a text. */
export const examplesOnly = "refused sources, as examples";

type Entry = readonly [a: number, b: number, c: number, count: number];

const sum = (entries: readonly Entry[]): number => entries.reduce((total, [, , , count]) => total + count, 0);
const flows = (entries: readonly Entry[]): string => counted(sum(entries), "flow");
