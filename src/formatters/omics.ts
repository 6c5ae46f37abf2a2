import { tail } from "./fields.ts";
import { states } from "./states.ts";

export const omics = () =>
  states(
    "aws.omics",
    ["Run", "Task", "Workflow"].map((kind) => ({
      detailType: `${kind} Status Change`,
      means: `A ${kind.toLowerCase()} started, ended or failed`,
      thing: `HealthOmics ${kind.toLowerCase()}`,
      name: [tail("detail.arn"), tail("resources.0")],
      state: "detail.status",
      problems: { FAILED: 3 },
      reason: "detail.statusMessage",
    })),
  );
