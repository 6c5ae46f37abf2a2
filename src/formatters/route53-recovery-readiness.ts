import { at, first, lastSegmentAt } from "../grammar/fields.ts";
import { type StateRow, states } from "../grammar/states.ts";
import { lookUp } from "../grammar/words.ts";

const state = "detail.new-state.readiness-status";

const reasons: Readonly<Record<string, string>> = {
  UNKNOWN: "its state is unknown",
  NOT_AUTHORIZED: "Recovery Controller is not authorised to read its resources",
};

const row = (kind: string, thing: string, key: string): StateRow => ({
  detailType: `Route 53 Application Recovery Controller ${kind} status change`,
  means: `A ${thing.toLowerCase()} of Application Recovery Controller is ready to take over, or no longer`,
  thing,
  name: first(`detail.${key}`, lastSegmentAt("resources.0")),
  state,
  problems: { NOT_READY: 3, UNKNOWN: 2, NOT_AUTHORIZED: 2 },
  ends: ["READY"],
  outcomes: {
    READY: "is ready to take over",
    NOT_READY: "is not ready to take over",
    UNKNOWN: "may not be ready to take over",
    NOT_AUTHORIZED: "cannot be judged",
  },
  reason: (event) => lookUp(reasons, at(state)(event)?.toUpperCase()),
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
