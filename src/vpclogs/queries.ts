import type { Notice, ProblemSeverity } from "../notice.ts";
import { limits, most, type Ranked, ranked, thresholds } from "./findings.ts";
import type { DnsRecord } from "./records.ts";
import type { LogStats } from "./stats.ts";

/** The domain that someone registered, of a name without its last dot: `example.co.uk`; null where there is none. */
export type RegisteredDomain = (name: string) => string | null;

/** Domains of pools that miners join; a name below one of them counts, a name that merely ends alike does not. */
export const miningPools: ReadonlySet<string> = new Set(
  (
    "2miners.com antpool.com c3pool.com c3pool.org crypto-pool.fr dwarfpool.com ethermine.org f2pool.com " +
    "flexpool.io hashvault.pro herominers.com hiveon.net minergate.com minexmr.com miningpoolhub.com " +
    "moneroocean.stream monerohash.com nanopool.org nicehash.com pool.xmr.pt poolin.com prohashing.com " +
    "slushpool.com sparkpool.com supportxmr.com unmineable.com viabtc.com xmrpool.eu zpool.ca"
  ).split(" "),
);

/** AWS's own domains, below which busy accounts look up many long names. */
const awsDomains: ReadonlySet<string> = new Set([
  "amazonaws.com",
  "amazonaws.com.cn",
  "api.aws",
  "on.aws",
  "cloudfront.net",
  "awsglobalaccelerator.com",
  "awsdns.com",
]);
/** Top-level names that stand for no public domain: RFC 6761, 6762 and 8375, ICANN's `internal`, and customary ones. */
const privateTops: ReadonlySet<string> = new Set(
  "arpa consul corp home internal intranet invalid lan local localdomain localhost private test".split(" "),
);
const metadataAddresses: ReadonlySet<string> = new Set(["169.254.169.254", "fd00:ec2::254"]);
const wordy: ReadonlySet<string> = new Set(["TXT", "NULL"]);
const tag = "VPC DNS Query Log";

/** What one message will say: how often, and of which names. */
interface Hit {
  readonly severity: ProblemSeverity;
  readonly node: string;
  readonly condition: string;
  /** The sentence up to the names. */
  readonly says: string;
  readonly names: Map<string, number>;
  count: number;
}

interface Tunnel {
  readonly source: string;
  readonly domain: string;
  readonly names: Set<string>;
  queries: number;
  /** Characters before the registered domain, over all queries. */
  length: number;
  wordy: number;
}

/** Finds in the queries of one Resolver log what an operator wants to see, in memory that is bounded as for flows. */
export class DnsFindings {
  private readonly registered: RegisteredDomain;
  private readonly hits = new Map<string, Hit>();
  private readonly floods = new Map<string, Hit>();
  private readonly tunnels = new Map<string, Tunnel>();
  private names = 0;
  private readonly overflowed = new Set<string>();

  constructor(registered: RegisteredDomain) {
    this.registered = registered;
  }

  add(record: DnsRecord): void {
    const name = record.query_name.replace(/\.$/, "").toLowerCase();
    const node = record.srcids.instance ?? record.srcaddr;
    const domain = this.registered(name);
    this.filtered(record, node, name, domain ?? name);
    if (isPool(name)) {
      const says = `${node} looks up crypto-mining pools`;
      this.note(this.hits, name, { severity: 4, node, says, condition: `vpc-dns:mining:${node}` });
    }
    if (!domain || privateTops.has(name.slice(name.lastIndexOf(".") + 1))) return;
    if (record.answers.some(({ Rdata }) => metadataAddresses.has(Rdata.toLowerCase()))) {
      const says = `A public name answers ${node} with the address of instance metadata (DNS rebinding)`;
      this.note(this.hits, name, { severity: 4, node, says, condition: `vpc-dns:rebinding:${node}:${name}` });
    }
    if (record.rcode === "NXDOMAIN") {
      const says = `${node} looks up many names that do not exist`;
      this.note(this.floods, domain, { severity: 2, node, says, condition: `vpc-dns:nxdomain:${node}` });
    }
    if (!awsDomains.has(domain)) this.tunnelled(record, node, name, domain);
  }

  /** What the file amounts to; `log` is the VPC's id. Counts what was limited into `stats`. */
  notices(log: string, stats: LogStats): Notice[] {
    const floods = [...this.floods.values()].filter(({ count }) => count >= thresholds.nxdomains);
    stats.limits.push(...this.overflowed);
    return [
      ...most(log, "suspicious lookups", [...this.hits.values()].map(told), tag),
      ...most(log, "DNS tunnels", this.tunnelling(), tag),
      ...most(log, "floods of NXDOMAIN", floods.map(told), tag),
    ];
  }

  private filtered(record: DnsRecord, node: string, name: string, domain: string): void {
    const { firewall_rule_action: action, firewall_protection: protection, firewall_rule_group_id: group } = record;
    if (action !== "BLOCK" && action !== "ALERT" && !protection) return;
    const did = action === "BLOCK" ? "blocks" : "warns of";
    const says = `DNS Firewall ${did} ${protection ? `${words(protection)} by` : "a lookup by"} ${node}`;
    const severity = protection ? 4 : action === "BLOCK" ? 3 : 2;
    this.note(this.hits, name, {
      severity,
      node,
      says,
      condition: `vpc-dns:firewall:${node}:${group ?? "-"}:${domain}`,
    });
  }

  private note(hits: Map<string, Hit>, name: string, found: Omit<Hit, "names" | "count">): void {
    const key = `${found.severity} ${found.condition}`;
    let hit = hits.get(key);
    if (!hit) {
      if (hits.size >= limits.dnsSources) {
        this.overflowed.add("DNS sources");
        return;
      }
      hit = { ...found, names: new Map(), count: 0 };
      hits.set(key, hit);
    }
    hit.count++;
    const times = hit.names.get(name);
    if (times !== undefined || hit.names.size < limits.dnsNamesOfHit) hit.names.set(name, (times ?? 0) + 1);
  }

  private tunnelled(record: DnsRecord, source: string, name: string, domain: string): void {
    const below = name.length - domain.length - 1;
    if (below <= 0) return;
    const key = `${source} ${domain}`;
    let tunnel = this.tunnels.get(key);
    if (!tunnel) {
      if (this.tunnels.size >= limits.dnsSources) {
        this.overflowed.add("DNS sources");
        return;
      }
      tunnel = { source, domain, names: new Set(), queries: 0, length: 0, wordy: 0 };
      this.tunnels.set(key, tunnel);
    }
    tunnel.queries++;
    tunnel.length += below;
    if (wordy.has(record.query_type)) tunnel.wordy++;
    if (tunnel.names.has(name) || tunnel.names.size >= limits.dnsNamesOfDomain) return;
    if (this.names >= limits.dnsNames) {
      this.overflowed.add("DNS names");
      return;
    }
    tunnel.names.add(name);
    this.names++;
  }

  private *tunnelling(): Generator<Ranked> {
    for (const { source, domain, names, queries, length, wordy: texts } of this.tunnels.values()) {
      if (names.size < thresholds.tunnelNames) continue;
      if (length / queries < thresholds.tunnelLength && texts / queries < thresholds.tunnelTxtShare) continue;
      const unique = `${names.size}${names.size >= limits.dnsNamesOfDomain ? " or more" : ""}`;
      yield {
        weight: names.size,
        severity: 4,
        node: source,
        summary: () =>
          `DNS tunnelling: ${source} looks up many one-time names below ${domain}: ${unique}, ${Math.round(length / queries)} characters long on average, ${texts} of ${queries} queries for TXT or NULL`,
        condition: `vpc-dns:tunnel:${source}:${domain}`,
      };
    }
  }
}

const told = ({ severity, node, condition, says, names, count }: Hit): Ranked => ({
  weight: count,
  severity,
  node,
  condition,
  summary: () => `${says}: ${ranked(names)}`,
});

/** Whether a name is a pool's domain or stands below one, label by label. */
function isPool(name: string): boolean {
  for (let at = 0; at >= 0; at = name.indexOf(".", at) + 1 || -1) if (miningPools.has(name.slice(at))) return true;
  return false;
}

/** `DNS_TUNNELING` as `DNS tunneling`; `DGA` stays. */
const words = (protection: string): string =>
  protection
    .split("_")
    .map((word) => (word === "DNS" || word === "DGA" ? word : word.toLowerCase()))
    .join(" ");
