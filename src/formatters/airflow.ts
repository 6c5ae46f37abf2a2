import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const airflow = () =>
  states("aws.airflow", [
    {
      detailType: "MWAA Environment Status Change",
      means: "An Airflow environment is being changed, is available, failed or is unavailable",
      thing: "Airflow environment",
      name: ["detail.name", lastSegmentAt("detail.arn"), lastSegmentAt("resources.0")],
      state: "detail.status",
      problems: { CREATE_FAILED: 4, UPDATE_FAILED: 4, UNAVAILABLE: 4 },
      ends: ["AVAILABLE"],
      outcomes: {
        CREATE_FAILED: "could not be created",
        UPDATE_FAILED: "could not be updated",
        CREATING: "is being created",
        UPDATING: "is being updated",
        DELETING: "is being deleted",
        ROLLING_BACK: "is being rolled back",
        CREATING_SNAPSHOT: "is having its snapshot taken",
      },
      reason: ["detail.lastUpdate.error.errorMessage", "detail.lastUpdate.error.errorCode"],
    },
  ]);
