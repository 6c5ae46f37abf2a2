import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { query } from "./queries.ts";
import { flow, v2 } from "./streams.ts";

const script = join(import.meta.dirname, "../../src/local/vpclogs.ts");
const run = (input: Buffer | string, ...options: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...options], { input, encoding: "utf8" });
  return { stdout, stderr, status };
};
const text = `${v2}\n${flow({ from: "10.0.0.9", to: "10.0.0.4", ports: [40_000, 22], packets: 5, action: "REJECT" })}\nnonsense\n`;

test("prints findings of gzipped standard input as a table, and statistics to standard error", () => {
  const { stdout, stderr, status } = run(gzipSync(text), "--stats");
  expect(stdout).toContain(" 3   10.0.0.9  Host 10.0.0.9 is refused at 10.0.0.4 on TCP port 22: 5 packets rejected");
  expect(stdout).toContain("VPC flow log - has unreadable lines in -: 1 of 3 were left out");
  expect(stderr).toMatch(/^-: gzip, 0\.0 MB of text\nlines +3\nrecords +1\n/);
  expect(stderr).toMatch(/malformed +1 \(/);
  expect(status).toBe(0);
});

test("prints records as JSON lines, and recognises queries by their first character", () => {
  expect(
    run(text, "--records")
      .stdout.trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ dstPort: 22 }]);
  expect(JSON.parse(run(JSON.stringify(query({})), "--records").stdout)).toStrictEqual(query({}));
});

test("reports a missing file and an unknown option", () => {
  const missing = run("", "there-is-none.log.gz");
  expect([missing.status, missing.stdout]).toStrictEqual([1, ""]);
  expect(missing.stderr).toContain("there-is-none.log.gz: Error: ENOENT");
  expect(run("", "--colour").status).toBe(2);
});
