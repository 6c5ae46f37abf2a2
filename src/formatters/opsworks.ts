import { joined } from "./fields.ts";
import { type StateRow, states } from "./states.ts";

const run = (what: string, name: string): StateRow => ({
  detailType: `OpsWorks ${what} State Change`,
  means: `An OpsWorks ${what.toLowerCase()} finished or failed`,
  thing: `OpsWorks ${what.toLowerCase()}`,
  name,
  node: ["detail.instance-id", "detail.stack-id"],
  key: joined(":", "detail.stack-id", "detail.instance-id", "detail.command", "detail.type"),
  state: "detail.status",
  problems: { failed: 3, expired: 3, skipped: 2 },
  ends: ["successful"],
});

export const opsworks = () =>
  states("aws.opsworks", [
    {
      detailType: { "OpsWorks Alert": "alert" },
      means: "OpsWorks could not start, stop or heal an instance",
      thing: "OpsWorks instance",
      name: ["detail.instance-id", "detail.stack-id"],
      key: joined(":", "detail.stack-id", "detail.instance-id", "detail.type"),
      problems: { alert: 3 },
      says: { alert: "needs attention" },
      reason: "detail.message",
    },
    run("Command", "detail.type"),
    run("Deployment", "detail.command"),
    {
      detailType: "OpsWorks Instance State Change",
      means: "An OpsWorks instance started, stopped or failed",
      thing: "OpsWorks instance",
      condition: "instance-state",
      name: ["detail.hostname", "detail.ec2-instance-id", "detail.instance-id"],
      node: ["detail.ec2-instance-id", "detail.instance-id"],
      key: "detail.instance-id",
      state: "detail.status",
      problems: { connection_lost: 3, setup_failed: 3, start_failed: 3, stop_failed: 3 },
      ends: ["online"],
      says: {
        connection_lost: "lost its connection",
        setup_failed: "failed its setup",
        start_failed: "did not start",
        stop_failed: "did not stop",
      },
    },
  ]);
