import { at, joined, tail } from "./fields.ts";
import { linkTo } from "./links.ts";
import { states } from "./states.ts";
import { words } from "./words.ts";

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
      says: { STOPPED: "was stopped" },
    },
    {
      ...job,
      detailType: { "Glue Job Run Status": "delayed" },
      means: "A job run takes longer than its notification threshold",
      problems: { delayed: 2 },
      says: { delayed: "takes longer than its threshold" },
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
      name: [joined(".", "detail.databaseName", "detail.tableName"), tail("resources.0")],
      key: joined(":", "detail.databaseName", "detail.tableName", "detail.typeOfChange"),
      problems: {},
      says: { changed: "was changed" },
      where: (event) => {
        const change = at("detail.typeOfChange")(event);
        return change ? `: ${words(change)}` : "";
      },
    },
  ]);
