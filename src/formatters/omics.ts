import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const omics = () =>
  states(
    "aws.omics",
    ["Run", "Task", "Workflow"].map((kind) => ({
      detailType: `${kind} Status Change`,
      means: `A ${kind.toLowerCase()} started, ended or failed`,
      thing: `HealthOmics ${kind.toLowerCase()}`,
      name: [lastSegmentAt("detail.arn"), lastSegmentAt("resources.0")],
      state: "detail.status",
      problems: { FAILED: 3 },
      reason: "detail.statusMessage",
    })),
  );
