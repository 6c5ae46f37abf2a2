import { styleText } from "node:util";
import { expect, test } from "vitest";
import { columns, timeOf, UsageError } from "../../src/local/cli.ts";
import { listing, scriptsOf } from "../../src/local/help.ts";
import { run } from "./command.ts";

test("help lists every command of package.json with a description, and nothing else", async () => {
  const { code, out } = await run("help", []);
  expect(code).toBe(0);
  const listed = [...out.matchAll(/^ {2}npm (?:run )?(\S+) +\S/gm)].map(([, script]) => script);
  expect(listed.toSorted()).toEqual(scriptsOf().toSorted());
  expect(scriptsOf()).not.toContain("postinstall");
});

test("help also lists a script without a description", () => {
  expect(listing(["start", "brand-new"])).toMatch(/Others\n {2}npm run brand-new$/);
});

test.each(["help", "invoke", "pull", "replay", "send"])(
  "%s --help prints the usage and loads no SDK",
  async (command) => {
    const { code, out, err } = await run(command, ["--help"], { env: { NODE_DEBUG: "" } });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^npm run ${command}`));
    expect(out.split("\n").every((line) => line.length <= 120)).toBe(true);
  },
);

test("colour only on a terminal, or where it is forced", async () => {
  expect((await run("help", [])).out).not.toContain("\u001b");
  expect((await run("help", [], { env: { FORCE_COLOR: "1" } })).out).toContain(
    styleText("bold", "VPC logs", { validateStream: false }),
  );
});

test("a table's columns are as wide as their widest cell", () => {
  expect(
    columns(
      ["n", "name"],
      [
        [1, "a"],
        [100, "longer"],
      ],
    ),
  ).toBe("  n  name\n  1  a\n100  longer");
});

test("a time is a duration before now, or a date", () => {
  const now = Date.UTC(2026, 2, 14);
  expect(timeOf("90s", now)).toBe(now - 90_000);
  expect(timeOf("2h", now)).toBe(now - 7_200_000);
  expect(timeOf("3d", now)).toBe(now - 3 * 86_400_000);
  expect(timeOf("2026-03-13T12:00Z", now)).toBe(now - 43_200_000);
  for (const wrong of ["", "2", "h", "2y", "2026-03-15", "tomorrow", "-2h"])
    expect(() => timeOf(wrong, now), wrong).toThrow(UsageError);
});
