import { joined, lastSegmentAt } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";

const outcomes = {
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
      thing: "CodeDeploy deployment",
      condition: "deployment",
      name: group,
      node: "detail.application",
      problems: { FAILURE: 4, STOP: 2 },
      ends: ["SUCCESS"],
      outcomes,
      link,
    },
    {
      detailType: "CodeDeploy Instance State-change Notification",
      means:
        "A deployment started, succeeded or failed on one instance; the deployment's own event tells how bad it is",
      thing: "CodeDeploy deployment to instance",
      condition: "instance",
      name: ["detail.instanceId", lastSegmentAt("resources.0")],
      key: joined(":", "detail.application", "detail.deploymentGroup", "detail.instanceId"),
      problems: {},
      outcomes,
      context: suffix("in", group),
      link,
    },
  ]);
