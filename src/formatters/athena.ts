import { states, suffix } from "../grammar/states.ts";

const workgroup = "detail.workgroupName";

export const athena = () =>
  states("aws.athena", [
    {
      detailType: "Athena Query State Change",
      means: "A query began, ended or failed",
      thing: "Athena query",
      condition: "athena-query-in-workgroup",
      name: [],
      node: workgroup,
      key: workgroup,
      state: "detail.currentState",
      problems: { failed: 2 },
      ends: ["succeeded"],
      context: suffix("in workgroup", workgroup),
      reason: "detail.athenaError.errorMessage",
    },
  ]);
