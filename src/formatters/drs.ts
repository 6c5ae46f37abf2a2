import type { AwsEvent } from "../event.ts";
import { at, first, lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const server = lastSegmentAt("resources.0");
const flagged = first("detail.is_drill", "detail.is-drill");
const isDrill = (event: AwsEvent): boolean => flagged(event)?.toUpperCase() === "TRUE";

export const drs = () =>
  states("aws.drs", [
    {
      detailType: "DRS Source Server Data Replication Stalled Change",
      means: "The replication of a server to its recovery site stalled, or runs again",
      thing: "DRS replication of source server",
      name: server,
      problems: { STALLED: 4 },
      ends: ["NOT_STALLED"],
      outcomes: { STALLED: "has stalled", NOT_STALLED: "is running again" },
    },
    {
      detailType: "DRS Source Server Launch Result",
      means: "The launch of a recovery instance, in earnest or as a drill, ended",
      thing: "DRS source server",
      condition: "launch",
      name: server,
      key: (event) => {
        const id = server(event);
        return id && isDrill(event) ? `${id}:drill` : id;
      },
      state: (event) => {
        const state = at("detail.state")(event);
        return isDrill(event) ? state?.replace("RECOVERY", "DRILL") : state;
      },
      problems: { RECOVERY_LAUNCH_FAILED: 4, DRILL_LAUNCH_FAILED: 2 },
      ends: ["RECOVERY_LAUNCH_SUCCEEDED", "DRILL_LAUNCH_SUCCEEDED"],
      outcomes: {
        RECOVERY_LAUNCH_FAILED: "could not be launched for recovery",
        RECOVERY_LAUNCH_SUCCEEDED: "was launched for recovery",
        DRILL_LAUNCH_FAILED: "could not be launched for a drill",
        DRILL_LAUNCH_SUCCEEDED: "was launched for a drill",
      },
    },
    {
      detailType: "DRS Recovery Instance Failback State Change",
      means: "The failback of a recovery instance started, ended or failed",
      thing: "DRS failback of recovery instance",
      name: server,
      problems: { FAILBACK_ERROR: 4 },
      ends: ["FAILBACK_COMPLETED"],
      outcomes: {
        FAILBACK_ERROR: "failed",
        FAILBACK_COMPLETED: "completed",
        FAILBACK_IN_PROGRESS: "is in progress",
      },
    },
    {
      detailType: { "DRS PIT Snapshot Taken": "taken" },
      means: "A point-in-time snapshot of a server was taken",
      thing: "DRS snapshot of source server",
      name: server,
      problems: { taken: 1 },
      outcomes: { taken: "was taken" },
    },
  ]);
