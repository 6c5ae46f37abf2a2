import { at, type Read } from "../grammar/fields.ts";
import { consoleLink } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";

const name = "detail.canary-name";
const link: Read = (event) =>
  consoleLink(event.region, "cloudwatch/home", `#synthetics:canary/detail/${at(name)(event) ?? ""}`);

export const synthetics = () =>
  states("aws.synthetics", [
    {
      detailType: {
        "Synthetics Canary TestRun Failure": "failed",
        "Synthetics Canary TestRun Successful": "successful",
      },
      means: "A canary's test run failed, or passed again",
      thing: "Canary",
      name,
      problems: { failed: 4 },
      ends: ["successful"],
      outcomes: { failed: "failed its test run", successful: "passes its test runs" },
      reason: "detail.state-reason",
      link,
    },
    {
      detailType: "Synthetics Canary Status Change",
      means: "A canary was started, stopped or changed, or cannot run",
      thing: "Canary",
      condition: "canary-status",
      name,
      state: "detail.current-state",
      problems: { ERROR: 3 },
      ends: ["RUNNING", "READY"],
      reason: "detail.state-reason",
      link,
    },
  ]);
