import { type Read, tail } from "./fields.ts";
import { linkTo } from "./links.ts";
import { states } from "./states.ts";

const queue = tail("detail.queue");
const onQueue: Read = (event) => queue(event) && `on queue ${queue(event)}`;

export const mediaconvert = () =>
  states("aws.mediaconvert", [
    {
      detailType: "MediaConvert Job State Change",
      means: "A job started, ended or failed; one line a queue",
      thing: "MediaConvert job",
      name: onQueue,
      node: queue,
      key: queue,
      state: "detail.status",
      problems: { ERROR: 3 },
      says: {
        ERROR: "failed",
        COMPLETE: "completed",
        PROGRESSING: "is in progress",
        INPUT_INFORMATION: "has read its input",
        NEW_WARNING: "gave a warning",
        STATUS_UPDATE: "is in progress",
      },
      reason: "detail.errorMessage",
      link: linkTo("mediaconvert/home#/jobs/summary/{}", "detail.jobId"),
    },
  ]);
