import { joined } from "../grammar/fields.ts";
import { type StateRow, states } from "../grammar/states.ts";

const run = (kind: string, name: string, problems: StateRow["problems"]): StateRow => ({
  detailType: `OpsWorks ${kind} State Change`,
  means: `An OpsWorks ${kind.toLowerCase()} finished or failed`,
  thing: `OpsWorks ${kind.toLowerCase()}`,
  name,
  node: ["detail.instance-id", "detail.stack-id"],
  key: joined(":", "detail.stack-id", "detail.instance-id", "detail.command", "detail.type"),
  state: "detail.status",
  problems,
  ends: ["successful"],
  outcomes: { skipped: "was skipped" },
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
      outcomes: { alert: "needs attention" },
      reason: "detail.message",
    },
    run("Command", "detail.type", { failed: 3, expired: 3, skipped: 2 }),
    run("Deployment", "detail.command", { failed: 3 }),
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
      outcomes: {
        connection_lost: "lost its connection",
        setup_failed: "failed its setup",
        start_failed: "did not start",
        stop_failed: "did not stop",
      },
    },
  ]);
