import { registry } from "../formatters/registry.ts";
import { Failure, runCommand } from "./cli.ts";
import { readExpectation, readSample, render, sampleNames, writeExpectation } from "./samples.ts";

const usage = `npm run expect -- [NAME…]   write the expected messages of samples, to be read before they are committed

  NAME   a sample, as ec2/instance-stopped or events/ec2/instance-stopped.json, or the beginning of several, as ec2/;
         without one, those that have no expectation yet`;

/** The samples that `names` ask for. */
function chosen(names: readonly string[]): string[] {
  if (names.length === 0) return sampleNames().filter((name) => !readExpectation(name));
  return names.flatMap((asked) => {
    const beginning = asked.replace(/^events\/(.*)\.json$/, "$1");
    const found = sampleNames().filter((name) => name.startsWith(beginning));
    if (found.length === 0) throw new Failure(`There is no sample ${asked} in events/.`);
    return found;
  });
}

await runCommand({
  usage,
  options: {},
  run: async (_, names) => {
    const samples = chosen(names);
    for (const name of samples) {
      const expectation = render(readSample(name).event, registry);
      writeExpectation(name, expectation);
      const why = expectation.unformatted ? `  (${expectation.unformatted})` : "";
      for (const { severity, node, tag, summary } of expectation.messages) {
        console.log(`${name}: ${severity}  ${node}  [${tag}]  ${summary}${why}`);
      }
      if (expectation.messages.length === 0) console.log(`${name}: dropped: ${expectation.dropped?.join(", ")}${why}`);
    }
    console.log(`${samples.length} expectations written to test/expected`);
    return 0;
  },
});
