import { lastSegmentAt, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";

const queue = lastSegmentAt("detail.queue");
const unnamed: Read = () => undefined;

export const mediaconvert = () =>
  states("aws.mediaconvert", [
    {
      detailType: "MediaConvert Job State Change",
      means: "A job started, ended or failed; one line a queue",
      thing: "MediaConvert job",
      name: unnamed,
      node: queue,
      key: queue,
      state: "detail.status",
      problems: { ERROR: 3 },
      outcomes: {
        ERROR: "failed",
        COMPLETE: "completed",
        PROGRESSING: "is in progress",
        INPUT_INFORMATION: "has read its input",
        NEW_WARNING: "gave a warning",
        STATUS_UPDATE: "is in progress",
      },
      context: suffix("on queue", queue),
      reason: "detail.errorMessage",
      link: linkTo("mediaconvert/home#/jobs/summary/{}", "detail.jobId"),
    },
  ]);
