import { first, tail } from "./fields.ts";
import { type StateRow, states } from "./states.ts";

const row = (what: string, thing: string, key: string): StateRow => ({
  detailType: `Route 53 Application Recovery Controller ${what} status change`,
  means: `A ${thing.toLowerCase()} of Application Recovery Controller is ready to take over, or no longer`,
  thing,
  name: first(`detail.${key}`, tail("resources.0")),
  state: "detail.new-state.readiness-status",
  problems: { NOT_READY: 3, UNKNOWN: 2, NOT_AUTHORIZED: 2 },
  ends: ["READY"],
  says: {
    READY: "is ready to take over",
    NOT_READY: "is not ready to take over",
    UNKNOWN: "may not be ready to take over: its state is unknown",
    NOT_AUTHORIZED: "cannot be judged: Recovery Controller is not authorised to read its resources",
  },
});

const rows = [
  row("readiness check", "Readiness check", "readiness-check-name"),
  row("cell readiness", "Recovery cell", "cell-name"),
  row("recovery group readiness", "Recovery group", "recovery-group-name"),
];

/** Older events name their source after the service's address. */
export const route53RecoveryReadiness = () =>
  ["aws.route53-recovery-readiness", "route53-recovery-readiness.amazonaws.com"].flatMap((source) =>
    states(source, rows),
  );
