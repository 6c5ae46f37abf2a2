import type { Grades, ProblemSeverity, SentenceParts } from "../../condition.ts";

// Sources: "Amazon RDS event categories and event messages" of the Amazon RDS and the Amazon Aurora user guide
// (USER_Events.Messages). Severity: 5 the database is down or lost, 4 a component failed, 3 degraded or a single
// failure, 2 a risk or something upcoming, 1 for the record.

/** Severity, the kind of condition that it raises, and its sentence. */
export type RdsProblem = readonly [
  severity: ProblemSeverity,
  kind: string,
  outcome: string,
  rest?: Pick<SentenceParts, "context" | "reason">,
];

/** By the digits of `RDS-EVENT-nnnn`. Events of one kind share a condition, since the same events end them. */
export const rdsProblems: Readonly<Record<string, RdsProblem>> = {
  // Availability
  "0004": [3, "running", "was shut down"],
  "0022": [4, "running", "could not restart its database engine"],
  "0087": [2, "running", "was stopped"],
  "0221": [5, "running", "was shut down", { reason: "its storage is full" }],
  "0154": [2, "stop-limit", "was started by AWS", { reason: "it had been stopped for seven days" }],
  "0003": [3, "deleted", "was deleted"],
  // Storage
  "0007": [5, "storage", "has used up its storage"],
  "0089": [4, "storage", "is low on storage"],
  "0222": [4, "storage", "will be shut down", { reason: "it is too low on storage" }],
  "0227": [4, "cluster-storage", "is dangerously low on cluster storage"],
  "0223": [4, "autoscaling", "cannot scale its storage"],
  "0224": [4, "autoscaling", "is about to reach its maximum storage"],
  "0225": [3, "autoscaling", "is close to the maximum set for its storage"],
  "0219": [
    2,
    "autoscaling",
    "could not scale its storage yet",
    { reason: "its state did not allow it; AWS will try again" },
  ],
  "0220": [2, "autoscaling", "cannot scale its storage again yet", { reason: "it was scaled too recently" }],
  "0217": [1, "autoscaling", "started to scale its storage"],
  "0189": [3, "burst-credits", "is low on gp2 burst credits"],
  "0231": [3, "storage-change", "failed to change its storage"],
  "0237": [2, "storage-type", "cannot have its storage type", { reason: "its availability zone lacks it" }],
  "0254": [4, "storage-quota", "cannot grow", { reason: "the account's storage quota is exceeded" }],
  // Failover and recovery
  "0013": [4, "failover", "started a Multi-AZ failover"],
  "0034": [2, "failover-refused", "refused a failover", { reason: "the last one was too recent" }],
  "0050": [3, "multi-az", "started a Multi-AZ activation"],
  "0052": [4, "multi-az", "started a Multi-AZ recovery"],
  "0020": [4, "recovery", "started recovery"],
  "0066": [3, "mirroring", "is slow while its mirror is rebuilt"],
  "0069": [5, "failover", "failed to fail over"],
  "0070": [3, "failover", "is promoting its previous primary again"],
  "0072": [4, "failover", "started a failover", { context: "within its availability zone" }],
  "0073": [4, "failover", "started a failover", { context: "to another availability zone" }],
  "0181": [4, "global-failover", "started a global failover"],
  "0183": [3, "global-sync", "waits to fail over", { reason: "its global members must catch up first" }],
  "0184": [2, "global-primary", "was promoted to primary of its global cluster"],
  "0186": [2, "global-failover-cancelled", "cancelled the global failover"],
  "0187": [5, "global-failover", "failed to fail over globally"],
  // Failure
  "0031": [5, "failed", "has failed", { reason: "restore it to a point in time" }],
  "0035": [5, "parameters", "cannot start with its parameters"],
  "0036": [5, "network", "is in an incompatible network"],
  "0278": [3, "creation", "could not be created"],
  "0079": [2, "enhanced-monitoring", "lost enhanced monitoring", { reason: "its role lacks the permission" }],
  "0080": [2, "enhanced-monitoring", "could not set up enhanced monitoring"],
  "0086": [2, "option-group", "could not take its option group"],
  "0165": [3, "support-perimeter", "is outside RDS Custom's support perimeter"],
  // Configuration, backup and maintenance
  "0016": [2, "master-password", "had its master password reset"],
  "0067": [3, "master-password", "could not have its master password reset"],
  "0028": [3, "automated-backup", "had its automated backups turned off"],
  "0001": [1, "backup", "started a backup"],
  "0002": [1, "backup", "finished a backup"],
  "0005": [1, "created", "was created"],
  "0026": [3, "patching", "is down for offline patching"],
  "0047": [1, "patched", "was patched"],
  "0173": [1, "patched", "was patched"],
  "0155": [1, "minor-upgrade", "has a minor version upgrade available"],
  "0158": [2, "upgrade-refused", "is in a state that cannot be upgraded"],
  "0188": [3, "upgrade-refused", "is in a state that cannot be upgraded"],
  "0195": [3, "time-zone", "could not update its time zone file"],
  "0230": [2, "os-update", "has an operating system update available"],
  "0266": [3, "upgrade", "is down for an engine upgrade"],
  "0270": [3, "upgrade-failed", "failed to upgrade its engine", { context: "and was rolled back" }],
  "0286": [2, "upgrade", "started an engine upgrade"],
  "0288": [2, "os-upgrade", "is about to upgrade its operating system"],
  // Read replicas
  "0045": [4, "replication", "stopped replicating"],
  "0057": [4, "replication", "ended its replication stream"],
  "0062": [2, "replication", "had its replication stopped by hand"],
  "0202": [3, "replica-creation", "could not create a read replica"],
  // Snapshots
  "0040": [1, "snapshot", "is being taken by hand"],
  "0042": [1, "snapshot", "was taken by hand"],
  "0074": [1, "snapshot", "is being taken by hand"],
  "0075": [1, "snapshot", "was taken by hand"],
  "0090": [1, "snapshot", "is being taken"],
  "0091": [1, "snapshot", "was taken"],
  "0168": [1, "snapshot", "is being taken"],
  "0169": [1, "snapshot", "was taken"],
  "0041": [2, "deleted", "was deleted by hand"],
  "0159": [3, "export", "could not be exported"],
  "0162": [3, "export", "could not be exported"],
  // Proxies
  "0243": [4, "addresses", "has run out of IP addresses"],
  "0275": [3, "throttled", "is throttling connections"],
  // Blue/green deployments
  "0245": [3, "creation", "could not be created"],
  "0247": [2, "switchover", "started to switch over"],
  "0250": [2, "switchover", "started to switch over"],
  "0259": [2, "switchover", "started to switch over"],
  "0249": [3, "switchover", "cancelled its switchover"],
  "0252": [3, "switchover", "cancelled its switchover"],
  "0261": [3, "switchover", "cancelled its switchover"],
};

/** The kinds of condition that an event ends, and the outcome of its sentence. An event can also be a problem itself. */
export const rdsRecoveries: Readonly<Record<string, readonly [kinds: readonly string[], outcome: string]>> = {
  "0006": [["running"], "was restarted"],
  "0088": [["running"], "was started"],
  // A stopped instance cannot grow, so that one that is shut down and grows was full.
  "0017": [["storage", "running"], "has more storage"],
  "0218": [["storage", "running"], "finished scaling its storage"],
  "0015": [["failover"], "finished its failover to the standby"],
  "0049": [["failover"], "finished its Multi-AZ failover"],
  "0065": [["failover"], "recovered from a partial failover"],
  "0051": [["multi-az"], "finished its Multi-AZ activation"],
  "0053": [["multi-az"], "finished its Multi-AZ recovery"],
  "0021": [["recovery"], "finished recovery"],
  "0071": [["failover"], "finished its failover"],
  "0184": [["global-sync"], "was promoted to primary of its global cluster"],
  "0185": [["global-failover", "global-sync"], "finished the global failover"],
  "0186": [["global-failover"], "cancelled the global failover"],
  "0166": [["support-perimeter"], "is inside RDS Custom's support perimeter again"],
  "0032": [["automated-backup"], "had its automated backups turned on"],
  "0027": [["patching"], "finished offline patching"],
  "0268": [["upgrade"], "finished its engine upgrade"],
  "0270": [["upgrade"], "ended its engine upgrade"],
  "0176": [["upgrade"], "was upgraded to another major version"],
  "0290": [["upgrade"], "was patched"],
  "0289": [["os-upgrade"], "finished its operating system upgrade"],
  "0046": [["replication"], "is replicating again"],
  "0161": [["export"], "was exported"],
  "0164": [["export"], "was exported"],
  "0248": [["switchover"], "finished its switchover"],
  "0251": [["switchover"], "finished its switchover"],
  "0260": [["switchover"], "finished its switchover"],
};

/** The severities at which the listed events raise a kind of condition. */
export const rdsGradesOfKind = (kind: string): Grades =>
  Object.fromEntries(
    Object.values(rdsProblems)
      .filter(([severity, of]) => of === kind && severity > 1)
      .map(([severity, , outcome]) => [severity, outcome]),
  );

/** For an event without an id, or with one that is not listed: by category; any other category is 1. */
export const rdsCategories: Readonly<Record<string, readonly [ProblemSeverity, outcome: string]>> = {
  failure: [4, "reports a failure"],
  "low storage": [4, "is low on storage"],
  availability: [3, "reports an availability change"],
  failover: [3, "reports a step of a failover"],
  "global failover": [3, "reports a step of a global failover"],
  recovery: [2, "reports a step of its recovery"],
  "read replica": [2, "reports a replication change"],
  deletion: [2, "reports a deletion"],
  security: [2, "reports a security change"],
  "security patching": [2, "has a security patch to take"],
  maintenance: [1, "reports maintenance"],
  notification: [1, "sent a notification"],
  "configuration change": [1, "reports a change of its configuration"],
  backup: [1, "reports a backup"],
  creation: [1, "reports a creation"],
};
