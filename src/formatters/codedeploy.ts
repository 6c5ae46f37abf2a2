import { joined, tail } from "./fields.ts";
import { linkTo } from "./links.ts";
import { behind, states } from "./states.ts";

const says = {
  START: "started",
  READY: "is ready",
  SUCCESS: "succeeded",
  FAILURE: "failed",
  STOP: "was stopped",
};
const group = joined("/", "detail.application", "detail.deploymentGroup");
const link = linkTo("codesuite/codedeploy/deployments/{}", "detail.deploymentId");

export const codedeploy = () =>
  states("aws.codedeploy", [
    {
      detailType: "CodeDeploy Deployment State-change Notification",
      means: "A deployment started, succeeded, failed or was stopped",
      thing: "CodeDeploy deployment to",
      condition: "deployment",
      name: group,
      node: "detail.application",
      problems: { FAILURE: 4, STOP: 2 },
      ends: ["SUCCESS"],
      says,
      link,
    },
    {
      detailType: "CodeDeploy Instance State-change Notification",
      means:
        "A deployment started, succeeded or failed on one instance; the deployment's own event tells how bad it is",
      thing: "CodeDeploy deployment to instance",
      condition: "instance",
      name: ["detail.instanceId", tail("resources.0")],
      key: joined(":", "detail.application", "detail.deploymentGroup", "detail.instanceId"),
      problems: {},
      says,
      where: behind("in", group),
      link,
    },
  ]);
