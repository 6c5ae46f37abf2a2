import { at, first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

const name = ["detail.AutoScalingGroupName", lastSegmentAt("resources.0")] as const;
/** AWS's first sentence: the others advise. */
const why: Read = (event) => at("detail.StatusMessage")(event)?.replace(/\.\s.*$/s, "");
const link = linkTo("ec2/home#AutoScalingGroupDetails:id={}", "detail.AutoScalingGroupName");

const launches: StateRow = {
  detailType: { "EC2 Instance Launch Unsuccessful": "failed", "EC2 Instance Launch Successful": "launched" },
  means: "An Auto Scaling group launched an instance, or could not",
  thing: "Auto Scaling group",
  condition: "launch",
  name,
  problems: { failed: 4 },
  ends: ["launched"],
  outcomes: { failed: "failed to launch an instance", launched: "launched an instance" },
  context: suffix("in", "detail.Details.Availability Zone"),
  reason: why,
  link,
};

const terminations: StateRow = {
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
  outcomes: { failed: "failed to terminate an instance", terminated: "terminated an instance" },
  context: suffix("in", "detail.Details.Availability Zone"),
  reason: why,
  link,
};

const refreshes: StateRow = {
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
  thing: "Auto Scaling instance refresh",
  condition: "refresh",
  name: [],
  node: name,
  key: first(...name),
  problems: { failed: 4, "rollback failed": 4, "rollback started": 3, cancelled: 2 },
  ends: ["succeeded", "rollback succeeded"],
  outcomes: {
    checkpoint: "reached a checkpoint",
    cancelled: "was cancelled",
    "rollback started": "is being rolled back",
    "rollback failed": "failed to roll back",
    "rollback succeeded": "was rolled back",
  },
  context: suffix("in group", first(...name)),
  link,
};

const lifecycleActions: StateRow = {
  detailType: {
    "EC2 Instance-launch Lifecycle Action": "launching",
    "EC2 Instance-terminate Lifecycle Action": "terminating",
  },
  means: "An instance waits for a lifecycle hook while it is launched or terminated",
  thing: "Auto Scaling group",
  condition: "lifecycle",
  name,
  problems: {},
  outcomes: { launching: "holds a new instance", terminating: "holds an instance that is to be terminated" },
  context: suffix("for lifecycle hook", "detail.LifecycleHookName"),
  link,
};

export const autoscaling = () => states("aws.autoscaling", [launches, terminations, refreshes, lifecycleActions]);
