/**
 * When a finding of one file is worth a message. A file covers five minutes of one flow log or less: AWS may split them
 * over several files. docs/vpc-logs.md has the reasons.
 */
export const thresholds = {
  /** Maximum of packets of a connection attempt: opening and closing a TCP connection needs three. */
  probePackets: 2,
  /** Different ports of one host that a source tries: port scan. */
  scannedPorts: 30,
  /** Different hosts that a source tries one port of: sweep. */
  sweptHosts: 50,
  /** Packets of a private source that a host's port refuses: retries send so many in 3 seconds. */
  refusedPackets: 3,
  /** Flows from the internet that an interface refuses. */
  rejectBurst: 500,
  /** SKIPDATA records of one interface that make it a repeated loss. */
  repeatedSkips: 3,
  /** Different names under one registered domain that a source looks up, for tunnelling. */
  tunnelNames: 100,
  /** Mean length of the names before the registered domain, for tunnelling. */
  tunnelLength: 30,
  /** Alternatively the share of TXT and NULL queries, for tunnelling. */
  tunnelTxtShare: 0.5,
  /** Lookups of public names that do not exist by one source. */
  nxdomains: 300,
  /** Messages for one kind of finding in one file; one more counts the rest. */
  messages: 20,
  /** Ports and addresses named in a text. */
  examples: 5,
} as const;

/** The distinct keys that a file's findings count. Beyond them, counts are lower bounds, which a notice states. */
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
