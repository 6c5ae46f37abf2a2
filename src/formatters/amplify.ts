import { joined } from "./fields.ts";
import { linkTo } from "./links.ts";
import { states } from "./states.ts";

const branch = joined("/", "detail.appId", "detail.branchName");

export const amplify = () =>
  states("aws.amplify", [
    {
      detailType: "Amplify Deployment Status Change",
      means: "The deployment of an app's branch started, succeeded or failed",
      thing: "Amplify deployment of",
      condition: "deployment",
      name: branch,
      state: "detail.jobStatus",
      problems: { FAILED: 3 },
      ends: ["SUCCEED"],
      says: { SUCCEED: "succeeded" },
      link: linkTo("amplify/home#/{}/{}/{}", "detail.appId", "detail.branchName", "detail.jobId"),
    },
  ]);
