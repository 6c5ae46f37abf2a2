import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { at, first, joined, type Read, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink, linkTo } from "./links.ts";
import { behind, states } from "./states.ts";
import { lookUp, predicate, slug, words } from "./words.ts";

const link = linkTo("emr/home#/clusterDetails/{}", "detail.clusterId");
const gradeOfLevel: Readonly<Record<string, 2 | 3 | 4>> = { CRITICAL: 4, ERROR: 3, WARN: 2 };

/** The code in `{"code":"BOOTSTRAP_FAILURE","message":"…"}`, which is a string in the event. */
const reasonCode: Read = (event) => {
  const code = /"code"\s*:\s*"(\w+)"/.exec(at("detail.stateChangeReason")(event) ?? "")?.[1];
  return code && words(code);
};

/** Whether a step failed that its cluster was told to disregard. */
const goesOn = (event: AwsEvent): boolean =>
  at("detail.state")(event) === "FAILED" && at("detail.actionOnFailure")(event) === "CONTINUE";

/** The name in `… in Amazon EMR cluster j-1YKXMPLQOBDEX (clickstream) …`: only the cluster's own event has it in a field. */
const cluster: Read = (event) => {
  const id = at("detail.clusterId")(event);
  const named = /\bcluster (j-\w+) \(([^()]+)\)/i.exec(at("detail.message")(event) ?? "");
  return named?.[1] === id ? named?.[2]?.trim() || id : id;
};

const onCluster = behind("on cluster", cluster);

/** `attached` and `arrested` are states here, and what was done only elsewhere. */
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

export const emr = () =>
  [
    states("aws.emr", [
      {
        detailType: "EMR Cluster State Change",
        means: "A cluster starts, runs, waits for work, was terminated or failed",
        thing: "EMR cluster",
        name: ["detail.name", "detail.clusterId"],
        key: "detail.clusterId",
        problems: { TERMINATED_WITH_ERRORS: 4 },
        ends: ["RUNNING", "WAITING"],
        says: {
          WAITING: "waits for work",
          TERMINATED: "was terminated",
          TERMINATED_WITH_ERRORS: "was terminated with errors",
        },
        reason: reasonCode,
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
        says: { "FAILED, the cluster continues": "failed" },
        where: (event) => onCluster(event) + (goesOn(event) ? ", which goes on" : ""),
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
        says: {
          CRITICAL: "has a critical configuration error",
          ERROR: "has a configuration error",
          WARN: "has a doubtful configuration",
          INFO: "reports on its configuration",
        },
        reason: "detail.description",
        link,
      },
    ]),
    Object.entries(parts).flatMap(([detailType, { name: partName, trouble }]) =>
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
          const name = cluster(event) ?? clusterId;
          const of = `${clusterId}:${id ?? ""}`;
          const statement = {
            of,
            node: name,
            summary: `EMR cluster ${name}: ${[type?.toLowerCase(), partName].filter(Boolean).join(" ")} ${state ? stateOf(state) : "has trouble"}`,
            link: consoleLink(event.region, "emr/home", `#/clusterDetails/${clusterId}`),
          };
          const grade = lookUp(gradeOfLevel, level?.toUpperCase());
          if (grade) return trouble.raise(grade, statement);
          if (/^(?:RUNNING|ATTACHED)$/i.test(state ?? "")) return trouble.clear(statement);
          return note(trouble.name, { ...statement, of: `${of}:${slug(state ?? "changed")}` });
        },
      }),
    ),
    states("aws.emr-containers", [
      {
        detailType: "EMR Job Run State Change",
        means: "A job run of EMR on EKS is under way, complete, failed or was cancelled",
        thing: "EMR job run",
        name: ["detail.jobRunName", "detail.jobRunId"],
        key: joined(":", "detail.virtualClusterId", "detail.jobRunName"),
        problems: { FAILED: 3 },
        ends: ["COMPLETED"],
        says: { CANCELLED: "was cancelled" },
        where: behind("on virtual cluster", "detail.virtualClusterId"),
        reason: "detail.failureReason",
      },
    ]),
  ].flat();
