import type { Row } from "./drill.ts";
import type { Scenario } from "./scenarios.ts";

/** An event with several messages may be received by two instances, of which one has some of them delivered. */
const defaultDuplicates = 0.002;

/** What must not be, in words; nothing where the forwarder did all that it must. */
export function problemsOf(row: Row, scenario: Scenario): string[] {
  const {
    duplicates = defaultDuplicates,
    invocations = Number.POSITIVE_INFINITY,
    isAwsLosing = false,
    rows,
  } = scenario;
  const checks: readonly [boolean, string][] = [
    [row.delivered === 0, "nothing was delivered"],
    [row.lost > 0, `${row.lost} messages lost`],
    [row.hidden > 0, `${row.hidden} live problems without a row`],
    [rows === "kit" && row.over > 0, `${row.over} rows of what is over`],
    [row.lostByAws > 0 !== isAwsLosing, `${row.lostByAws} messages lost by AWS`],
    [row.duplicates > Math.ceil(duplicates * row.events), `${row.duplicates} duplicates`],
    [row.invocations > invocations * row.events, `${row.invocations} invocations`],
  ];
  return [...checks.flatMap(([isBad, text]) => (isBad ? [text] : [])), ...row.faults];
}

type Column = keyof Row;

const columns: readonly (readonly [Column, string])[] = [
  ["events", "events"],
  ["delivered", "messages delivered"],
  ["lost", "lost"],
  ["refused", "refused and kept"],
  ["lostByAws", "lost by AWS"],
  ["duplicates", "duplicates"],
  ["invocations", "invocations"],
  ["lambdaSeconds", "Lambda seconds"],
];

const rowColumns: readonly (readonly [Column, string])[] = [
  ["events", "events"],
  ["conditions", "instances"],
  ["live", "stopped at the end"],
  ["hidden", "stopped without a row"],
  ["over", "rows of what is over"],
];

/** The rows as a Markdown table. */
export const tableOf = (rows: readonly Row[]): string => markdown(rows, columns);

/** The rows of the console at the end, of the scenarios in which they were compared. */
export const rowsTableOf = (rows: readonly Row[]): string =>
  markdown(
    rows.filter(({ conditions }) => conditions > 0),
    rowColumns,
  );

function markdown(rows: readonly Row[], shown: readonly (readonly [Column, string])[]): string {
  const lines = rows.map(
    (row) => `| ${[row.name, ...shown.map(([column]) => row[column].toLocaleString("en"))].join(" | ")} |`,
  );
  const heads = ["scenario", ...shown.map(([, head]) => head)];
  return [`| ${heads.join(" | ")} |`, `| --- |${" ---: |".repeat(shown.length)}`, ...lines].join("\n");
}
