import { states } from "../grammar/states.ts";

const store = ["detail.datastoreName", "detail.datastoreId"];

export const healthlake = () =>
  states("aws.healthlake", [
    ...["Import", "Export"].map((kind) => ({
      detailType: {
        [`${kind} Job Submitted`]: "submitted",
        [`${kind} Job In Progress`]: "in progress",
        [`${kind} Job Completed`]: "completed",
        [`${kind} Job Completed With Errors`]: "completed with errors",
        [`${kind} Job Failed`]: "failed",
      },
      means: `An ${kind.toLowerCase()} of a data store started, ended or failed`,
      thing: `HealthLake ${kind.toLowerCase()} of data store`,
      name: store,
      problems: { failed: 3, "completed with errors": 2 } as const,
      ends: ["completed"],
      outcomes: { submitted: "was submitted" },
    })),
    {
      detailType: {
        "Data Store Creating": "creating",
        "Data Store Active": "active",
        "Data Store Deleting": "deleting",
        "Data Store Deleted": "deleted",
      },
      means: "A data store was created or deleted",
      thing: "HealthLake data store",
      name: store,
      problems: { deleted: 3, deleting: 2 },
      outcomes: { creating: "is being created", deleting: "is being deleted", deleted: "was deleted" },
    },
  ]);
