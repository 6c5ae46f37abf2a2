import type { Notice, Problem, ProblemSeverity } from "../condition.ts";
import { firewall, mining, missingNames, rebinding, tunnel } from "./kinds.ts";
import { heaviest, type Ranked, ranked } from "./ranking.ts";
import type { DnsRecord } from "./records.ts";
import type { LogStats } from "./stats.ts";
import { limits, thresholds } from "./thresholds.ts";

/** The registered domain of a name without its final dot, such as `example.co.uk`; null where there is none. */
export type RegisteredDomain = (name: string) => string | null;

/** Domains of mining pools; names below them count too. */
export const miningPools: ReadonlySet<string> = new Set(
  (
    "2miners.com antpool.com c3pool.com c3pool.org crypto-pool.fr dwarfpool.com ethermine.org f2pool.com " +
    "flexpool.io hashvault.pro herominers.com hiveon.net minergate.com minexmr.com miningpoolhub.com " +
    "moneroocean.stream monerohash.com nanopool.org nicehash.com pool.xmr.pt poolin.com prohashing.com " +
    "slushpool.com sparkpool.com supportxmr.com unmineable.com viabtc.com xmrpool.eu zpool.ca"
  ).split(" "),
);

/** AWS's own domains, where many lookups of long names are normal. */
const awsDomains: ReadonlySet<string> = new Set([
  "amazonaws.com",
  "amazonaws.com.cn",
  "api.aws",
  "on.aws",
  "cloudfront.net",
  "awsglobalaccelerator.com",
  "awsdns.com",
]);
/** Top-level domains that are not public: RFC 6761, 6762 and 8375, ICANN's `internal`, and common private ones. */
const privateTopLevels: ReadonlySet<string> = new Set(
  "arpa consul corp home internal intranet invalid lan local localdomain localhost private test".split(" "),
);
const metadataAddresses: ReadonlySet<string> = new Set(["169.254.169.254", "fd00:ec2::254"]);
/** Query types whose answers carry arbitrary data. */
const dataTypes: ReadonlySet<string> = new Set(["TXT", "NULL"]);

/** What one message states: how often, and with which names. */
interface Hit {
  readonly severity: ProblemSeverity;
  /** Makes the notice; the reason is the names. */
  readonly raise: (reason: string) => Problem;
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
  /** Queries for TXT or NULL. */
  dataQueries: number;
}

/** Collects the findings of one Resolver query log, in bounded memory. */
export class DnsFindings {
  private readonly registeredDomain: RegisteredDomain;
  private readonly hits = new Map<string, Hit>();
  private readonly floods = new Map<string, Hit>();
  private readonly tunnels = new Map<string, Tunnel>();
  /** Names in all `tunnels` together. */
  private names = 0;
  private readonly overflowed = new Set<string>();

  constructor(registeredDomain: RegisteredDomain) {
    this.registeredDomain = registeredDomain;
  }

  add(record: DnsRecord): void {
    const name = record.query_name.replace(/\.$/, "").toLowerCase();
    const node = record.srcids.instance ?? record.srcaddr;
    const domain = this.registeredDomain(name);
    this.addFirewallHit(record, node, name, domain ?? name);
    const host = { node, thing: "Host", name: node };
    if (isPool(name)) {
      const statement = { ...host, of: node, outcome: "looks up crypto-mining pools" };
      this.count(this.hits, `mining ${node}`, name, 4, (reason) => mining.raise(4, { ...statement, reason }));
    }
    if (!domain || privateTopLevels.has(name.slice(name.lastIndexOf(".") + 1))) return;
    if (record.answers.some(({ Rdata }) => metadataAddresses.has(Rdata.toLowerCase()))) {
      const outcome = "is led to instance metadata";
      const statement = { ...host, of: `${node}:${name}`, outcome, context: "by DNS rebinding" };
      this.count(this.hits, `rebinding ${node} ${name}`, name, 4, (reason) =>
        rebinding.raise(4, { ...statement, reason }),
      );
    }
    if (record.rcode === "NXDOMAIN") {
      const statement = { ...host, of: node, outcome: "looks up many missing names", context: "(NXDOMAIN)" };
      this.count(this.floods, node, domain, 2, (reason) => missingNames.raise(2, { ...statement, reason }));
    }
    if (!awsDomains.has(domain)) this.addTunnelQuery(record, node, name, domain);
  }

  /** The notices of the whole file; `log` is the VPC's id. Adds the limits that were reached to `stats`. */
  notices(log: string, stats: LogStats): Notice[] {
    const floods = [...this.floods.values()].filter(({ count }) => count >= thresholds.nxdomains);
    stats.limits.push(...this.overflowed);
    const named = { id: log, thing: "Query log", tag: "VPC DNS Query Log" };
    return [
      ...heaviest(named, "suspicious lookups", [...this.hits.values()].map(rankedHit)),
      ...heaviest(named, "DNS tunnels", this.tunnelFindings()),
      ...heaviest(named, "floods of NXDOMAIN", floods.map(rankedHit)),
    ];
  }

  private addFirewallHit(record: DnsRecord, node: string, name: string, domain: string): void {
    const { firewall_rule_action: action, firewall_protection: protection, firewall_rule_group_id: group } = record;
    if (action !== "BLOCK" && action !== "ALERT" && !protection) return;
    const severity = protection ? 4 : action === "BLOCK" ? 3 : 2;
    const of = `${node}:${group ?? "-"}:${domain}`;
    const statement = {
      of,
      node,
      thing: "DNS Firewall",
      outcome: `${action === "BLOCK" ? "blocked" : "warned of"} ${protection ? words(protection) : "a lookup"}`,
      context: `by host ${node}`,
    };
    const key = `firewall ${severity} ${of}`;
    this.count(this.hits, key, name, severity, (reason) => firewall.raise(severity, { ...statement, reason }));
  }

  private count(
    hits: Map<string, Hit>,
    key: string,
    name: string,
    severity: ProblemSeverity,
    raise: Hit["raise"],
  ): void {
    let hit = hits.get(key);
    if (!hit) {
      if (hits.size >= limits.dnsSources) {
        this.overflowed.add("DNS sources");
        return;
      }
      hit = { severity, raise, names: new Map(), count: 0 };
      hits.set(key, hit);
    }
    hit.count++;
    const times = hit.names.get(name);
    if (times !== undefined || hit.names.size < limits.dnsNamesOfHit) hit.names.set(name, (times ?? 0) + 1);
  }

  private addTunnelQuery(record: DnsRecord, source: string, name: string, domain: string): void {
    const below = name.length - domain.length - 1;
    if (below <= 0) return;
    const key = `${source} ${domain}`;
    let tunnel = this.tunnels.get(key);
    if (!tunnel) {
      if (this.tunnels.size >= limits.dnsSources) {
        this.overflowed.add("DNS sources");
        return;
      }
      tunnel = { source, domain, names: new Set(), queries: 0, length: 0, dataQueries: 0 };
      this.tunnels.set(key, tunnel);
    }
    tunnel.queries++;
    tunnel.length += below;
    if (dataTypes.has(record.query_type)) tunnel.dataQueries++;
    if (tunnel.names.has(name) || tunnel.names.size >= limits.dnsNamesOfDomain) return;
    if (this.names >= limits.dnsNames) {
      this.overflowed.add("DNS names");
      return;
    }
    tunnel.names.add(name);
    this.names++;
  }

  private *tunnelFindings(): Generator<Ranked> {
    for (const { source, domain, names, queries, length, dataQueries } of this.tunnels.values()) {
      if (names.size < thresholds.tunnelNames) continue;
      if (length / queries < thresholds.tunnelLength && dataQueries / queries < thresholds.tunnelTxtShare) continue;
      const unique = `${names.size}${names.size >= limits.dnsNamesOfDomain ? " or more" : ""}`;
      yield {
        weight: names.size,
        severity: 4,
        notice: () =>
          tunnel.raise(4, {
            of: `${source}:${domain}`,
            node: source,
            thing: "Host",
            name: source,
            outcome: "may tunnel data over DNS",
            context: `below ${domain}`,
            reason: `${unique} one-time names, ${Math.round(length / queries)} characters long on average, ${dataQueries} of ${queries} queries for TXT or NULL`,
          }),
      };
    }
  }
}

const rankedHit = ({ severity, raise, names, count }: Hit): Ranked => ({
  weight: count,
  severity,
  notice: () => raise(ranked(names)),
});

/** Whether a name is a pool's domain or below one, by whole labels. */
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
