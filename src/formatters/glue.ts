import { at, joined, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";
import { words } from "../grammar/words.ts";

const wordsAt =
  (path: string): Read =>
  (event) => {
    const value = at(path)(event);
    return value && words(value);
  };

/** The exception in `JobName:… and JobRunId:… failed to execute with exception …`; `Job run timed out` repeats the state. */
const exception: Read = (event) => {
  const message = at("detail.message")(event);
  return /^job run\b/i.test(message ?? "") ? undefined : message?.replace(/^JobName:.*?\bwith exception\s+/i, "");
};

const job = {
  thing: "Glue job",
  condition: "job",
  name: "detail.jobName",
  link: linkTo("gluestudio/home#/editor/job/{}/runs", "detail.jobName"),
};

export const glue = () =>
  states("aws.glue", [
    {
      ...job,
      detailType: "Glue Job State Change",
      means: "A job run succeeded, failed, timed out or was stopped",
      problems: { FAILED: 3, TIMEOUT: 3, ERROR: 3 },
      ends: ["SUCCEEDED"],
      outcomes: { STOPPED: "was stopped" },
      reason: exception,
    },
    {
      ...job,
      detailType: { "Glue Job Run Status": "delayed" },
      means: "A job run takes longer than its notification threshold",
      problems: { delayed: 2 },
      outcomes: { delayed: "takes longer than its threshold" },
      context: suffix("and is", wordsAt("detail.state")),
    },
    {
      detailType: "Glue Crawler State Change",
      means: "A crawler started, succeeded or failed",
      thing: "Glue crawler",
      name: "detail.crawlerName",
      problems: { Failed: 3 },
      ends: ["Succeeded"],
      reason: "detail.errorMessage",
    },
    {
      detailType: {
        "Glue Data Catalog Table State Change": "changed",
        "Glue Data Catalog Database State Change": "changed",
      },
      means: "A database or table of the Data Catalog was changed",
      thing: "Glue Data Catalog",
      name: [joined(".", "detail.databaseName", "detail.tableName"), lastSegmentAt("resources.0")],
      key: joined(":", "detail.databaseName", "detail.tableName", "detail.typeOfChange"),
      problems: {},
      outcomes: { changed: "was changed" },
      context: suffix("by", wordsAt("detail.typeOfChange")),
    },
  ]);
