import * as z from "zod";
import { condition, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { once } from "../once.ts";
import { arnName, flag, list, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { states } from "./states.ts";
import { words } from "./words.ts";

const threat = condition("guardduty", {
  grades: {
    5: "GuardDuty's score 9 and more, or an attack sequence",
    4: "score 7 and more",
    3: "score 4 and more",
    2: "score 1 and more",
  },
  ends: "an update that says the finding is archived",
});
const runtime = condition("guardduty:runtime", { grades: { 3: "" }, ends: "GuardDuty Runtime Protection Healthy" });
const malware = condition("guardduty:malware", { grades: { 4: "threats found", 2: "scan failed or denied" } });

const named = once(() => object({ name: text }));

const finding = once(() =>
  object({
    id: text,
    arn: text,
    accountId: text,
    region: text,
    type: text,
    title: text,
    severity: number,
    resource: object({
      instanceDetails: object({ instanceId: text }),
      accessKeyDetails: object({ userName: text }),
      s3BucketDetails: list(named()),
      eksClusterDetails: named(),
      ecsClusterDetails: named(),
      rdsDbInstanceDetails: object({ dbInstanceIdentifier: text }),
      lambdaDetails: object({ functionName: text }),
      containerDetails: named(),
      kubernetesDetails: object({ kubernetesWorkloadDetails: named() }),
    }),
    service: object({
      archived: flag,
      additionalInfo: object({ sample: flag, value: text }),
      detection: object({
        sequence: object({
          resources: list(object({ uid: text, name: text })),
          actors: list(object({ user: named() })),
        }),
      }),
    }),
  }),
);

type Finding = NonNullable<z.infer<ReturnType<typeof finding>>>;

/** What the finding is about: the resource that was attacked or misused, of an attack sequence the first. */
function resourceOf({ resource, service }: Finding): string | undefined {
  const sequence = service?.detection?.sequence;
  const target = sequence?.resources?.[0];
  return (
    target?.name ??
    arnName(target?.uid) ??
    resource?.instanceDetails?.instanceId ??
    resource?.s3BucketDetails?.[0]?.name ??
    resource?.rdsDbInstanceDetails?.dbInstanceIdentifier ??
    resource?.lambdaDetails?.functionName ??
    resource?.eksClusterDetails?.name ??
    resource?.ecsClusterDetails?.name ??
    resource?.containerDetails?.name ??
    resource?.accessKeyDetails?.userName ??
    sequence?.actors?.[0]?.user?.name ??
    resource?.kubernetesDetails?.kubernetesWorkloadDetails?.name
  );
}

/** GuardDuty's own bands: critical from 9, high from 7, medium from 4, low from 1. */
function severityOf(type: string, score = 1): ProblemSeverity {
  if (type.startsWith("AttackSequence:") || score >= 9) return 5;
  if (score >= 7) return 4;
  if (score >= 4) return 3;
  return score >= 1 ? 2 : 1;
}

const isSample = ({ title, service }: Finding): boolean =>
  service?.additionalInfo?.sample === true ||
  title?.startsWith("[SAMPLE]") === true ||
  /"sample"\s*:\s*true/.test(service?.additionalInfo?.value ?? "");

function noticeOf(found: Finding, event: AwsEvent): Notice {
  const { id, arn, type, title, region = event.region } = found;
  if (!type && !title) throw new UnexpectedPayload("a finding with neither type nor title");
  const thing = resourceOf(found);
  const subject = (title ?? "GuardDuty finding").replace(/^\[SAMPLE\]\s*/, "").replace(/[\s.]+$/, "");
  const about = thing && !subject.includes(thing) ? ` (${thing})` : "";
  const kind = type && subject !== type ? ` - GuardDuty ${type}` : " - GuardDuty";
  const summary = `${subject}${about}${kind}`;
  const of = id ?? arn ?? `${type ?? title}:${thing ?? ""}`;
  const common = {
    node: thing ?? `${found.accountId ?? event.account}-${region}`,
    link: id ? consoleLink(region, "guardduty/home", `#/findings?macros=current&fId=${id}`) : undefined,
  };
  if (isSample(found)) {
    return note(threat.name, { ...common, of: `${of}:sample`, summary: `[SAMPLE] ${summary}`, noise: "sample" });
  }
  if (found.service?.archived) return threat.clear({ ...common, of, summary: `Archived: ${summary}` });
  const severity = severityOf(type ?? "", found.severity);
  return severity === 1
    ? note(threat.name, { ...common, of: `${of}:info`, summary })
    : threat.raise(severity, { ...common, of, summary });
}

const runtimeThing = () =>
  object({
    resourceType: text,
    eksClusterDetails: object({ clusterName: text }),
    ecsClusterDetails: object({ clusterName: text }),
    ec2InstanceDetails: object({ instanceId: text }),
  });

export const guardduty = () =>
  [
    formatter({
      source: "aws.guardduty",
      detailType: "GuardDuty Finding",
      means: "GuardDuty saw a threat: an attack, a compromised instance or key, malware",
      conditions: [threat],
      // Old test events hold a list of findings.
      detail: () =>
        z.union([
          z.object({ findings: z.array(finding()).min(1) }),
          z.unknown().transform((detail) => ({ findings: [finding().parse(detail)] })),
        ]),
      format: ({ findings }, event) => findings.map((found) => noticeOf(found ?? {}, event)),
    }),
    ...(["Unhealthy", "Healthy"] as const).flatMap((health) =>
      formatter({
        source: "aws.guardduty",
        detailType: `GuardDuty Runtime Protection ${health}`,
        means: `GuardDuty's agent ${health === "Healthy" ? "watches" : "no longer watches"} a cluster or instance`,
        conditions: [health === "Healthy" ? { ...runtime, grades: {} } : runtime],
        detail: () => z.object({ accountId: text, resourceAccountId: text, resourceDetails: runtimeThing() }),
        format: ({ accountId, resourceAccountId, resourceDetails }, event) => {
          const name =
            resourceDetails?.eksClusterDetails?.clusterName ??
            resourceDetails?.ecsClusterDetails?.clusterName ??
            resourceDetails?.ec2InstanceDetails?.instanceId;
          const type = resourceDetails?.resourceType ?? "";
          const thing = [type, type && type !== "EC2" ? "cluster" : type && "instance", name].filter(Boolean).join(" ");
          const owner = resourceAccountId ?? accountId ?? event.account;
          const common = {
            of: `${owner}:${type}:${name ?? "any"}`,
            node: name ?? place(event),
          };
          const subject = `GuardDuty runtime protection${thing ? ` of ${thing}` : ""}`;
          return health === "Healthy"
            ? runtime.clear({ ...common, summary: `${subject} is healthy again` })
            : runtime.raise(3, { ...common, summary: `${subject} is unhealthy` });
        },
      }),
    ),
    formatter({
      source: "aws.guardduty",
      detailType: "GuardDuty Malware Protection Object Scan Result",
      means: "An object that was put into an S3 bucket was scanned for malware",
      conditions: [malware],
      detail: () =>
        z.object({
          scanStatus: text,
          s3ObjectDetails: object({ bucketName: text, objectKey: text }),
          scanResultDetails: object({ scanResultStatus: text, threats: list(named()) }),
        }),
      format: ({ scanStatus, s3ObjectDetails, scanResultDetails }, event) => {
        const result = (scanResultDetails?.scanResultStatus ?? scanStatus)?.toUpperCase();
        if (!result) throw new UnexpectedPayload("no scanResultStatus");
        const bucket = s3ObjectDetails?.bucketName;
        const where = bucket ? ` in S3 bucket ${bucket}` : "";
        const node = bucket ?? place(event);
        const of = `${bucket ?? "any"}:${result}`;
        if (result === "THREATS_FOUND") {
          const name = scanResultDetails?.threats?.[0]?.name;
          return malware.raise(4, {
            of: `${bucket ?? "any"}:${s3ObjectDetails?.objectKey ?? "any"}`,
            node,
            summary: `Malware found${where}${name ? `: ${name}` : ""}`,
          });
        }
        if (result === "FAILED" || result === "ACCESS_DENIED") {
          const why = result === "ACCESS_DENIED" ? "GuardDuty has no access" : "the scan failed";
          return malware.raise(2, { of, node, summary: `Malware scan of an object${where} did not happen: ${why}` });
        }
        const found = result === "NO_THREATS_FOUND" ? "found no threats" : `is ${words(result)}`;
        return note(malware.name, { of, node, summary: `Malware scan of an object${where} ${found}` });
      },
    }),
    ...states("aws.guardduty", [
      {
        detailType: {
          "GuardDuty Malware Protection Resource Status Error": "error",
          "GuardDuty Malware Protection Resource Status Warning": "warning",
          "GuardDuty Malware Protection Resource Status Active": "active",
        },
        means: "Whether GuardDuty can scan the objects of an S3 bucket for malware",
        thing: "GuardDuty malware protection of S3 bucket",
        condition: "malware-protection",
        name: "detail.s3BucketDetails.bucketName",
        problems: { error: 3, warning: 2 },
        ends: ["active"],
        says: { error: "does not work", warning: "works only in part", active: "is active" },
        reason: "detail.statusReasons.0.code",
      },
      {
        detailType: { "GuardDuty Malware Protection Post Scan Action Failed": "failed" },
        means: "An object was scanned, but could not be tagged with the result",
        thing: "GuardDuty malware protection of S3 bucket",
        condition: "malware-tagging",
        name: "detail.s3ObjectDetails.bucketName",
        problems: { failed: 3 },
        says: { failed: "could not tag a scanned object" },
        reason: "detail.postScanActions.0.failureReason",
      },
    ]),
  ].flat();
