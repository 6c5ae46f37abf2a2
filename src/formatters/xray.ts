import { states, suffix } from "../grammar/states.ts";

export const xray = () =>
  states("aws.xray", [
    {
      detailType: "AWS X-Ray Insight Update",
      means: "X-Ray found faults that begin in a service, or they ended",
      thing: "X-Ray insight: service",
      condition: "insight",
      name: ["detail.RootCauseServiceId.Name", "detail.GroupName"],
      key: "detail.InsightId",
      state: "detail.State",
      problems: { ACTIVE: 3 },
      ends: ["CLOSED"],
      outcomes: { ACTIVE: "causes faults", CLOSED: "no longer causes faults" },
      context: suffix("in group", "detail.GroupName"),
    },
  ]);
