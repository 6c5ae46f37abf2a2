import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const mediaconnect = () =>
  states("aws.mediaconnect", [
    {
      detailType: "MediaConnect Flow Status Change",
      means: "A flow started, stopped or failed",
      thing: "MediaConnect flow",
      name: lastSegmentAt("resources.0"),
      state: "detail.currentStatus",
      problems: { ERROR: 4 },
      ends: ["ACTIVE"],
    },
  ]);
