import { at, type Read } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

const logGroup = at("detail.logGroupIdentifiers.0");
const query: Read = (event) => event.resources[0]?.split(":scheduled-query:")[1];

export const logs = () =>
  states("aws.logs", [
    {
      detailType: "Scheduled Query Completed",
      means: "A scheduled query of CloudWatch Logs finished or failed",
      thing: "Scheduled query",
      condition: "scheduled-query-of",
      name: (event) => (logGroup(event) ? undefined : query(event)),
      node: [logGroup, query],
      key: query,
      state: "detail.status",
      problems: { Failed: 2, Timeout: 2 },
      ends: ["Complete"],
      context: suffix("on log group", logGroup),
    },
  ]);
