import { joined, lastSegmentAt } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";

const queue = lastSegmentAt("detail.jobQueue");

export const batch = () =>
  states("aws.batch", [
    {
      detailType: ["Batch Job State Change", "Batch Service Job State Change"],
      means: "A job moved on in its queue, succeeded or failed",
      thing: "Batch job",
      name: ["detail.jobName", lastSegmentAt("resources.0")],
      key: joined(":", "detail.jobQueue", "detail.jobName"),
      state: "detail.status",
      problems: { FAILED: 3 },
      ends: ["SUCCEEDED"],
      context: suffix("on queue", queue),
      reason: ["detail.statusReason", "detail.container.reason"],
      link: linkTo("batch/home#jobs/detail/{}", "detail.jobId"),
    },
    {
      detailType: { "Batch Job Queue Blocked": "blocked", "Batch Service Job Queue Blocked": "blocked" },
      means: "The job at the head of a queue cannot run, and all behind it wait",
      thing: "Batch job queue",
      name: [queue, lastSegmentAt("resources.1"), "detail.jobName"],
      problems: { blocked: 3 },
      context: suffix("by job", "detail.jobName"),
      reason: "detail.statusReason",
    },
  ]);
