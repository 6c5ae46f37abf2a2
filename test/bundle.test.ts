import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../src/local/template.ts";

interface Meta {
  outputs: Record<
    string,
    { bytes: number; inputs: Record<string, unknown>; imports: { path: string; kind: string }[]; exports: string[] }
  >;
}
const meta = JSON.parse(readFileSync(path.join(root, "dist/meta.json"), "utf8")) as Meta;
const output = meta.outputs["dist/handler.mjs"];
const inputs = Object.keys(output?.inputs ?? {});

test("the bundle has no files for development", () => {
  expect(inputs.filter((file) => /^src\/local\/|^test\/|^bench\//.test(file))).toEqual([]);
  expect(inputs.filter((file) => file.startsWith("src/formatters/")).length).toBeGreaterThan(5);
});

test("the bundle exports the handler", () => {
  expect(output?.exports).toEqual(["lambdaHandler"]);
});

test("the AWS SDK is not in the bundle, and not loaded at start-up", () => {
  expect(inputs.filter((file) => file.includes("node_modules/@aws-sdk/"))).toEqual([]);
  for (const { path: imported, kind } of output?.imports ?? []) {
    if (imported.startsWith("@aws-sdk/")) expect(kind).toBe("dynamic-import");
  }
});

test("the bundle has only the used parts of undici and zod", () => {
  expect(inputs.filter((file) => /undici\/lib\/(?:mock|interceptor|cache|handler\/cache)\//.test(file))).toEqual([]);
  expect(inputs.filter((file) => /zod\/.*locales\/(?!en\.js|index\.js)/.test(file))).toEqual([]);
});
