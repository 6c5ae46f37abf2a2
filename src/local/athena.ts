import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { deployedResources, type ParameterValues } from "./template.ts";

export interface Column {
  readonly name: string;
  /** A Hive type as in AWS Glue. */
  readonly type: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly partitions: readonly Column[];
  readonly inputFormat: string;
  readonly serde: { readonly library: string; readonly parameters: Readonly<Record<string, string>> };
  readonly parameters: Readonly<Record<string, string>>;
}

export interface SavedQuery {
  readonly name: string;
  readonly sql: string;
}

/** The Glue tables and saved queries that athena.yaml creates with these parameter values. */
export function readCatalog(values: ParameterValues): { tables: Table[]; queries: SavedQuery[] } {
  const resources = Object.values(deployedResources("athena.yaml", values));
  const propertiesOf = (type: string) =>
    resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  return {
    tables: propertiesOf("AWS::Glue::Table").map(({ TableInput }) => tableOf(TableInput as TableInput)),
    queries: propertiesOf("AWS::Athena::NamedQuery").map(({ Name, QueryString }) => ({
      name: Name as string,
      sql: QueryString as string,
    })),
  };
}

interface TableInput {
  Name: string;
  Parameters: Record<string, string>;
  PartitionKeys: { Name: string; Type: string }[];
  StorageDescriptor: {
    InputFormat: string;
    SerdeInfo: { SerializationLibrary: string; Parameters: Record<string, string> };
    Columns: { Name: string; Type: string }[];
  };
}

function tableOf({ Name, Parameters, PartitionKeys, StorageDescriptor }: TableInput): Table {
  const columns = (keys: TableInput["PartitionKeys"]): Column[] =>
    keys.map(({ Name, Type }) => ({ name: Name, type: Type }));
  const { Columns, InputFormat, SerdeInfo } = StorageDescriptor;
  return {
    name: Name,
    columns: columns(Columns),
    partitions: columns(PartitionKeys),
    inputFormat: InputFormat,
    serde: { library: SerdeInfo.SerializationLibrary, parameters: SerdeInfo.Parameters },
    parameters: Parameters,
  };
}

/** Cells as text, null as `undefined`. */
export type ResultRow = Record<string, string | undefined>;

export interface LocalAthena {
  /** Runs SQL within the subset that the saved queries use; `parameters` replace its question marks. */
  query(sql: string, parameters?: readonly string[]): Promise<ResultRow[]>;
  close(): void;
}

/**
 * Athena on DuckDB: loads the files that the tables' partition projection finds in a folder in place of S3
 * (`folder/BUCKET/key`), and reads them by the rules of each table's SerDe.
 *
 * @param today the current date, as 2026-11-20
 */
export async function openAthena(tables: readonly Table[], folder: string, today: string): Promise<LocalAthena> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const macro of trinoFunctions) await connection.run(`CREATE MACRO ${macro}`);
  const scratch = mkdtempSync(path.join(tmpdir(), "athena-"));
  for (const table of tables) await load(connection, table, folder, today, scratch);
  rmSync(scratch, { recursive: true });
  return {
    async query(sql, parameters = []) {
      const reader = await connection.runAndReadAll(duckSql(sql, today), [...parameters]);
      return reader
        .getRowObjectsJson()
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asString(value)])));
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const asString = (value: unknown): string | undefined =>
  value === null ? undefined : typeof value === "object" ? JSON.stringify(value) : String(value);

/** Trino functions of the saved queries that have another name in DuckDB. Timestamps are in UTC in both. */
const trinoFunctions = [
  "date_format(moment, format) AS strftime(moment, format)",
  "from_unixtime(seconds) AS make_timestamp(CAST(seconds AS BIGINT) * 1000000)",
  "from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP)",
  "array_join(list, separator) AS array_to_string(list, separator)",
];

/** Replaces the clock, and the one function that takes a lambda, which a macro cannot. */
const duckSql = (sql: string, today: string): string =>
  sql.replaceAll("transform(", "list_transform(").replaceAll("current_date", `DATE '${today}'`);

/** The DuckDB type for a Hive type. */
export function duckType(type: string): string {
  const inner = /(array|struct)<([^<>]*)>/.exec(type);
  if (!inner)
    return type.replaceAll(/\bstring\b/g, "VARCHAR").replaceAll(/\b(bigint|smallint)\b/g, (name) => name.toUpperCase());
  const [match, kind, content = ""] = inner;
  const fields = () => content.split(",").map((field) => field.replace(/^(\w+):/, '"$1" '));
  return duckType(type.replace(match, kind === "array" ? `${content}[]` : `STRUCT(${fields().join("; ")})`)).replaceAll(
    ";",
    ",",
  );
}

const quoted = (name: string): string => `"${name}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function load(connection: DuckDBConnection, table: Table, folder: string, today: string, scratch: string) {
  const columns = [...table.columns, ...table.partitions].map(({ name, type }) => `${quoted(name)} ${duckType(type)}`);
  await connection.run(`CREATE TABLE ${quoted(table.name)} (${columns.join(", ")})`);
  for (const { files, values } of partitionsOf(table, folder, today)) {
    for (const file of files) {
      const select = await readers[table.serde.library]?.(table, file, connection, scratch);
      if (!select) throw new Error(`no reader for ${table.serde.library}`);
      const partition = table.partitions.map(({ name }) => literal(values[name] ?? ""));
      await connection.run(`INSERT INTO ${quoted(table.name)} SELECT *, ${partition.join(", ")} FROM (${select})`);
    }
  }
}

/** The projected partitions that exist, with their files, including those of subfolders. */
export function partitionsOf(
  { partitions, parameters }: Table,
  folder: string,
  today: string,
): { values: Record<string, string>; files: string[] }[] {
  let combinations: Record<string, string>[] = [{}];
  for (const { name } of partitions)
    combinations = combinations.flatMap((combination) =>
      projected(name, parameters, today).map((value) => ({ ...combination, [name]: value })),
    );
  const location = parameters["storage.location.template"] ?? "";
  return combinations.flatMap((values) => {
    const prefix = location.replace(/\$\{(\w+)\}/g, (_, name) => values[name] ?? "").replace(/^s3:\/\//, "");
    const files = filesBelow(path.join(folder, prefix));
    return files.length > 0 ? [{ values, files }] : [];
  });
}

function filesBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

/** The values of a partition column, by the rules of Athena's partition projection for enum and date. */
function projected(name: string, parameters: Table["parameters"], today: string): string[] {
  const property = (key: string): string => parameters[`projection.${name}.${key}`] ?? "";
  if (property("type") === "enum") return property("values").split(",");
  if (property("type") !== "date" || property("format") !== "yyyy/MM/dd") throw new Error(`projection of ${name}`);
  const [from, to] = property("range")
    .split(",")
    .map((bound) => dayOf(bound, today));
  if (!from || !to) throw new Error(`projection range of ${name}`);
  const days: string[] = [];
  for (let day = from; day <= to; day = new Date(day.getTime() + 86_400_000))
    days.push(day.toISOString().slice(0, 10).replaceAll("-", "/"));
  return days;
}

function dayOf(bound: string, today: string): Date {
  const years = /^NOW(?:-(\d+)YEARS)?$/.exec(bound);
  const day = new Date(years ? today : bound.replaceAll("/", "-"));
  day.setUTCFullYear(day.getUTCFullYear() - Number(years?.[1] ?? 0));
  return day;
}

type Reader = (table: Table, file: string, connection: DuckDBConnection, scratch: string) => Promise<string>;

/** By SerDe, a SELECT of a file's rows with the table's columns, in order. */
const readers: Record<string, Reader> = {
  // Fields by position: extra fields are ignored; missing fields and invalid numbers are null.
  "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": async ({ columns, serde, parameters }, file) => {
    const absent = literal(serde.parameters["serialization.null.format"] ?? "\\N");
    const fields = columns.map(
      ({ name, type }, index) =>
        `TRY_CAST(nullif(field[${index + 1}], ${absent}) AS ${duckType(type)}) AS ${quoted(name)}`,
    );
    const separator = literal(serde.parameters["field.delim"] ?? "\u0001");
    const lines = `read_csv(${literal(file)}, columns = { line: 'VARCHAR' }, delim = '\u0001', quote = '', escape = '',
      header = false, auto_detect = false, skip = ${parameters["skip.header.line.count"] ?? "0"})`;
    return `SELECT ${fields.join(", ")} FROM (SELECT string_split(line, ${separator}) AS field FROM ${lines})`;
  },
  // By position if parquet.column.index.access is set, else by name; a missing column is null.
  "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": async ({ columns, serde }, file, connection) => {
    const source = `read_parquet(${literal(file)})`;
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
    const names = described.getRowObjectsJson().map((row) => String(row.column_name));
    const isByPosition = serde.parameters["parquet.column.index.access"] === "true";
    const fields = columns.map(({ name, type }, index) => {
      const found = isByPosition ? names[index] : names.find((each) => each === name);
      return `CAST(${found ? quoted(found) : "NULL"} AS ${duckType(type)}) AS ${quoted(name)}`;
    });
    return `SELECT ${fields.join(", ")} FROM ${source}`;
  },
  // By name, ignoring the case of the keys.
  "org.openx.data.jsonserde.JsonSerDe": async ({ columns, serde }, file, _, scratch) => {
    const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n").filter(Boolean);
    const records = lines.flatMap((line) => {
      try {
        return [JSON.stringify(lowerKeys(JSON.parse(line)))];
      } catch (error) {
        if (serde.parameters["ignore.malformed.json"]?.toLowerCase() === "true") return [];
        throw error;
      }
    });
    const copy = path.join(scratch, `${path.basename(file)}.json`);
    writeFileSync(copy, records.join("\n"));
    const types = columns.map(({ name, type }) => `${quoted(name)}: ${literal(duckType(type))}`);
    return `SELECT ${columns.map(({ name }) => quoted(name)).join(", ")}
      FROM read_json(${literal(copy)}, format = 'newline_delimited', columns = { ${types.join(", ")} })`;
  },
};

function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toLowerCase(), lowerKeys(item)]));
}
