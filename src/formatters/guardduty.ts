import * as z from "zod";
import { arnName } from "../arn.ts";
import { condition, type Notice, note, type ProblemSeverity, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, flag, list, number, object, type Read, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";
import { words } from "../grammar/words.ts";
import { lazy } from "../lazy.ts";
import { cleanReason, visibleLength } from "../sentence.ts";

const threat = condition("guardduty", {
  grades: {
    5: "GuardDuty's score 9 and more, or an attack sequence",
    4: "score 7 and more",
    3: "score 4 and more",
    2: "score 1 and more",
  },
  ends: "an update that says the finding is archived",
});
const runtime = condition("guardduty:runtime", {
  grades: { 3: "unhealthy" },
  ends: "GuardDuty Runtime Protection Healthy",
});
const malware = condition("guardduty:malware", { grades: { 4: "threats found", 2: "scan failed or denied" } });

const named = lazy(() => object({ name: text }));

const finding = lazy(() =>
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

/**
 * `unauthorized access, SSH brute force` of `UnauthorizedAccess:EC2/SSHBruteForce`; without the purpose where it leaves
 * no room.
 */
function threatOf(type: string): string {
  const [purpose = "", family] = type.split(/:(?:[^/]*\/)?/);
  const parts = (family ?? "")
    .replace(/!.*$/, "")
    .replace(/\.[A-Z]$/, "")
    .split(".");
  const what = parts.filter(Boolean).map(inWords).join(", ");
  const whole = [inWords(purpose), what].filter(Boolean).join(", ");
  return what && `GuardDuty: ${whole}`.length > visibleLength ? what : whole || type;
}

/** Words of a name in which acronyms touch other words: `malicious IP caller`. */
const inWords = (name: string): string => words(name.replace(/([A-Z\d&])(?=[A-Z][a-z])/g, "$1 ")).replace("c&c", "C&C");

/** The title as a reason, with the type: a long title is truncated, the type is not. */
function reasonOf(title: string | undefined, type: string | undefined): string | undefined {
  if (!type) return undefined;
  if (!title || title === type) return type;
  return `${cleanReason(title, Math.max(60, 157 - type.length))} (${type})`;
}

function noticeOf(found: Finding, event: AwsEvent): Notice {
  const { id, arn, type, region = event.region } = found;
  const title = found.title?.replace(/^\[SAMPLE\]\s*/, "").replace(/[\s.]+$/, "");
  if (!type && !title) throw new UnexpectedPayload("a finding with neither type nor title");
  const resource = resourceOf(found);
  const of = id ?? arn ?? `${type ?? found.title}:${resource ?? ""}`;
  const threatText = type ? threatOf(type) : title;
  const statement = (thing: string, end = ""): Statement => ({
    of,
    node: resource ?? `${found.accountId ?? event.account}-${region}`,
    thing,
    outcome: `${end}: ${threatText}`,
    context: resource && !title?.includes(resource) ? `(${resource})` : undefined,
    reason: reasonOf(title, type),
    link: id ? consoleLink(region, "guardduty/home", `#/findings?macros=current&fId=${id}`) : undefined,
  });
  if (isSample(found)) {
    return note(threat.name, { ...statement("[SAMPLE] GuardDuty"), of: `${of}:sample`, noise: "sample" });
  }
  if (found.service?.archived) return threat.clear(statement("GuardDuty", "archived"));
  const severity = severityOf(type ?? "", found.severity);
  return severity === 1
    ? note(threat.name, { ...statement("GuardDuty"), of: `${of}:info` })
    : threat.raise(severity, statement("GuardDuty"));
}

const findings = formatter({
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
});

const runtimeFields = () =>
  z.object({
    accountId: text,
    resourceAccountId: text,
    issue: text,
    resourceDetails: object({
      resourceType: text,
      eksClusterDetails: object({ clusterName: text }),
      ecsClusterDetails: object({ clusterName: text }),
      ec2InstanceDetails: object({ instanceId: text }),
    }),
  });

function runtimeStatement(
  detail: z.infer<ReturnType<typeof runtimeFields>>,
  event: AwsEvent,
): Omit<Statement, "outcome"> {
  const { accountId, resourceAccountId, resourceDetails } = detail;
  const name =
    resourceDetails?.eksClusterDetails?.clusterName ??
    resourceDetails?.ecsClusterDetails?.clusterName ??
    resourceDetails?.ec2InstanceDetails?.instanceId;
  const type = resourceDetails?.resourceType ?? "";
  const resource = [type, type && (type === "EC2" ? "instance" : "cluster"), name].filter(Boolean).join(" ");
  return {
    of: `${resourceAccountId ?? accountId ?? event.account}:${type}:${name ?? "any"}`,
    node: name ?? accountRegion(event),
    thing: "GuardDuty runtime protection",
    context: resource && `on ${resource}`,
  };
}

const runtimeUnhealthy = formatter({
  source: "aws.guardduty",
  detailType: "GuardDuty Runtime Protection Unhealthy",
  means: "GuardDuty's agent no longer watches a cluster or instance",
  conditions: [runtime],
  detail: runtimeFields,
  format: (detail, event) =>
    runtime.raise(3, { ...runtimeStatement(detail, event), outcome: "is unhealthy", reason: detail.issue }),
});

const runtimeHealthy = formatter({
  source: "aws.guardduty",
  detailType: "GuardDuty Runtime Protection Healthy",
  means: "GuardDuty's agent watches a cluster or instance",
  conditions: [{ ...runtime, grades: {} }],
  detail: runtimeFields,
  format: (detail, event) => runtime.clear({ ...runtimeStatement(detail, event), outcome: "is healthy again" }),
});

const objectScan = formatter({
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
    const statement = {
      of: `${bucket ?? "any"}:${result}`,
      node: bucket ?? accountRegion(event),
      thing: "Malware scan of an object",
      context: bucket && `in S3 bucket ${bucket}`,
    };
    if (result === "THREATS_FOUND") {
      const of = `${bucket ?? "any"}:${s3ObjectDetails?.objectKey ?? "any"}`;
      const reason = scanResultDetails?.threats?.[0]?.name;
      return malware.raise(4, { ...statement, of, thing: "Malware", outcome: "found", reason });
    }
    if (result === "FAILED" || result === "ACCESS_DENIED") {
      const reason = result === "ACCESS_DENIED" ? "GuardDuty has no access" : "the scan failed";
      return malware.raise(2, { ...statement, outcome: "did not happen", reason });
    }
    const outcome = result === "NO_THREATS_FOUND" ? "found no threats" : `is ${words(result)}`;
    return note(malware.name, { ...statement, outcome });
  },
});

const unnamed: Read = () => undefined;
const protectedBucket = "detail.s3BucketDetails.bucketName";
const scannedBucket = "detail.s3ObjectDetails.bucketName";

const malwareProtection = () =>
  states("aws.guardduty", [
    {
      detailType: {
        "GuardDuty Malware Protection Resource Status Error": "error",
        "GuardDuty Malware Protection Resource Status Warning": "warning",
        "GuardDuty Malware Protection Resource Status Active": "active",
      },
      means: "Whether GuardDuty can scan the objects of an S3 bucket for malware",
      thing: "GuardDuty malware protection",
      condition: "malware-protection",
      name: unnamed,
      node: protectedBucket,
      key: protectedBucket,
      problems: { error: 3, warning: 2 },
      ends: ["active"],
      outcomes: { error: "does not work", warning: "works only in part", active: "is active" },
      context: suffix("for S3 bucket", protectedBucket),
      reason: "detail.statusReasons.0.code",
    },
    {
      detailType: { "GuardDuty Malware Protection Post Scan Action Failed": "failed" },
      means: "An object was scanned, but could not be tagged with the result",
      thing: "GuardDuty",
      condition: "malware-tagging",
      name: unnamed,
      node: scannedBucket,
      key: scannedBucket,
      problems: { failed: 3 },
      outcomes: { failed: "could not tag a scanned object" },
      context: suffix("in S3 bucket", scannedBucket),
      reason: "detail.postScanActions.0.failureReason",
    },
  ]);

export const guardduty = () => [findings, runtimeUnhealthy, runtimeHealthy, objectScan, malwareProtection()].flat();
