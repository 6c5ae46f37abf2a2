import { type Condition, condition } from "../condition.ts";

/** A kind of finding in a flow log, and the columns that it reads. */
export interface FlowKind {
  /** The name of several, for the message that counts those not listed: `port scans`. */
  readonly plural: string;
  /** Absent where the finding is a note of severity 1. */
  readonly condition?: Condition<never>;
  /** The columns that it requires. */
  readonly needs: readonly string[];
  /** The columns that it reads if the log has them. */
  readonly uses: readonly string[];
}

const probe = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"];
const connection = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"];

export const portScan = condition("vpc-flow:port-scan", {
  grades: { 3: "a private address tries many ports of a host" },
});
export const sweep = condition("vpc-flow:sweep", {
  grades: { 4: "a private address tries a port of many hosts" },
});
export const openPort = condition("vpc-flow:open-port", {
  grades: {
    4: "the internet reaches a database, a cache, a control API, Telnet or SMB",
    3: "the internet reaches SSH, RDP or VNC",
  },
});
export const refused = condition("vpc-flow:refused", {
  grades: { 3: "a private address is refused at a host's port" },
});
export const bypass = condition("vpc-flow:dns-bypass", {
  grades: { 3: "an interface asks DNS servers on the internet" },
});
export const lostRecords = condition("vpc-flow:skipdata", {
  grades: { 2: "AWS lost records of an interface repeatedly" },
});

/** Every kind of finding in flow logs, in the order of the messages. */
export const flowKinds = {
  "port scan": { plural: "port scans", condition: portScan, needs: probe, uses: ["vpc-id", "tcp-flags"] },
  sweep: { plural: "sweeps", condition: sweep, needs: probe, uses: ["tcp-flags"] },
  "open port": {
    plural: "open ports",
    condition: openPort,
    needs: ["interface-id", ...connection],
    uses: ["tcp-flags", "flow-direction", "pkt-src-aws-service"],
  },
  "refused inside": {
    plural: "refused connections inside",
    condition: refused,
    needs: connection,
    uses: ["tcp-flags"],
  },
  "refused from the internet": {
    plural: "refused bursts",
    needs: ["interface-id", "srcaddr", "dstaddr", "action"],
    uses: ["flow-direction"],
  },
  "DNS past the resolver": {
    plural: "interfaces with DNS past the resolver",
    condition: bypass,
    needs: ["interface-id", "srcaddr", "dstaddr", "dstport", "action"],
    uses: ["flow-direction"],
  },
  "lost records": {
    plural: "interfaces that lost records",
    condition: lostRecords,
    needs: ["interface-id", "log-status"],
    uses: [],
  },
} as const satisfies Readonly<Record<string, FlowKind>>;

export type FlowFinding = keyof typeof flowKinds;
export const flowFindings = Object.keys(flowKinds) as FlowFinding[];

export const firewall = condition("vpc-dns:firewall", {
  grades: {
    4: "a lookup met an advanced protection of DNS Firewall",
    3: "DNS Firewall blocked a lookup",
    2: "DNS Firewall warned of a lookup",
  },
});
export const mining = condition("vpc-dns:mining", { grades: { 4: "a host looks up crypto-mining pools" } });
export const rebinding = condition("vpc-dns:rebinding", {
  grades: { 4: "a public name has the address of instance metadata" },
});
export const missingNames = condition("vpc-dns:nxdomain", {
  grades: { 2: "a host looks up many names that do not exist" },
});
export const tunnel = condition("vpc-dns:tunnel", {
  grades: { 4: "a host looks up many one-time names below one domain" },
});

// Conditions of a log itself.
export const unreadable = condition("vpc-log:unreadable", { grades: { 2: "a file cannot be read" } });
export const alien = condition("vpc-log:alien", { grades: { 2: "a file is no log of its kind" } });
export const malformed = condition("vpc-log:malformed", { grades: { 2: "lines of a file cannot be read" } });
export const empty = condition("vpc-log:empty", { grades: { 2: "a file is empty" } });
/** Findings of one kind beyond those that are listed, at the severity of the worst. */
export const more = condition("vpc-log:more", {
  grades: { 4: "the worst of the rest is 4", 3: "the worst of the rest is 3", 2: "the worst of the rest is 2" },
});

/** Every condition that VPC logs raise, for the documents. Logs end none of them. */
export const logConditions: readonly Condition<never>[] = [
  ...[portScan, sweep, openPort, refused, bypass, lostRecords],
  ...[firewall, mining, rebinding, missingNames, tunnel],
  ...[unreadable, alien, malformed, empty, more],
];
