import { registry } from "../formatters/registry.ts";
import { Failure, runCommand } from "./cli.ts";
import { readExpectation, readSample, render, sampleNames, writeExpectation } from "./samples.ts";

const usage = `npm run expect -- [NAME…]   write the expected messages of samples; read them before you commit them

  NAME   a sample, such as ec2/instance-stopped or events/ec2/instance-stopped.json, or a common prefix, such as ec2/;
         without a name: all samples without expected messages`;

/** The samples with these names or prefixes. */
function samplesOf(names: readonly string[]): string[] {
  if (names.length === 0) return sampleNames().filter((name) => !readExpectation(name));
  return names.flatMap((argument) => {
    const prefix = argument.replace(/^events\/(.*)\.json$/, "$1");
    const found = sampleNames().filter((name) => name.startsWith(prefix));
    if (found.length === 0) throw new Failure(`There is no sample ${argument} in events/.`);
    return found;
  });
}

await runCommand({
  usage,
  options: {},
  run: async (_, names) => {
    const samples = samplesOf(names);
    for (const name of samples) {
      const expectation = render(readSample(name).event, registry);
      writeExpectation(name, expectation);
      const remark = expectation.unformatted ? `  (${expectation.unformatted})` : "";
      for (const { severity, node, tag, summary } of expectation.messages) {
        console.log(`${name}: ${severity}  ${node}  [${tag}]  ${summary}${remark}`);
      }
      if (expectation.messages.length === 0)
        console.log(`${name}: dropped: ${expectation.dropped?.join(", ")}${remark}`);
    }
    console.log(`${samples.length} expectations written to test/expected`);
    return 0;
  },
});
