import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  duckType,
  type LocalAthena,
  openAthena,
  partitionsOf,
  type ResultRow,
  readCatalog,
} from "../src/local/athena.ts";
import { deployedResources, readParameters, root } from "../src/local/template.ts";
import { type ColumnKind, columnsByName } from "../src/vpclogs/columns.ts";
import { flowRecords } from "../src/vpclogs/flow.ts";
import { logKey } from "../src/vpclogs/keys.ts";
import { dnsRecordSchema } from "../src/vpclogs/records.ts";

const today = "2026-11-20";
const web = "10.0.12.34";
const database = "10.0.20.15";
const client = "198.51.100.23";
const scanner = "203.0.113.77";
const vpc = "vpc-0a1b2c3d4e5f60718";
const values = {
  LogsBucket: "harbour-logs",
  LogsPath: "network/AWSLogs/o-harbour01",
  Accounts: "111122223333,444455556666",
  Vpcs: vpc,
};

const schemaColumns = [...columnsByName.values()].filter(({ of }) => of === "schema");
const header = schemaColumns.map(({ aws }) => aws);
const defaultHeader = header.slice(0, 14);
const seconds = (time: string) => String(Date.parse(`${time}Z`) / 1000);

/** A line's fields by AWS's names, with defaults. */
function flow(start: string, fields: Record<string, string>): Record<string, string> {
  const startSeconds = seconds(start);
  return {
    version: "5",
    "account-id": "111122223333",
    "interface-id": "eni-0c1d2e3f40516273a",
    srcaddr: client,
    dstaddr: web,
    srcport: "49152",
    dstport: "443",
    protocol: "6",
    packets: "10",
    bytes: "5200",
    start: startSeconds,
    end: String(Number(startSeconds) + 60),
    action: "ACCEPT",
    "log-status": "OK",
    "vpc-id": vpc,
    "subnet-id": "subnet-0d1e2f30415263748",
    "instance-id": "i-0f1e2d3c4b5a69788",
    "tcp-flags": "3",
    type: "IPv4",
    "pkt-srcaddr": fields.srcaddr ?? client,
    "pkt-dstaddr": fields.dstaddr ?? web,
    region: "eu-west-1",
    "az-id": "euw1-az2",
    "flow-direction": "ingress",
    ...fields,
  };
}

const emptyIfIdle = [
  "srcaddr",
  "dstaddr",
  "srcport",
  "dstport",
  "protocol",
  "packets",
  "bytes",
  "action",
  "instance-id",
];
const databaseInterface = { "interface-id": "eni-0e9f8a7b6c5d4e3f2", "instance-id": "i-0a9b8c7d6e5f40312" };
const toDatabase = { srcaddr: web, dstaddr: database, srcport: "51500", dstport: "5432" };

/** Flow logs by key, in AWS's layouts: by day, by hour, and from another account. */
const flowFiles: { key: string; header: string[]; lines: Record<string, string>[] }[] = [
  {
    key: flowKey("111122223333", "eu-west-1", "2026/11/19/"),
    header,
    lines: [
      flow("2026-11-19T08:00:00", { packets: "42", bytes: "18400" }),
      flow("2026-11-19T08:00:00", {
        srcaddr: web,
        dstaddr: client,
        srcport: "443",
        dstport: "49152",
        packets: "1810",
        bytes: "2450000",
        "flow-direction": "egress",
        "traffic-path": "8",
      }),
      flow("2026-11-19T08:00:10", {
        ...toDatabase,
        packets: "300",
        bytes: "90000",
        "flow-direction": "egress",
        "traffic-path": "1",
      }),
      flow("2026-11-19T08:00:10", { ...databaseInterface, ...toDatabase, packets: "298", bytes: "89400" }),
      flow("2026-11-19T23:10:00", { srcaddr: scanner, dstport: "22", packets: "3", bytes: "180", action: "REJECT" }),
    ],
  },
  {
    key: flowKey("111122223333", "eu-west-1", "2026/11/20/02/"),
    header,
    lines: [
      flow("2026-11-20T02:15:00", { srcaddr: scanner, dstport: "22", packets: "4", bytes: "240", action: "REJECT" }),
      flow("2026-11-20T02:15:30", { srcaddr: scanner, dstport: "3389", packets: "2", bytes: "120", action: "REJECT" }),
      flow("2026-11-20T02:16:00", {
        ...Object.fromEntries(emptyIfIdle.map((name) => [name, "-"])),
        "interface-id": "eni-0b1c2d3e4f5061728",
        "log-status": "NODATA",
      }),
    ],
  },
  {
    key: flowKey("444455556666", "eu-west-1", "2026/11/20/"),
    header: defaultHeader,
    lines: [
      flow("2026-11-20T04:00:00", {
        version: "2",
        "account-id": "444455556666",
        "interface-id": "eni-04d5e6f708192a3b4",
        srcaddr: "172.16.4.9",
        dstaddr: "172.16.8.2",
        dstport: "2049",
        packets: "640",
        bytes: "910000",
      }),
    ],
  },
  {
    key: flowKey("111122223333", "eu-west-1", "2026/10/02/"),
    header,
    lines: [flow("2026-10-02T12:00:00", { packets: "9", bytes: "99999999999" })],
  },
  {
    key: flowKey("111122223333", "us-east-1", "2026/11/20/"),
    header,
    lines: [flow("2026-11-20T05:00:00", { region: "us-east-1", bytes: "88888888888" })],
  },
];

function flowKey(account: string, region: string, folder: string): string {
  const name = `${account}_vpcflowlogs_${region}_fl-0123456789abcdef0_20261120T0000Z_5a6b7c8d.log.gz`;
  return `${values.LogsPath}/${account}/vpcflowlogs/${region}/${folder}${name}`;
}

function query(time: string, name: string, fields: Record<string, unknown> = {}): object {
  return {
    version: "1.100000",
    account_id: "111122223333",
    region: "eu-west-1",
    vpc_id: vpc,
    query_timestamp: `${time}Z`,
    query_name: name,
    query_type: "A",
    query_class: "IN",
    rcode: "NOERROR",
    answers: [{ Rdata: "192.0.2.10", Type: "A", Class: "IN" }],
    srcaddr: web,
    srcport: "41000",
    transport: "UDP",
    srcids: { instance: "i-0f1e2d3c4b5a69788" },
    ...fields,
  };
}

const firewall = { firewall_rule_group_id: "rslvr-frg-0a1b2c3d4e5f6071", firewall_rule_action: "BLOCK" };
const blocked = { ...firewall, answers: [], rcode: "NXDOMAIN", firewall_domain_list_id: "rslvr-fdl-0f1e2d3c4b5a6978" };
const dnsFiles: Record<string, (object | string)[]> = {
  [dnsKey("2026/11/19")]: [
    query("2026-11-19T07:59:58", "api.example.com."),
    query("2026-11-19T09:00:00", "API.Example.COM.", { query_type: "AAAA", answers: [] }),
    query("2026-11-19T11:30:00", "badexample.com."),
    '{"version": "1.100000", "account_id": ',
    query("2026-11-19T12:00:00", "example.com.", {
      srcaddr: "192.168.8.20",
      srcids: { resolver_endpoint: "rslvr-in-0a1b2c3d4e5f60718", resolver_network_interface: "rni-0f1e2d3c4b5a69788" },
    }),
  ],
  [dnsKey("2026/11/20")]: [
    query("2026-11-20T02:17:00", "api.example.com.", {
      answers: [
        { Rdata: "edge.example.net.", Type: "CNAME", Class: "IN" },
        { Rdata: "192.0.2.44", Type: "A", Class: "IN" },
      ],
    }),
    query("2026-11-20T02:18:00", "pay.skimmer.example.", blocked),
    query("2026-11-20T02:18:05", "pay.skimmer.example.", blocked),
    query("2026-11-20T03:00:00", "xk2vq9zt7b.example.org.", {
      ...firewall,
      firewall_rule_action: "ALERT",
      firewall_protection: "DGA",
      srcaddr: database,
      srcids: {},
    }),
  ],
};

function dnsKey(day: string): string {
  const name = `${vpc}_vpcdnsquerylogs_111122223333_20261120T0000Z_9a8b7c6d.log.gz`;
  return `${values.LogsPath}/111122223333/vpcdnsquerylogs/${vpc}/${day}/${name}`;
}

const scratch = mkdtempSync(path.join(tmpdir(), "athena-test-"));
const textFolder = path.join(scratch, "text");
const parquetFolder = path.join(scratch, "parquet");

function createFile(folder: string, key: string): string {
  expect(logKey(key), key).toBeDefined();
  const file = path.join(folder, values.LogsBucket, key);
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

const logText = (names: string[], lines: Record<string, string>[]): string =>
  [names, ...lines.map((line) => names.map((name) => line[name] ?? "-"))]
    .map((words) => `${words.join(" ")}\n`)
    .join("");

/** AWS's Parquet: names with underscores, integers of 32 and 64 bits, null instead of a dash. */
function parquetColumns(names: string[], lines: Record<string, string>[]) {
  const long = new Set(["packets", "bytes", "start", "end"]);
  return names.map((name) => {
    const kind = columnsByName.get(name)?.kind ?? "text";
    const type = long.has(name) ? "INT64" : glueTypes[kind] === "string" ? "STRING" : "INT32";
    const data = lines.map((line) => {
      const value = line[name] ?? "-";
      if (value === "-") return null;
      return type === "STRING" ? value : type === "INT64" ? BigInt(value) : Number(value);
    });
    return { name: name.replaceAll("-", "_"), data, type } as const;
  });
}

/** The Glue types of the schema. Times are bigint, since no SerDe reads seconds since 1970 as a timestamp. */
const glueTypes: Record<ColumnKind, string> = {
  text: "string",
  account: "string",
  action: "string",
  status: "string",
  integer: "bigint",
  port: "bigint",
  time: "bigint",
  loose: "bigint",
};

const catalog = (format: "text" | "parquet") => readCatalog({ ...values, FlowLogsFormat: format });
let athena: LocalAthena;
let parquetAthena: LocalAthena;

beforeAll(async () => {
  for (const { key, header: names, lines } of flowFiles) {
    writeFileSync(createFile(textFolder, key), gzipSync(logText(names, lines)));
    const parquetKey = key.replace(/\.log\.gz$/, ".log.parquet");
    parquetWriteFile({ filename: createFile(parquetFolder, parquetKey), columnData: parquetColumns(names, lines) });
  }
  for (const [key, lines] of Object.entries(dnsFiles)) {
    const text = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
    for (const folder of [textFolder, parquetFolder]) writeFileSync(createFile(folder, key), gzipSync(text));
  }
  athena = await openAthena(catalog("text").tables, textFolder, today);
  parquetAthena = await openAthena(catalog("parquet").tables, parquetFolder, today);
});

afterAll(() => {
  athena?.close();
  parquetAthena?.close();
  rmSync(scratch, { recursive: true });
});

/** The parameters of the saved queries, by name. */
const queryParameters: Record<string, string[]> = {
  "Rejects to a host": [web],
  "Who resolved a domain": ["Example.com"],
  "A host's timeline": [web],
};

const run = (name: string, engine = athena): Promise<ResultRow[]> => {
  const saved = catalog("text").queries.find((each) => each.name === name);
  return engine.query(saved?.sql ?? name, queryParameters[name]);
};

describe("the template", () => {
  test("creates only the flow logs' table without a VPC", () => {
    const { tables, queries } = readCatalog({ LogsBucket: "harbour-logs" });
    expect(tables.map(({ name }) => name)).toEqual(["vpcflow"]);
    expect(queries.map(({ name }) => name)).toEqual(["Top talkers", "Rejects to a host", "Bytes by interface"]);
    expect(tables[0]?.parameters).toMatchObject({
      "storage.location.template": `s3://harbour-logs/AWSLogs/\${log_account}/vpcflowlogs/\${log_region}/\${day}/`,
      "projection.log_account.values": "111122223333",
      "projection.log_region.values": "eu-west-1",
    });
  });

  test("puts the path into both tables' locations, and projects each partition", () => {
    const { tables, queries } = catalog("parquet");
    expect(queries).toHaveLength(6);
    expect(tables.map(({ parameters }) => parameters["storage.location.template"])).toEqual([
      `s3://harbour-logs/network/AWSLogs/o-harbour01/\${log_account}/vpcflowlogs/\${log_region}/\${day}/`,
      `s3://harbour-logs/network/AWSLogs/o-harbour01/\${log_account}/vpcdnsquerylogs/\${log_vpc}/\${day}/`,
    ]);
    for (const { partitions, parameters, columns } of tables) {
      for (const { name } of partitions) {
        expect(parameters[`projection.${name}.type`]).toMatch(/^(enum|date)$/);
        expect(columns.map((column) => column.name)).not.toContain(name);
      }
    }
  });

  test("limits the bytes that a query may read, by a parameter", () => {
    const group = deployedResources("athena.yaml", { ...values, ScanLimit: "7" }).VpcLogsWorkGroup;
    expect(group?.Properties.WorkGroupConfiguration).toMatchObject({
      BytesScannedCutoffPerQuery: "7000000000",
      EnforceWorkGroupConfiguration: true,
    });
  });

  test("accepts the parameters of bucket layouts, and no value that breaks a list or a path", () => {
    const parameters = readParameters("athena.yaml");
    const accepts = (name: string, value: string) => new RegExp(parameters[name]?.AllowedPattern ?? "$^").test(value);
    for (const path of ["AWSLogs", "AWSLogs/o-abcdefghij", "a/b c/AWSLogs", "/AWSLogs", "AWSLogs/", "x/AWSLogs/o-a1"])
      expect([path, accepts("LogsPath", path)]).toEqual([path, !/ |^\/|\/$/.test(path)]);
    expect(accepts("Accounts", values.Accounts)).toBe(true);
    expect(accepts("Accounts", "111122223333, 444455556666")).toBe(false);
    expect(accepts("Regions", "us-gov-west-1,eu-central-2")).toBe(true);
    expect(accepts("Regions", "eu-west-1,")).toBe(false);
    expect(accepts("Vpcs", `${vpc},vpc-1a2b3c4d`)).toBe(true);
  });
});

describe("the tables", () => {
  test("name the flow logs' columns as AWS.VPCFlow does, in the order of the recommended format", () => {
    const columns = catalog("text").tables[0]?.columns.map(({ name, type }) => ({ name, type }));
    expect(columns).toEqual(
      schemaColumns.map(({ name, kind }) => ({
        name: name.toLowerCase(),
        type: name === "trafficPath" ? "smallint" : glueTypes[kind],
      })),
    );
    expect(columns).toHaveLength(29);
    expect(catalog("parquet").tables[0]?.columns).toEqual(columns);
    expect(doc).toContain(header.map((name) => `\${${name}}`).join(" "));
  });

  test("name the Resolver logs' columns as AWS.VPCDns does", () => {
    const { shape } = dnsRecordSchema();
    const columns = catalog("text").tables[1]?.columns ?? [];
    expect(columns.map(({ name }) => name)).toEqual(Object.keys(shape));
    const fieldsOf = (name: string) =>
      [...(columns.find((column) => column.name === name)?.type ?? "").matchAll(/(\w+):string/g)].map(
        ([, field]) => field,
      );
    expect(fieldsOf("answers")).toEqual(Object.keys(shape.answers.element.shape).map((name) => name.toLowerCase()));
    expect(fieldsOf("srcids")).toEqual(Object.keys(shape.srcids.shape).map((name) => name.replaceAll("-", "_")));
    for (const { name, type } of columns)
      if (!/^(answers|srcids)$/.test(name)) expect([name, type]).toEqual([name, "string"]);
  });

  test.each(["text", "parquet"] as const)("have the records of the %s flow logs, field by field", async (format) => {
    const engine = format === "text" ? athena : parquetAthena;
    const rows = await engine.query(`SELECT * FROM vpcflow ORDER BY start, "end", interfaceid, dstport, bytes DESC`);
    const projectedFiles = flowFiles.filter(({ key }) => !key.includes("us-east-1"));
    const records: ResultRow[] = [];
    for (const { key, header: names, lines } of projectedFiles) {
      const [account, , region] = key.split("/").slice(3);
      const day = key.split("/").slice(6, 9).join("/");
      for await (const record of flowRecords(chunksOf(logText(names, lines)))) {
        const fields = Object.entries(record).map(([name, value]) => [
          name.toLowerCase(),
          name === "start" || name === "end" ? seconds(String(value).replace("Z", "")) : String(value),
        ]);
        records.push({ ...Object.fromEntries(fields), log_account: account, log_region: region, day });
      }
    }
    const defined = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
    );
    const byText = (one: object, other: object) => (lineOf(one) < lineOf(other) ? -1 : 1);
    expect(defined).toHaveLength(10);
    expect(defined.sort(byText)).toEqual(records.sort(byText));
  });

  test("have the input format of their SerDe", () => {
    const formats = [...catalog("text").tables, ...catalog("parquet").tables].map(({ inputFormat, serde }) =>
      [serde.library, inputFormat].map((name) => name.split(".").at(-1)),
    );
    expect(formats).toEqual([
      ["LazySimpleSerDe", "TextInputFormat"],
      ["JsonSerDe", "TextInputFormat"],
      ["ParquetHiveSerDe", "MapredParquetInputFormat"],
      ["JsonSerDe", "TextInputFormat"],
    ]);
  });

  test("read damaged text like LazySimpleSerDe: invalid numbers are null, extra fields are ignored", async () => {
    const [table] = catalog("text").tables;
    const folder = path.join(scratch, "damaged");
    const whole = header
      .map((name) => flow("2026-11-20T01:00:00", { bytes: "9007199254740995" })[name] ?? "-")
      .join(" ");
    const lines = [header.join(" "), `${whole} and more`, whole.replace(" 443 ", " https "), "5 111122223333 eni-0c1d"];
    const key = flowKey("111122223333", "eu-west-1", "2026/11/20/");
    writeFileSync(createFile(folder, key), gzipSync(`${lines.join("\n")}\n`));
    const engine = await openAthena(table ? [table] : [], folder, today);
    const rows = await engine.query(
      "SELECT dstport, bytes, subnetid, trafficpath, status FROM vpcflow ORDER BY status, dstport",
    );
    engine.close();
    const subnetid = "subnet-0d1e2f30415263748";
    expect(rows).toEqual([
      { dstport: "443", bytes: "9007199254740995", subnetid, trafficpath: undefined, status: "OK" },
      { dstport: undefined, bytes: "9007199254740995", subnetid, trafficpath: undefined, status: "OK" },
      { dstport: undefined, bytes: undefined, subnetid: undefined, trafficpath: undefined, status: undefined },
    ]);
  });

  test("have the Resolver's queries with their answers, and skip lines that are not JSON", async () => {
    const rows = await athena.query(
      "SELECT query_name, answers, srcids, srcids.resolver_endpoint AS endpoint, log_vpc, day FROM vpcdns ORDER BY query_timestamp",
    );
    expect(rows).toHaveLength(8);
    expect(rows[3]).toEqual({
      query_name: "example.com.",
      answers: '[{"rdata":"192.0.2.10","type":"A","class":"IN"}]',
      srcids:
        '{"instance":null,"resolver_endpoint":"rslvr-in-0a1b2c3d4e5f60718","resolver_network_interface":"rni-0f1e2d3c4b5a69788"}',
      endpoint: "rslvr-in-0a1b2c3d4e5f60718",
      log_vpc: vpc,
      day: "2026/11/19",
    });
  });

  test("find the files of the projected days, accounts and regions only", () => {
    const [table] = catalog("text").tables;
    const found = (at: string) => (table ? partitionsOf(table, textFolder, at) : []).map(({ values: { day } }) => day);
    expect(found(today)).toEqual(["2026/10/02", "2026/11/19", "2026/11/20", "2026/11/20"]);
    expect(found("2026-11-19")).toEqual(["2026/10/02", "2026/11/19"]);
    expect(found("2028-11-20")).toEqual(["2026/11/20", "2026/11/20"]);
  });

  test("have types with other names in DuckDB", () => {
    expect(duckType("array<struct<a:string,b:struct<c:bigint>>>")).toBe(
      'STRUCT("a" VARCHAR, "b" STRUCT("c" BIGINT))[]',
    );
  });
});

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const lineOf = (row: object): string => JSON.stringify(Object.entries(row).sort());

const doc = readFileSync(path.join(root, "docs/athena.md"), "utf8");
const markdown = (rows: ResultRow[]): string => {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: string[]) => `| ${cells.join(" | ")} |\n`;
  return [names, names.map(() => "---"), ...rows.map((row) => names.map((name) => row[name] ?? ""))].map(line).join("");
};

const unpadded = (table: string): string => table.replace(/ +\|/g, " |").replace(/-{3,}/g, "---");

describe("the saved queries", () => {
  const names = catalog("text").queries.map(({ name }) => name);

  test.each(names)("%s has the result in docs/athena.md, from text and from Parquet", async (name) => {
    const rows = await run(name);
    expect(rows.length).toBeGreaterThan(1);
    const section = doc.split(/^### /m).find((part) => part.startsWith(`${name}\n`));
    expect(unpadded(section ?? "")).toContain(unpadded(`\n\n${markdown(rows)}\n`));
    expect(await run(name, parquetAthena)).toEqual(rows);
  });

  test("a flow in the logs of both ends counts once", async () => {
    const rows = await run("Top talkers");
    expect(rows.find(({ dstaddr }) => dstaddr === database)?.total_bytes).toBe("90000");
  });

  test("read only the days in their conditions", async () => {
    for (const { sql } of catalog("text").queries)
      for (const select of sql.split(/\bFROM (?=vpcflow|vpcdns)/).slice(1))
        expect(select).toMatch(/^vpc\w+\s+WHERE day >= date_format\(current_date - interval '\d+' day, '%Y\/%m\/%d'\)/);
  });

  test("have at most one parameter, in a WHERE clause, as Athena's console requires", () => {
    for (const { name, sql } of catalog("text").queries) {
      const questions = sql.split("?").length - 1;
      expect([name, questions]).toEqual([name, queryParameters[name]?.length ?? 0]);
      if (questions) expect(sql.split("?")[0]).toMatch(/WHERE (?!.*(SELECT|GROUP BY))[^?]*$/s);
    }
  });

  test("the query for a domain matches the domain and its subdomains, and no other domain with the same suffix", async () => {
    const found = (await run("Who resolved a domain")).map(({ query_name }) => query_name);
    expect(new Set(found)).toEqual(new Set(["api.example.com.", "example.com."]));
  });
});
