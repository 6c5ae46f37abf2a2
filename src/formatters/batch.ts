import { joined, tail } from "./fields.ts";
import { linkTo } from "./links.ts";
import { behind, states } from "./states.ts";

const queue = tail("detail.jobQueue");

export const batch = () =>
  states("aws.batch", [
    {
      detailType: ["Batch Job State Change", "Batch Service Job State Change"],
      means: "A job moved on in its queue, succeeded or failed",
      thing: "Batch job",
      name: ["detail.jobName", tail("resources.0")],
      key: joined(":", "detail.jobQueue", "detail.jobName"),
      state: "detail.status",
      problems: { FAILED: 3 },
      ends: ["SUCCEEDED"],
      where: behind("on queue", queue),
      reason: ["detail.statusReason", "detail.container.reason"],
      link: linkTo("batch/home#jobs/detail/{}", "detail.jobId"),
    },
    {
      detailType: { "Batch Job Queue Blocked": "blocked", "Batch Service Job Queue Blocked": "blocked" },
      means: "The job at the head of a queue cannot run, and all behind it wait",
      thing: "Batch job queue",
      name: [queue, tail("resources.1"), "detail.jobName"],
      problems: { blocked: 3 },
      where: behind("by job", "detail.jobName"),
      reason: "detail.statusReason",
    },
  ]);
