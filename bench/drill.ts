import { parseArgs } from "node:util";
import { type Path, play, scenarios, tableOf } from "../test/drill/drill.ts";

const usage = `npm run drill [-- --events N]   count the events that arrive while the console fails, in virtual time

  --events N   events per scenario (10,000)`;

const { values } = parseArgs({
  options: { events: { type: "string", default: "10000" }, help: { type: "boolean", short: "h" } },
});
if (values.help) console.log(usage);
else {
  const paths: [Path, string][] = [
    ["whole", "The forwarder"],
    ["no circuit", "The forwarder without its circuit"],
    ["one try", "A forwarder that tries once, like the predecessor"],
  ];
  let lost = 0;
  for (const [path, title] of paths) {
    const rows = [];
    // Without the circuit, an outage of three days is 14 million requests.
    const selected = path === "no circuit" ? scenarios.filter(({ name }) => /hour|401|hanging/.test(name)) : scenarios;
    for (const scenario of selected) rows.push(await play(scenario, Number(values.events), path));
    console.log(`### ${title}\n\n${tableOf(rows)}\n`);
    if (path === "whole") lost = rows.reduce((sum, row) => sum + row.lost, 0);
  }
  process.exitCode = lost > 0 ? 1 : 0;
}
