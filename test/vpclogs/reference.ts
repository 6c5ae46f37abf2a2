import { sensitivePorts, thresholds } from "../../src/vpclogs/findings.ts";

/** What a file amounts to: the severity and weight of each condition. */
export type Expected = ReadonlyMap<string, readonly [severity: number, weight: number]>;

export interface Reference {
  readonly found: Expected;
  readonly records: number;
  readonly malformed: number;
}

type Line = Readonly<Record<string, string>>;

const kindOf = (address: string | undefined): "inside" | "internet" | "other" | "none" => {
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

const isHeader = (words: readonly string[], names: ReadonlySet<string>): boolean =>
  words.filter((word) => names.has(word)).length * 2 > words.length;

/**
 * The findings of a flow log by the plainest reading: text split into lines and words, sets and maps of strings. For
 * space-separated files of the columns in `names` below the limits of what is counted.
 */
export function reference(text: string, names: ReadonlySet<string>): Reference {
  let header: readonly string[] | undefined;
  let records = 0;
  let malformed = 0;
  const tried = new Map<string, Set<string>>();
  const swept = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  const vpcs = new Map<string, string>();
  const into = (sets: Map<string, Set<string>>, key: string): Set<string> => {
    const set = sets.get(key) ?? new Set();
    sets.set(key, set);
    return set;
  };
  const count = (key: string, by = 1): void => {
    counts.set(key, (counts.get(key) ?? 0) + by);
  };

  for (const raw of text.split("\n")) {
    const words = raw.replace(/\r$/, "").split(" ").filter(Boolean);
    if (words.length === 0) continue;
    const [first = ""] = words;
    if (
      (!header || names.has(first)) &&
      isHeader(
        words.map((word) => word.trim()),
        names,
      )
    ) {
      header = words.map((word) => word.trim());
      continue;
    }
    if (/^2 \S+ eni-/.test(raw.trim()) && words.length === 14 && words.length === raw.trim().split(" ").length) {
      if (/^(\d+|unknown|-)$/.test(words[1] ?? "") && /^(OK|NODATA|SKIPDATA)$/.test(words[13]?.trim() ?? "")) {
        header ??= [...names].slice(0, 14);
      }
    }
    const named = header;
    if (!named) {
      malformed++;
      continue;
    }
    const line: Line = Object.fromEntries(
      words.flatMap((word, at) => (named[at] !== undefined && word !== "-" ? [[named[at], word]] : [])),
    );
    if (!isValid(line, named)) {
      malformed++;
      continue;
    }
    records++;
    judge(line);
  }

  function judge(line: Line): void {
    const { srcaddr = "", dstaddr = "", action } = line;
    const id = line["interface-id"] ?? "";
    if (line["log-status"] === "NODATA") return;
    if (line["log-status"] === "SKIPDATA") {
      count(`skip ${id}`);
      return;
    }
    const [source, destination] = [kindOf(line.srcaddr), kindOf(line.dstaddr)];
    if (source === "none" || destination === "none") return;
    const six = srcaddr.includes(":");
    if (six !== dstaddr.includes(":")) return;
    const from = Number(line.srcport ?? -1);
    const to = Number(line.dstport ?? -1);
    const [isTcp, isUdp] = [line.protocol !== undefined && Number(line.protocol) === 6, Number(line.protocol) === 17];
    const goes = (way: string) => six && line["flow-direction"] === way;
    const flags = isTcp && /^\d{1,19}$/.test(line["tcp-flags"] ?? "") ? Number(line["tcp-flags"]) : undefined;
    const client =
      flags !== undefined
        ? (flags & 2) !== 0 && (flags & 16) === 0
        : from >= 1024 && to >= 0 && (to < 1024 || (to < 32_768 && from > to));
    const refused = action === "REJECT";

    const probe = refused
      ? (isTcp || isUdp) && destination !== "other"
      : isTcp && line.packets !== undefined && Number(line.packets) <= thresholds.probePackets;
    if (probe && source === "inside" && client && (flags !== undefined || (from >= 32_768 && to < 32_768))) {
      if (destination === "inside" || (to !== 80 && to !== 443)) into(swept, `${srcaddr}:${to}`).add(dstaddr);
      const ports = into(tried, `${srcaddr} ${dstaddr}`);
      const before = ports.size;
      if (flags !== undefined || to < 1024 || refused) ports.add(`${to}`);
      if (ports.size > before && ports.size === thresholds.scannedPorts) vpcs.set(srcaddr, line["vpc-id"] ?? "-");
    }
    if (refused) {
      if (source === "internet" && (destination === "inside" || goes("ingress"))) count(`burst ${id}`);
      if (source === "inside" && destination !== "other" && (isTcp || isUdp) && client) {
        count(`refused ${srcaddr}:${dstaddr}:${to}/${isTcp ? "tcp" : "udp"}`, Math.max(1, Number(line.packets ?? 1)));
      }
      return;
    }
    if ((to === 53 || to === 853) && destination === "internet" && (source === "inside" || goes("egress"))) {
      count(`dns ${id}`);
    }
    if (sensitivePorts.has(to) && source === "internet" && (destination === "inside" || goes("ingress"))) {
      const trusted = ["EC2_INSTANCE_CONNECT", "ROUTE53_HEALTHCHECKS"].includes(line["pkt-src-aws-service"] ?? "");
      if ((isTcp || isUdp) && client && !trusted) count(`open ${id}:${to}`);
    }
  }

  return { found: conclude(), records, malformed };

  function conclude(): Expected {
    const found = new Map<string, [number, number]>();
    const probers = new Set<string>();
    for (const [key, ports] of tried) {
      const [source = ""] = key.split(" ");
      if (ports.size < thresholds.scannedPorts) continue;
      probers.add(source);
      found.set(`vpc-flow:port-scan:${vpcs.get(source) ?? "-"}:${source}`, [3, 0]);
    }
    for (const [key, hosts] of swept) {
      if (hosts.size < thresholds.sweptHosts) continue;
      probers.add(key.slice(0, key.lastIndexOf(":")));
      found.set(`vpc-flow:sweep:${key}`, [4, hosts.size]);
    }
    for (const [key, times] of counts) {
      const at = key.indexOf(" ");
      const what = key.slice(at + 1);
      switch (key.slice(0, at)) {
        case "skip":
          found.set(`vpc-flow:skipdata:${what || "unknown interface"}`, [
            times >= thresholds.repeatedSkips ? 2 : 1,
            times,
          ]);
          break;
        case "burst":
          if (times >= thresholds.rejectBurst) found.set(`vpc-flow:reject-burst:${what}`, [1, times]);
          break;
        case "dns":
          found.set(`vpc-flow:dns-bypass:${what}`, [3, times]);
          break;
        case "open": {
          const port = Number(what.slice(what.lastIndexOf(":") + 1));
          found.set(`vpc-flow:open-port:${what}`, [sensitivePorts.get(port)?.severity ?? 0, times]);
          break;
        }
        case "refused":
          if (times < thresholds.refusedPackets) break;
          if (![...probers].some((prober) => what.startsWith(`${prober}:`)))
            found.set(`vpc-flow:refused:${what}`, [3, times]);
      }
    }
    return found;
  }
}

/** Whether a line keeps the rules of the schema, as far as its header names what they are about. */
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
