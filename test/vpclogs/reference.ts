import { sensitivePorts } from "../../src/ports.ts";
import { type FlowFinding, flowKinds } from "../../src/vpclogs/kinds.ts";
import { thresholds } from "../../src/vpclogs/thresholds.ts";

/** The findings of a file: the severity and weight of each condition. */
export type Expected = ReadonlyMap<string, readonly [severity: number, weight: number]>;

export interface Reference {
  readonly found: Expected;
  readonly records: number;
  readonly malformed: number;
}

type Line = Readonly<Record<string, string>>;

type Scope = "inside" | "internet" | "other" | "none";

const scopeOf = (address: string | undefined): Scope => {
  if (address === undefined) return "none";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const [a = 0, b = 0, ...rest] = address.split(".").map(Number);
    if ([a, b, ...rest].some((octet) => octet > 255)) return "none";
    if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128)) {
      return "inside";
    }
    return a === 0 || a === 127 || a >= 224 || (a === 169 && b === 254) ? "other" : "internet";
  }
  if (!/^[0-9a-fA-F]{0,4}:/.test(address)) return "none";
  if (/^f[cd]/.test(address)) return "inside";
  return /^[23][0-9a-fA-F]{3}:/.test(address) ? "internet" : "other";
};

/**
 * The findings of a flow log, read in the simplest way: text split into lines and words, sets and maps of strings. For
 * space-separated files with columns of `names`, below the limits of what is counted.
 */
export function reference(text: string, names: ReadonlySet<string>): Reference {
  const reader = new Reader(names);
  for (const line of text.split("\n")) reader.read(line);
  const { findings, records, malformed } = reader;
  return { found: findings.conclude(), records, malformed };
}

class Reader {
  readonly findings = new Findings();
  records = 0;
  malformed = 0;
  private header: readonly string[] | undefined;
  private readonly names: ReadonlySet<string>;

  constructor(names: ReadonlySet<string>) {
    this.names = names;
  }

  read(raw: string): void {
    const words = raw.replace(/\r$/, "").split(" ").filter(Boolean);
    if (words.length === 0) return;
    if (this.isHeader(words)) {
      this.header = words.map((word) => word.trim());
      return;
    }
    if (isVersion2(raw, words)) this.header ??= [...this.names].slice(0, 14);
    const { header } = this;
    const line = header && lineOf(words, header);
    if (!line || !isValid(line, header)) {
      this.malformed++;
      return;
    }
    this.records++;
    this.findings.add(line, header);
  }

  private isHeader([first = "", ...others]: readonly string[]): boolean {
    if (this.header && !this.names.has(first)) return false;
    const words = [first, ...others].map((word) => word.trim());
    return words.filter((word) => this.names.has(word)).length * 2 > words.length;
  }
}

const isVersion2 = (raw: string, words: readonly string[]): boolean =>
  /^2 \S+ eni-/.test(raw.trim()) &&
  words.length === 14 &&
  words.length === raw.trim().split(" ").length &&
  /^(\d+|unknown|-)$/.test(words[1] ?? "") &&
  /^(OK|NODATA|SKIPDATA)$/.test(words[13]?.trim() ?? "");

/** The words of a line by their columns; `-` stands for no value. */
const lineOf = (words: readonly string[], header: readonly string[]): Line =>
  Object.fromEntries(
    words.flatMap((word, at) => (header[at] !== undefined && word !== "-" ? [[header[at], word]] : [])),
  );

/** The parts of a line that findings depend on. */
interface Row {
  readonly line: Line;
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly sourceScope: Scope;
  readonly destinationScope: Scope;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly isTcp: boolean;
  readonly hasPorts: boolean;
  readonly flags: number | undefined;
  readonly isFromClient: boolean;
  readonly isRefused: boolean;
  /** Whether the line's header has the columns of a finding. */
  can(finding: FlowFinding): boolean;
  /** Whether it is an IPv6 flow in this direction. */
  hasDirection(direction: "ingress" | "egress"): boolean;
}

/** The row of a line with two addresses of one family. */
function rowOf(line: Line, header: readonly string[]): Row | undefined {
  const { srcaddr: source = "", dstaddr: destination = "" } = line;
  const [sourceScope, destinationScope] = [scopeOf(line.srcaddr), scopeOf(line.dstaddr)];
  const isIpv6 = source.includes(":");
  if (sourceScope === "none" || destinationScope === "none" || isIpv6 !== destination.includes(":")) return undefined;
  const [sourcePort, destinationPort] = [Number(line.srcport ?? -1), Number(line.dstport ?? -1)];
  const protocol = Number(line.protocol ?? -1);
  const isTcp = protocol === 6;
  const flags = isTcp && /^\d{1,19}$/.test(line["tcp-flags"] ?? "") ? Number(line["tcp-flags"]) : undefined;
  return {
    line,
    id: line["interface-id"] ?? "",
    source,
    destination,
    sourceScope,
    destinationScope,
    sourcePort,
    destinationPort,
    isTcp,
    hasPorts: isTcp || protocol === 17,
    flags,
    isFromClient: flags === undefined ? opensByPorts(sourcePort, destinationPort) : (flags & 18) === 2,
    isRefused: line.action === "REJECT",
    can: (finding) => flowKinds[finding].needs.every((column) => header.includes(column)),
    hasDirection: (direction) => isIpv6 && line["flow-direction"] === direction,
  };
}

const opensByPorts = (source: number, destination: number): boolean =>
  source >= 1024 && destination >= 0 && (destination < 1024 || (destination < 32_768 && source > destination));

class Findings {
  private readonly triedPorts = new Map<string, Set<string>>();
  private readonly sweptHosts = new Map<string, Set<string>>();
  private readonly counts = new Map<string, number>();
  private readonly vpcs = new Map<string, string>();

  add(line: Line, header: readonly string[]): void {
    const id = line["interface-id"] ?? "";
    if (line["log-status"] === "NODATA") return;
    if (line["log-status"] === "SKIPDATA") {
      if (header.includes("interface-id")) this.count(`skip ${id}`);
      return;
    }
    const row = rowOf(line, header);
    if (!row) return;
    this.addTry(row);
    if (row.isRefused) this.addRefusal(row);
    else this.addAccepted(row);
  }

  private addTry(row: Row): void {
    const { line, source, destination, destinationPort: port, flags, isRefused } = row;
    const isTry = isRefused
      ? row.hasPorts && row.destinationScope !== "other"
      : row.isTcp && line.packets !== undefined && Number(line.packets) <= thresholds.probePackets;
    if (!isTry || row.sourceScope !== "inside" || !row.isFromClient || !row.can("port scan")) return;
    if (flags === undefined && (row.sourcePort < 32_768 || port >= 32_768)) return;
    if (row.destinationScope === "inside" || (port !== 80 && port !== 443)) {
      setAt(this.sweptHosts, `${source}:${port}`).add(destination);
    }
    const ports = setAt(this.triedPorts, `${source} ${destination}`);
    const before = ports.size;
    if (flags !== undefined || port < 1024 || isRefused) ports.add(`${port}`);
    if (ports.size > before && ports.size === thresholds.scannedPorts) this.vpcs.set(source, line["vpc-id"] ?? "-");
  }

  private addRefusal(row: Row): void {
    const { line, id, source, destination, destinationPort: port, destinationScope } = row;
    if (row.sourceScope === "internet" && (destinationScope === "inside" || row.hasDirection("ingress"))) {
      if (row.can("refused from the internet")) this.count(`burst ${id}`);
    }
    if (row.sourceScope !== "inside" || destinationScope === "other" || !row.hasPorts || !row.isFromClient) return;
    const protocol = row.isTcp ? "tcp" : "udp";
    const packets = Math.max(1, Number(line.packets ?? 1));
    if (row.can("refused inside")) this.count(`refused ${source}:${destination}:${port}/${protocol}`, packets);
  }

  private addAccepted(row: Row): void {
    const { line, id, sourceScope, destinationScope, destinationPort: port } = row;
    if ((port === 53 || port === 853) && destinationScope === "internet" && row.can("DNS past the resolver")) {
      if (sourceScope === "inside" || row.hasDirection("egress")) this.count(`dns ${id}`);
    }
    if (!sensitivePorts.has(port) || sourceScope !== "internet" || !row.can("open port")) return;
    if (destinationScope !== "inside" && !row.hasDirection("ingress")) return;
    const isTrusted = ["EC2_INSTANCE_CONNECT", "ROUTE53_HEALTHCHECKS"].includes(line["pkt-src-aws-service"] ?? "");
    if (row.hasPorts && row.isFromClient && !isTrusted) this.count(`open ${id}:${port}`);
  }

  private count(key: string, by = 1): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  conclude(): Expected {
    const found = new Map<string, [number, number]>();
    const scanners = new Set<string>();
    for (const [key, ports] of this.triedPorts) {
      const [source = ""] = key.split(" ");
      if (ports.size < thresholds.scannedPorts) continue;
      scanners.add(source);
      found.set(`vpc-flow:port-scan:${this.vpcs.get(source) ?? "-"}:${source}`, [3, 0]);
    }
    for (const [key, hosts] of this.sweptHosts) {
      if (hosts.size < thresholds.sweptHosts) continue;
      scanners.add(key.slice(0, key.lastIndexOf(":")));
      found.set(`vpc-flow:sweep:${key}`, [4, hosts.size]);
    }
    for (const [key, count] of this.counts) {
      const [kind = "", of = ""] = [key.slice(0, key.indexOf(" ")), key.slice(key.indexOf(" ") + 1)];
      if (kind === "refused" && [...scanners].some((scanner) => of.startsWith(`${scanner}:`))) continue;
      const finding = findingOf(kind, of, count);
      if (finding) found.set(finding[0], [finding[1], count]);
    }
    return found;
  }
}

/** The condition and severity of a count, if it reaches its threshold. */
function findingOf(kind: string, of: string, count: number): [condition: string, severity: number] | undefined {
  switch (kind) {
    case "skip":
      return [`vpc-flow:skipdata:${of || "unknown interface"}`, count >= thresholds.repeatedSkips ? 2 : 1];
    case "burst":
      return count >= thresholds.rejectBurst ? [`vpc-flow:reject-burst:${of}`, 1] : undefined;
    case "dns":
      return [`vpc-flow:dns-bypass:${of}`, 3];
    case "open": {
      const port = Number(of.slice(of.lastIndexOf(":") + 1));
      return [`vpc-flow:open-port:${of}`, sensitivePorts.get(port)?.severity ?? 0];
    }
    default:
      return count >= thresholds.refusedPackets ? [`vpc-flow:refused:${of}`, 3] : undefined;
  }
}

function setAt(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  return set;
}

/** Whether a line is valid by the schema, in the columns that its header has. */
function isValid(line: Line, header: readonly string[]): boolean {
  const rules: Readonly<Record<string, RegExp>> = {
    "account-id": /^(\d{12}|unknown)$/,
    action: /^(ACCEPT|REJECT)$/,
    "log-status": /^(OK|NODATA|SKIPDATA)$/,
  };
  for (const name of ["version", "protocol", "packets", "bytes", "srcport", "dstport", "start", "end"]) {
    const value = line[name];
    if (value !== undefined && !/^\d{1,19}$/.test(value)) return false;
    if (name.endsWith("port") && value !== undefined && Number(value) > 65_535) return false;
    if ((name === "start" || name === "end") && Number(value ?? 0) > 8.64e12) return false;
  }
  for (const [name, rule] of Object.entries(rules)) {
    const value = line[name];
    if (value !== undefined && !rule.test(value)) return false;
  }
  return ["log-status", "start", "end"].every((name) => line[name] !== undefined || !header.includes(name));
}
