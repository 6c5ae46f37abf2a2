import { joined } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";

const branch = joined("/", "detail.appId", "detail.branchName");

export const amplify = () =>
  states("aws.amplify", [
    {
      detailType: "Amplify Deployment Status Change",
      means: "The deployment of an app's branch started, succeeded or failed",
      thing: "Amplify deployment",
      condition: "deployment",
      name: branch,
      state: "detail.jobStatus",
      problems: { FAILED: 3 },
      ends: ["SUCCEED"],
      outcomes: { SUCCEED: "succeeded" },
      link: linkTo("amplify/home#/{}/{}/{}", "detail.appId", "detail.branchName", "detail.jobId"),
    },
  ]);
