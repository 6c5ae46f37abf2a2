import { parseArgs } from "node:util";
import { registry } from "../formatters/registry.ts";
import { readExpectation, readSample, render, sampleNames, writeExpectation } from "./samples.ts";

const usage = `npm run expect -- [NAME…]   write the expected messages of samples, to be read before they are committed

  NAME   a sample, such as ec2/instance-stopped, or the beginning of several; without one, those that have no
         expectation yet`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", short: "h" } },
});
if (values.help) {
  console.log(usage);
} else {
  const prefixes = positionals.map((name) => name.replace(/^events\/|\.json$/g, ""));
  const chosen = sampleNames().filter((name) =>
    prefixes.length > 0 ? prefixes.some((prefix) => name.startsWith(prefix)) : !readExpectation(name),
  );
  for (const name of chosen) {
    const expectation = render(readSample(name).event, registry);
    writeExpectation(name, expectation);
    const why = expectation.unformatted ? `  (${expectation.unformatted})` : "";
    for (const { severity, node, tag, summary } of expectation.messages) {
      console.log(`${name}: ${severity}  ${node}  [${tag}]  ${summary}${why}`);
    }
    if (expectation.messages.length === 0) console.log(`${name}: dropped: ${expectation.dropped?.join(", ")}${why}`);
  }
  console.log(`${chosen.length} expectations written to test/expected`);
}
