import type { Read } from "./fields.ts";
import { states } from "./states.ts";

const query: Read = (event) => event.resources[0]?.split(":scheduled-query:")[1];

export const logs = () =>
  states("aws.logs", [
    {
      detailType: "Scheduled Query Completed",
      means: "A scheduled query of CloudWatch Logs finished or failed",
      thing: "Scheduled query of",
      name: ["detail.logGroupIdentifiers.0", query],
      key: query,
      state: "detail.status",
      problems: { Failed: 2, Timeout: 2 },
      ends: ["Complete"],
    },
  ]);
