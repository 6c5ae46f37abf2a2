import { states } from "./states.ts";

export const athena = () =>
  states("aws.athena", [
    {
      detailType: "Athena Query State Change",
      means: "A query began, ended or failed",
      thing: "Athena query in workgroup",
      name: "detail.workgroupName",
      state: "detail.currentState",
      problems: { failed: 2 },
      ends: ["succeeded"],
      reason: "detail.athenaError.errorMessage",
    },
  ]);
