import { first, lastSegmentAt } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";

const policy = first(lastSegmentAt("detail.policy_id"), lastSegmentAt("resources.0"));

export const dlm = () =>
  states("aws.dlm", [
    {
      detailType: "DLM Policy State Change",
      means: "A policy for snapshots and images works again or no longer does",
      thing: "DLM snapshot policy",
      name: policy,
      problems: { ERROR: 4 },
      ends: ["ENABLED", "DISABLED"],
      reason: "detail.cause",
      link: linkTo("ec2/home#LifecyclePolicyDetails:policyId={}", policy),
    },
  ]);
