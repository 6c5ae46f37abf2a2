import { first } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

export const translate = () =>
  states("aws.translate", [
    {
      detailType: "Translate Parallel Data State Change",
      means: "Parallel data was created or updated, or failed to be",
      thing: "Translate parallel data",
      name: "detail.name",
      state: first("detail.latestUpdateAttemptStatus", "detail.status"),
      problems: { FAILED: 3 },
      ends: ["ACTIVE"],
    },
    {
      detailType: "Translate TextTranslationJob State Change",
      means: "A batch translation ended or failed",
      thing: "Translate job",
      name: () => undefined,
      state: "detail.jobStatus",
      problems: { FAILED: 3, COMPLETED_WITH_ERROR: 2 },
      outcomes: { COMPLETED_WITH_ERROR: "completed with errors" },
      context: suffix(", job", "detail.jobId"),
    },
  ]);
