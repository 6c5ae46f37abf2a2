import * as z from "zod";
import type { AwsEvent } from "../event.ts";
import type { Notice, ProblemSeverity } from "../notice.ts";
import { once } from "../once.ts";
import { arnName, flag, list, number, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { states } from "./states.ts";
import { words } from "./words.ts";

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
  const said = (title ?? "GuardDuty finding").replace(/^\[SAMPLE\]\s*/, "").replace(/[\s.]+$/, "");
  const about = thing && !said.includes(thing) ? ` (${thing})` : "";
  const kind = type && said !== type ? ` - GuardDuty ${type}` : " - GuardDuty";
  const common = {
    node: thing ?? `${found.accountId ?? event.account}-${region}`,
    link: id ? consoleLink(region, "guardduty/home", `#/findings?macros=current&fId=${id}`) : undefined,
  };
  const key = `guardduty:${id ?? arn ?? `${type ?? title}:${thing ?? ""}`}`;
  if (isSample(found)) {
    return {
      ...common,
      summary: `[SAMPLE] ${said}${about}${kind}`,
      severity: 1,
      condition: `${key}:sample`,
      noise: "sample",
    };
  }
  if (found.service?.archived) {
    return {
      ...common,
      summary: `Archived: ${said}${about}${kind}`,
      severity: 0,
      clears: [2, 3, 4, 5],
      condition: key,
    };
  }
  const severity = severityOf(type ?? "", found.severity);
  return { ...common, summary: `${said}${about}${kind}`, severity, condition: severity === 1 ? `${key}:info` : key };
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
      severity:
        "GuardDuty's score: 9 and more 5, 7 and more 4, 4 and more 3, 1 and more 2; attack sequences 5; samples 1",
      clears: "an update that says the finding is archived",
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
        severity: health === "Healthy" ? "0" : "3",
        clears: health === "Healthy" ? undefined : "GuardDuty Runtime Protection Healthy",
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
            node: name ?? place(event),
            condition: `guardduty:runtime:${owner}:${type}:${name ?? "any"}`,
          };
          const of = thing ? ` of ${thing}` : "";
          return health === "Healthy"
            ? { ...common, summary: `GuardDuty runtime protection${of} is healthy again`, severity: 0, clears: [3] }
            : { ...common, summary: `GuardDuty runtime protection${of} is unhealthy`, severity: 3 };
        },
      }),
    ),
    formatter({
      source: "aws.guardduty",
      detailType: "GuardDuty Malware Protection Object Scan Result",
      means: "An object that was put into an S3 bucket was scanned for malware",
      severity: "threats found 4, scan failed or denied 2, else 1",
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
        const common = { node: bucket ?? place(event) };
        const key = `guardduty:malware:${bucket ?? "any"}`;
        if (result === "THREATS_FOUND") {
          const threat = scanResultDetails?.threats?.[0]?.name;
          return {
            ...common,
            summary: `Malware found${where}${threat ? `: ${threat}` : ""}`,
            severity: 4,
            condition: `${key}:${s3ObjectDetails?.objectKey ?? "any"}`,
          };
        }
        if (result === "FAILED" || result === "ACCESS_DENIED") {
          const why = result === "ACCESS_DENIED" ? "GuardDuty has no access" : "the scan failed";
          return {
            ...common,
            summary: `Malware scan of an object${where} did not happen: ${why}`,
            severity: 2,
            condition: `${key}:${result}`,
          };
        }
        const found = result === "NO_THREATS_FOUND" ? "found no threats" : `is ${words(result)}`;
        return {
          ...common,
          summary: `Malware scan of an object${where} ${found}`,
          severity: 1,
          condition: `${key}:${result}`,
        };
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
        clears: ["active"],
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
