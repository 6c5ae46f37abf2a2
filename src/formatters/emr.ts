import * as z from "zod";
import { condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { at, first, joined, type Read, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink, linkTo } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";
import { lookUp, predicate, slug, words } from "../grammar/words.ts";

const link = linkTo("emr/home#/clusterDetails/{}", "detail.clusterId");
const gradeOfLevel: Readonly<Record<string, 2 | 3 | 4>> = { CRITICAL: 4, ERROR: 3, WARN: 2 };

/** `bootstrap failure: …` of `{"code":"BOOTSTRAP_FAILURE","message":"…"}`, which is a string in the event. */
const clusterReason: Read = (event) => {
  const text = at("detail.stateChangeReason")(event) ?? "";
  const code = /"code"\s*:\s*"(\w+)"/.exec(text)?.[1];
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)+)"/.exec(text)?.[1];
  return [code && words(code), message?.replace(/\\(.)/g, "$1")].filter(Boolean).join(": ") || undefined;
};

/**
 * The reason in the message of a part's event: `… was arrested at … for the following reason: …`. A message without one
 * repeats the state and its time.
 */
const partReason: Read = (event) => {
  const message = at("detail.message")(event) ?? "";
  const [, reason] = /\bfor the following reason: (.+)/i.exec(message) ?? [];
  return reason ?? (/\bat \d{4}-\d\d-\d\d/.test(message) ? undefined : message);
};

/** Whether a step failed and its cluster goes on with the next. */
const goesOn = (event: AwsEvent): boolean =>
  at("detail.state")(event) === "FAILED" && at("detail.actionOnFailure")(event) === "CONTINUE";

/** The name in `… in Amazon EMR cluster j-1YKXMPLQOBDEX (clickstream) …`: only the cluster's own event has it in a field. */
const cluster: Read = (event) => {
  const id = at("detail.clusterId")(event);
  const named = /\bcluster (j-\w+) \(([^()]+)\)/i.exec(at("detail.message")(event) ?? "");
  return named?.[1] === id ? named?.[2]?.trim() || id : id;
};

const onCluster = suffix("on cluster", cluster);

const stepContext: Read = (event) => (goesOn(event) ? `${onCluster(event) ?? ""}, which goes on` : onCluster(event));

/** Unlike elsewhere, `attached` and `arrested` are states here. */
const stateOf = (state: string): string =>
  /^(?:attached|arrested)$/i.test(state) ? `is ${state.toLowerCase()}` : predicate(state);

/** A part of a cluster and what can be the matter with it. */
const part = (name: string) => ({
  name,
  trouble: condition(`emr:${slug(name)}`, {
    grades: { 4: "CRITICAL", 3: "ERROR", 2: "WARN" },
    ends: "RUNNING or ATTACHED of the same group, fleet or policy",
  }),
});
const [group, fleet, policy] = [part("instance group"), part("instance fleet"), part("scaling policy")];

const parts = {
  "EMR Instance Group State Change": group,
  "EMR Instance Group Status Notification": group,
  "EMR Instance Fleet State Change": fleet,
  "EMR Instance Fleet Status Notification": fleet,
  "EMR Auto Scaling Policy State Change": policy,
};

const partFields = () =>
  z.object({
    clusterId: text,
    severity: text,
    state: text,
    instanceGroupId: text,
    instanceFleetId: text,
    resourceId: text,
    instanceGroupType: text,
    instanceFleetType: text,
  });

const rows: readonly StateRow[] = [
  {
    detailType: "EMR Cluster State Change",
    means: "A cluster starts, runs, waits for work, was terminated or failed",
    thing: "EMR cluster",
    name: ["detail.name", "detail.clusterId"],
    key: "detail.clusterId",
    problems: { TERMINATED_WITH_ERRORS: 4 },
    ends: ["RUNNING", "WAITING"],
    outcomes: {
      WAITING: "waits for work",
      TERMINATED: "was terminated",
      TERMINATED_WITH_ERRORS: "was terminated with errors",
    },
    reason: clusterReason,
    link,
  },
  {
    detailType: "EMR Step Status Change",
    means: "A step of a cluster's work is pending, runs, is complete, failed or was cancelled",
    thing: "EMR step",
    name: ["detail.name", "detail.stepId"],
    node: first(cluster, "detail.name"),
    key: joined(":", "detail.clusterId", "detail.name"),
    state: (event) => (goesOn(event) ? "FAILED, the cluster continues" : at("detail.state")(event)),
    problems: { FAILED: 3, "FAILED, the cluster continues": 2 },
    ends: ["COMPLETED"],
    outcomes: { "FAILED, the cluster continues": "failed" },
    context: stepContext,
    link,
  },
  {
    detailType: "EMR Configuration Error",
    means: "A cluster is configured in a way that cannot work",
    thing: "EMR cluster",
    condition: "configuration",
    name: "detail.clusterId",
    state: "detail.severity",
    problems: gradeOfLevel,
    outcomes: {
      CRITICAL: "has a critical configuration error",
      ERROR: "has a configuration error",
      WARN: "has a doubtful configuration",
      INFO: "reports on its configuration",
    },
    reason: "detail.description",
    link,
  },
];

const containerRows: readonly StateRow[] = [
  {
    detailType: "EMR Job Run State Change",
    means: "A job run of EMR on EKS is under way, complete, failed or was cancelled",
    thing: "EMR job run",
    name: ["detail.jobRunName", "detail.jobRunId"],
    key: joined(":", "detail.virtualClusterId", "detail.jobRunName"),
    problems: { FAILED: 3 },
    ends: ["COMPLETED"],
    outcomes: { CANCELLED: "was cancelled" },
    context: suffix("on virtual cluster", "detail.virtualClusterId"),
    reason: "detail.failureReason",
  },
];

/** A change of a part of a cluster. */
const partChange = (detailType: string, { name: partName, trouble }: ReturnType<typeof part>) =>
  formatter({
    source: "aws.emr",
    detailType,
    means: "A cluster's instances or their scaling changed, or could not",
    conditions: [trouble],
    detail: partFields,
    format: (detail, event) => {
      const { clusterId, severity: level, state } = detail;
      if (!clusterId) throw new UnexpectedPayload("no clusterId");
      const id = detail.instanceGroupId ?? detail.instanceFleetId ?? detail.resourceId;
      const type = detail.instanceGroupType ?? detail.instanceFleetType;
      const of = `${clusterId}:${id ?? ""}`;
      const statement: Statement = {
        of,
        node: cluster(event) ?? clusterId,
        thing: ["EMR", type?.toLowerCase(), partName].filter(Boolean).join(" "),
        outcome: state ? stateOf(state) : "has trouble",
        context: onCluster(event),
        link: consoleLink(event.region, "emr/home", `#/clusterDetails/${clusterId}`),
      };
      const grade = lookUp(gradeOfLevel, level?.toUpperCase());
      if (grade) return trouble.raise(grade, { ...statement, reason: partReason(event) });
      if (/^(?:RUNNING|ATTACHED)$/i.test(state ?? "")) return trouble.clear(statement);
      return note(trouble.name, { ...statement, of: `${of}:${slug(state ?? "changed")}` });
    },
  });

export const emr = () =>
  [
    states("aws.emr", rows),
    Object.entries(parts).flatMap(([detailType, changed]) => partChange(detailType, changed)),
    states("aws.emr-containers", containerRows),
  ].flat();
