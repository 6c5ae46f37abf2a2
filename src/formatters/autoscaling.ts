import { at, type Read, tail } from "./fields.ts";
import { linkTo } from "./links.ts";
import { behind, states } from "./states.ts";

const name = ["detail.AutoScalingGroupName", tail("resources.0")] as const;
/** AWS's first sentence: the others advise. */
const why: Read = (event) => at("detail.StatusMessage")(event)?.replace(/\.\s.*$/s, "");
const link = linkTo("ec2/home#AutoScalingGroupDetails:id={}", "detail.AutoScalingGroupName");

export const autoscaling = () =>
  states("aws.autoscaling", [
    {
      detailType: { "EC2 Instance Launch Unsuccessful": "failed", "EC2 Instance Launch Successful": "launched" },
      means: "An Auto Scaling group launched an instance, or could not",
      thing: "Auto Scaling group",
      condition: "launch",
      name,
      problems: { failed: 4 },
      ends: ["launched"],
      says: { failed: "failed to launch an instance", launched: "launched an instance" },
      where: behind("in", "detail.Details.Availability Zone"),
      reason: why,
      link,
    },
    {
      detailType: {
        "EC2 Instance Terminate Unsuccessful": "failed",
        "EC2 Instance Terminate Successful": "terminated",
      },
      means: "An Auto Scaling group terminated an instance, or could not",
      thing: "Auto Scaling group",
      condition: "terminate",
      name,
      problems: { failed: 3 },
      ends: ["terminated"],
      says: { failed: "failed to terminate an instance", terminated: "terminated an instance" },
      where: behind("in", "detail.Details.Availability Zone"),
      reason: why,
      link,
    },
    {
      detailType: {
        "EC2 Auto Scaling Instance Refresh Started": "started",
        "EC2 Auto Scaling Instance Refresh Checkpoint Reached": "checkpoint",
        "EC2 Auto Scaling Instance Refresh Failed": "failed",
        "EC2 Auto Scaling Instance Refresh Cancelled": "cancelled",
        "EC2 Auto Scaling Instance Refresh Succeeded": "succeeded",
        "EC2 Auto Scaling Instance Refresh Rollback Started": "rollback started",
        "EC2 Auto Scaling Instance Refresh Rollback Failed": "rollback failed",
        "EC2 Auto Scaling Instance Refresh Rollback Succeeded": "rollback succeeded",
      },
      means: "The replacement of a group's instances began, paused, ended, failed or was rolled back",
      thing: "Instance refresh of Auto Scaling group",
      condition: "refresh",
      name,
      problems: { failed: 4, "rollback failed": 4, "rollback started": 3, cancelled: 2 },
      ends: ["succeeded", "rollback succeeded"],
      says: {
        checkpoint: "reached a checkpoint",
        cancelled: "was cancelled",
        "rollback started": "is being rolled back",
        "rollback failed": "failed to roll back",
        "rollback succeeded": "was rolled back",
      },
      link,
    },
    {
      detailType: {
        "EC2 Instance-launch Lifecycle Action": "launching",
        "EC2 Instance-terminate Lifecycle Action": "terminating",
      },
      means: "An instance waits for a lifecycle hook while it is launched or terminated",
      thing: "Auto Scaling group",
      condition: "lifecycle",
      name,
      problems: {},
      says: { launching: "holds a new instance", terminating: "holds an instance that is to be terminated" },
      where: behind("for lifecycle hook", "detail.LifecycleHookName"),
      link,
    },
  ]);
