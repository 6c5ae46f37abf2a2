import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import { sentenceOf } from "../../src/sentence.ts";
import { limits, readLog, thresholds } from "../../src/vpclogs/index.ts";
import { query } from "./queries.ts";
import { type Flow, flow, stream, times, v2, v5 } from "./streams.ts";

const read = (kind: "flow" | "dns", text: string) =>
  readLog({ kind, id: "log-1", name: "s3://logs/a.log.gz", bucket: "logs" }, async () => stream(text));
const shown = (notice: Notice) => {
  const { severity, node, condition } = notice;
  return { severity, node, summary: sentenceOf(notice), condition };
};
const flowNotices = async (flows: readonly Flow[]): Promise<unknown[]> =>
  (await read("flow", [v2, ...flows.map(flow)].join("\n"))).notices.map(shown);
const dnsNotices = async (queries: readonly unknown[]): Promise<unknown[]> =>
  (await read("dns", queries.map((one) => JSON.stringify(one)).join("\n"))).notices.map(shown);

describe("findings of a flow log", () => {
  test("port scan from inside, without a message for each refused attempt", async () => {
    const tried = times(
      40,
      (at): Flow => ({
        from: "10.0.0.9",
        to: "10.0.0.20",
        ports: [51_000, at + 1],
        action: at % 2 ? "REJECT" : "ACCEPT",
      }),
    );
    expect(await flowNotices([...tried, ...tried])).toStrictEqual([
      {
        severity: 3,
        node: "10.0.0.9",
        summary: "Host 10.0.0.9 scans ports of 10.0.0.20: 1, 2, 3, 4, 5 and 35 more",
        condition: "vpc-flow:port-scan:-:10.0.0.9",
      },
    ]);
  });

  test("a port scan's condition has the VPC if the format does, and flags identify tries of high ports", async () => {
    const lines = times(
      thresholds.scannedPorts,
      (at) =>
        `5 123456789012 eni-0a 10.0.0.9 10.0.0.20 51000 ${8000 + at} 6 1 44 0 1 ACCEPT OK vpc-7 - - 2 IPv4 - - - - - - - - - -`,
    );
    const { notices } = await read("flow", [v5, ...lines].join("\n"));
    expect(notices.map(({ condition }) => condition)).toStrictEqual(["vpc-flow:port-scan:vpc-7:10.0.0.9"]);
  });

  test("sweep from inside", async () => {
    const tried = times(60, (at): Flow => ({ from: "10.0.0.9", to: `10.0.1.${at}`, ports: [51_000, 445] }));
    expect(await flowNotices(tried)).toStrictEqual([
      {
        severity: 4,
        node: "10.0.0.9",
        summary:
          "Host 10.0.0.9 sweeps many hosts on port 445: 10.0.1.0, 10.0.1.1, 10.0.1.2, 10.0.1.3, 10.0.1.4 and 55 more",
        condition: "vpc-flow:sweep:10.0.0.9:445",
      },
    ]);
  });

  test.each([
    ["web server to browsers", 443, (at: number) => 32_768 + at * 7],
    ["server to a NAT gateway's ports", 8080, (at: number) => 1024 + at * 15],
    ["server on a high port to a NAT gateway", 50_051, (at: number) => 1024 + at * 15],
    ["NFS server to reserved ports", 2049, (at: number) => 600 + (at % 400)],
    ["name server", 53, (at: number) => 20_000 + at],
  ])("the replies of a %s are not a scan", async (_, server, client) => {
    for (const packets of [1, 2, 9]) {
      const replies = times(
        2000,
        (at): Flow => ({
          from: "10.0.0.1",
          to: `10.0.${at % 90}.7`,
          ports: [server, client(at)],
          protocol: server === 53 ? 17 : 6,
          packets,
        }),
      );
      const toOne = replies.map((reply) => ({ ...reply, to: "10.0.0.2" }));
      expect(await flowNotices([...replies, ...toOne])).toStrictEqual([]);
    }
  });

  test("complete connections to many hosts and ports are not a scan: health checks, monitoring, web clients", async () => {
    const checks = times(
      500,
      (at): Flow => ({ from: "10.0.0.1", to: `10.0.1.${at % 250}`, ports: [40_000 + at, 80], packets: 4 }),
    );
    const web = times(500, (at): Flow => ({ from: "10.0.0.1", to: `52.0.1.${at % 250}`, ports: [40_000 + at, 443] }));
    expect(await flowNotices([...checks, ...web])).toStrictEqual([]);
  });

  test("sensitive ports open to the internet, with a severity by port", async () => {
    const flows: Flow[] = [
      { from: "203.0.113.5", to: "10.0.0.4", ports: [40_001, 22], packets: 12 },
      { from: "203.0.113.5", to: "10.0.0.4", ports: [40_002, 22], packets: 12 },
      { from: "198.51.100.7", to: "10.0.0.4", ports: [2000, 22] },
      { id: "eni-0b", from: "203.0.113.5", to: "10.0.0.5", ports: [40_001, 5432] },
      { id: "eni-0c", from: "203.0.113.5", to: "10.0.0.5", ports: [443, 5432] },
      { id: "eni-0c", from: "203.0.113.5", to: "10.0.0.5", ports: [40_001, 443] },
      { id: "eni-0c", from: "10.0.0.9", to: "10.0.0.5", ports: [40_001, 22] },
    ];
    expect(await flowNotices(flows)).toStrictEqual([
      {
        severity: 3,
        node: "eni-0a",
        summary:
          "Interface eni-0a lets the internet reach SSH: port 22, 3 flows from 203.0.113.5 (2), 198.51.100.7 (1)",
        condition: "vpc-flow:open-port:eni-0a:22",
      },
      {
        severity: 4,
        node: "eni-0b",
        summary: "Interface eni-0b lets the internet reach PostgreSQL: port 5432, 1 flow from 203.0.113.5 (1)",
        condition: "vpc-flow:open-port:eni-0b:5432",
      },
    ]);
  });

  test("EC2 Instance Connect is trusted; IPv6 counts if the direction is known", async () => {
    const line = (source: string, service: string, direction: string) =>
      `5 123456789012 eni-0a ${source} 2600:1f18::5 51000 22 6 9 900 0 1 ACCEPT OK - - - 3 IPv6 - - - - - - ${service} - ${direction} -`;
    const lines = [
      line("2001:db8::1", "EC2_INSTANCE_CONNECT", "ingress"),
      line("2001:db8::2", "-", "egress"),
      line("2001:db8::3", "-", "ingress"),
    ];
    const { notices } = await read("flow", [v5, ...lines].join("\n"));
    expect(notices.map(sentenceOf)).toStrictEqual([
      "Interface eni-0a lets the internet reach SSH: port 22, 1 flow from 2001:db8::3 (1)",
    ]);
  });

  test("refusals inside, but not of stray packets, late replies or broadcasts", async () => {
    const flows: Flow[] = [
      ...times(3, (): Flow => ({ from: "10.0.0.9", to: "10.0.0.4", ports: [40_000, 5432], action: "REJECT" })),
      { from: "10.0.0.9", to: "8.8.8.8", ports: [40_000, 123], protocol: 17, packets: 3, action: "REJECT" },
      { from: "10.0.0.9", to: "10.0.0.5", ports: [40_000, 5432], packets: 2, action: "REJECT" },
      { from: "10.0.0.4", to: "10.0.0.9", ports: [5432, 40_000], action: "REJECT" },
      { from: "10.0.0.4", to: "255.255.255.255", ports: [5000, 137], protocol: 17, action: "REJECT" },
      { from: "10.0.0.4", to: "10.0.0.9", ports: [0, 0], protocol: 1, action: "REJECT" },
    ];
    const why = "rejected by a security group or network ACL";
    expect(await flowNotices(flows)).toStrictEqual([
      {
        severity: 3,
        node: "10.0.0.9",
        summary: `Host 10.0.0.9 is refused at 10.0.0.4 on TCP port 5432: 3 packets ${why}`,
        condition: "vpc-flow:refused:10.0.0.9:10.0.0.4:5432/tcp",
      },
      {
        severity: 3,
        node: "10.0.0.9",
        summary: `Host 10.0.0.9 is refused at 8.8.8.8 on UDP port 123: 3 packets ${why}`,
        condition: "vpc-flow:refused:10.0.0.9:8.8.8.8:123/udp",
      },
    ]);
  });

  test("a burst of refusals from the internet: one message for each interface, no sources in the condition", async () => {
    const burst = times(
      thresholds.rejectBurst,
      (at): Flow => ({
        from: at % 5 === 0 ? "203.0.113.5" : `198.51.${at % 100}.7`,
        to: "10.0.0.4",
        ports: [40_000, at],
        action: "REJECT",
      }),
    );
    expect(await flowNotices(burst.slice(1))).toStrictEqual([]);
    expect(await flowNotices(burst)).toStrictEqual([
      {
        severity: 1,
        node: "eni-0a",
        summary: expect.stringMatching(
          /^Interface eni-0a refuses a burst of traffic from the internet: 500 flows from 203\.0\.113\.5 \(100\), /,
        ),
        condition: "vpc-flow:reject-burst:eni-0a",
      },
    ]);
  });

  test("DNS past the resolver", async () => {
    const flows: Flow[] = [
      { from: "10.0.0.9", to: "8.8.8.8", ports: [40_000, 53], protocol: 17 },
      { from: "10.0.0.9", to: "1.1.1.1", ports: [40_000, 853] },
      { from: "10.0.0.9", to: "1.1.1.1", ports: [40_001, 853] },
      { from: "10.0.0.9", to: "10.0.0.2", ports: [40_000, 53], protocol: 17 },
      { from: "10.0.0.9", to: "169.254.169.253", ports: [40_000, 53], protocol: 17 },
    ];
    expect(await flowNotices(flows)).toStrictEqual([
      {
        severity: 3,
        node: "eni-0a",
        summary: "Interface eni-0a bypasses the DNS resolver of the VPC: 3 flows to 1.1.1.1 (2), 8.8.8.8 (1)",
        condition: "vpc-flow:dns-bypass:eni-0a",
      },
    ]);
  });

  test("lost records, more severe when repeated; NODATA is no finding", async () => {
    const gap = (id: string, status: string) => `2 123456789012 ${id} - - - - - - - 0 1 - ${status}`;
    const lines = [gap("eni-0a", "SKIPDATA"), ...times(3, () => gap("eni-0b", "SKIPDATA")), gap("eni-0c", "NODATA")];
    const { notices, stats } = await read("flow", [v2, ...lines].join("\n"));
    expect(notices.map(({ severity, node }) => [severity, node])).toStrictEqual([
      [2, "eni-0b"],
      [1, "eni-0a"],
    ]);
    expect(stats).toMatchObject({ noData: 1, skipData: 4, records: 5 });
  });

  test("a limited number of messages of a kind; one more counts the rest", async () => {
    const refused = times(
      50,
      (at): Flow => ({ from: `10.0.2.${at}`, to: "10.0.0.4", ports: [40_000, 3389], packets: 3, action: "REJECT" }),
    );
    const notices = await flowNotices(refused);
    expect(notices).toHaveLength(thresholds.messages + 1);
    expect(notices.at(-1)).toStrictEqual({
      severity: 3,
      node: "log-1",
      summary: "Flow log log-1 has 30 more refused connections inside than are listed",
      condition: "vpc-log:more:log-1:refused connections inside",
    });
  });

  test("missing columns are stated, and other findings are still made", async () => {
    const { notices, stats } = await read("flow", "interface-id dstport log-status\neni-1 22 OK\neni-1 - SKIPDATA");
    expect(notices.map(({ condition }) => condition)).toStrictEqual(["vpc-flow:skipdata:eni-1"]);
    expect(stats.notLookedFor["open port"]).toStrictEqual(["srcaddr", "dstaddr", "srcport", "protocol", "action"]);
    expect(stats.notLookedFor["lost records"]).toBeUndefined();
  });

  test("Transit Gateway: scans are found, lost records are the attachment's", async () => {
    const header = "tgw-attachment-id srcaddr dstaddr srcport dstport protocol packets start end log-status";
    const lines = times(60, (at) => `tgw-attach-1 10.0.0.9 10.9.0.${at} 50000 22 6 1 0 1 OK`);
    const { notices, stats } = await read(
      "flow",
      [header, ...lines, "tgw-attach-1 - - - - - - 0 1 SKIPDATA"].join("\n"),
    );
    expect(notices.map(({ condition }) => condition)).toStrictEqual([
      "vpc-flow:sweep:10.0.0.9:22",
      "vpc-flow:skipdata:tgw-attach-1",
    ]);
    expect(stats.gateway).toBe(61);
  });

  test("a limit of distinct keys that is reached is stated, in bounded memory", async () => {
    async function* flood() {
      yield Buffer.from(`${v2}\n`);
      for (let source = 0; source < limits.probes + 70_000; source += 1000) {
        yield Buffer.from(
          times(1000, (at) => {
            const host = source + at;
            return `${flow({ from: `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, to: "10.255.0.1", ports: [40_000, 22], packets: 3, action: "REJECT" })}\n`;
          }).join(""),
        );
      }
    }
    const log = { kind: "flow", id: "log-1", name: "f", bucket: "logs" } as const;
    const { notices, stats } = await readLog(log, async () => flood());
    expect(stats.limits).toStrictEqual(["tried ports", "tried hosts", "refused connections"]);
    expect(notices.at(-1)).toMatchObject({ severity: 1, condition: "vpc-log:limits:log-1" });
    expect(notices).toHaveLength(thresholds.messages + 2);
  });
});

describe("findings of a Resolver query log", () => {
  test("DNS Firewall, with a severity by its action", async () => {
    const group = { firewall_rule_group_id: "rslvr-frg-1" };
    const queries = [
      query({ query_name: "a.bad.co.uk.", ...group, firewall_rule_action: "BLOCK" }),
      query({ query_name: "b.bad.co.uk.", ...group, firewall_rule_action: "BLOCK" }),
      query({ query_name: "odd.example.org.", ...group, firewall_rule_action: "ALERT", srcids: {} }),
      query({
        query_name: "x.evil.net.",
        ...group,
        firewall_rule_action: "ALERT",
        firewall_protection: "DNS_TUNNELING",
      }),
      query({ query_name: "good.example.net.", ...group, firewall_rule_action: "ALLOW" }),
    ];
    expect(await dnsNotices(queries)).toStrictEqual([
      {
        severity: 3,
        node: "i-0a",
        summary: "DNS Firewall blocked a lookup by host i-0a: a.bad.co.uk (1), b.bad.co.uk (1)",
        condition: "vpc-dns:firewall:i-0a:rslvr-frg-1:bad.co.uk",
      },
      {
        severity: 2,
        node: "10.0.0.5",
        summary: "DNS Firewall warned of a lookup by host 10.0.0.5: odd.example.org (1)",
        condition: "vpc-dns:firewall:10.0.0.5:rslvr-frg-1:example.org",
      },
      {
        severity: 4,
        node: "i-0a",
        summary: "DNS Firewall warned of DNS tunneling by host i-0a: x.evil.net (1)",
        condition: "vpc-dns:firewall:i-0a:rslvr-frg-1:evil.net",
      },
    ]);
  });

  test("mining pools by whole labels, whatever the case", async () => {
    const names = ["XMR-eu1.NanoPool.org.", "nanopool.org", "notnanopool.org.", "nanopool.org.example.com."];
    expect(await dnsNotices(names.map((query_name) => query({ query_name })))).toStrictEqual([
      {
        severity: 4,
        node: "i-0a",
        summary: "Host i-0a looks up crypto-mining pools: xmr-eu1.nanopool.org (1), nanopool.org (1)",
        condition: "vpc-dns:mining:i-0a",
      },
    ]);
  });

  test("public names with the address of instance metadata", async () => {
    const answers = [{ Rdata: "169.254.169.254", Type: "A", Class: "IN" }];
    const names = ["rebind.example.net.", "instance-data.ec2.internal."];
    expect(await dnsNotices(names.map((query_name) => query({ query_name, answers })))).toStrictEqual([
      {
        severity: 4,
        node: "i-0a",
        summary: "Host i-0a is led to instance metadata by DNS rebinding: rebind.example.net (1)",
        condition: "vpc-dns:rebinding:i-0a:rebind.example.net",
      },
    ]);
  });

  test("tunnelling by long one-time names or by TXT; not many names of AWS or a CDN", async () => {
    const label = (at: number) => `${at}`.padStart(40, "abcdef0123456789");
    const long = times(150, (at) => query({ query_name: `${label(at)}.t.example.net.`, srcids: {} }));
    const texts = times(120, (at) => query({ query_name: `${at}.short.example.org.`, query_type: "TXT" }));
    const aws = times(300, (at) => query({ query_name: `${label(at)}.s3.amazonaws.com.` }));
    const web = times(300, (at) => query({ query_name: `img${at}.cdn.example.com.` }));
    const notices = await dnsNotices([...long, ...texts, ...aws, ...web]);
    expect(notices).toStrictEqual([
      {
        severity: 4,
        node: "10.0.0.5",
        summary:
          "Host 10.0.0.5 may tunnel data over DNS below example.net: 150 one-time names, 42 characters long on average, 0 of 150 queries for TXT or NULL",
        condition: "vpc-dns:tunnel:10.0.0.5:example.net",
      },
      expect.objectContaining({ condition: "vpc-dns:tunnel:i-0a:example.org" }),
    ]);
  });

  test("a flood of NXDOMAIN, but not for names of a search list", async () => {
    const gone = times(thresholds.nxdomains, (at) =>
      query({ query_name: `x${at % 9}.dga${at}.com.`, rcode: "NXDOMAIN" }),
    );
    const search = times(900, () => query({ query_name: "api.svc.cluster.local.", rcode: "NXDOMAIN", srcids: {} }));
    expect(await dnsNotices([...gone, ...search])).toStrictEqual([
      {
        severity: 2,
        node: "i-0a",
        summary: expect.stringMatching(/^Host i-0a looks up many missing names \(NXDOMAIN\): dga0\.com \(1\), /),
        condition: "vpc-dns:nxdomain:i-0a",
      },
    ]);
    expect(await dnsNotices(gone.slice(1))).toStrictEqual([]);
  });

  test("a limit of sources that is reached is stated, in bounded memory", async () => {
    async function* flood() {
      for (let at = 0; at < limits.dnsSources + 10; at += 1) {
        yield Buffer.from(`${JSON.stringify(query({ query_name: `a.d${at}.com.`, srcids: {} }))}\n`);
      }
    }
    const { stats } = await readLog({ kind: "dns", id: "vpc-1", name: "f", bucket: "b" }, async () => flood());
    expect(stats.limits).toStrictEqual(["DNS sources"]);
  });
});
