import type { Severity } from "../../condition.ts";
import { asString, type Fields, isFields } from "../../event.ts";
import { number } from "../../grammar/fields.ts";
import { sensitivePorts } from "../../ports.ts";
import { dig, digAll } from "./request.ts";

/** How bad one call is, by its request. */
export interface Grade {
  /** 0 where it undoes what the other calls of its row do. */
  readonly severity: Severity;
  /** What makes it so. */
  readonly reason?: string;
}

/** Grades a call by its request; `undefined` where it is harmless. */
export type GradeBy = (request: Fields, call: string) => Grade | undefined;

/** A rule of a security group. */
export const ingress: GradeBy = (request) => {
  const open = [digAll(request, "ipPermissions.items"), request].flat().filter((rule) => worldOpen.test(json(rule)));
  if (open.length === 0) return { severity: 2 };
  for (const rule of open) {
    const [from, to] = [portAt(rule, "fromPort") ?? 0, portAt(rule, "toPort") ?? 65_535];
    if (rule === request && open.length > 1) continue;
    if (asString(dig(rule, "ipProtocol")) === "-1") return { severity: 4, reason: "everything open to the world" };
    const [port, { name } = { name: "" }] =
      [...sensitivePorts].find(([number]) => from <= number && number <= to) ?? [];
    if (port) return { severity: 4, reason: `port ${port} (${name}) open to the world` };
  }
  return { severity: 3, reason: "open to the world" };
};

/** Who may use a snapshot or an image; `permission` is the parameter that says so. */
export const sharing =
  (permission: string): GradeBy =>
  (request) => {
    if (digAll(request, `${permission}.add.items.group`).includes("all")) {
      return { severity: 5, reason: "public to every AWS account" };
    }
    return digAll(request, `${permission}.remove.items.group`).includes("all") ? { severity: 0 } : { severity: 3 };
  };

/** A policy that is given to somebody. */
export const administrator: GradeBy = (request) => {
  const policy = dig(request, "policyArn") ?? dig(request, "managedPolicyArn");
  return /(?:AdministratorAccess|IAMFullAccess)$/.test(asString(policy) ?? "") ? { severity: 4 } : { severity: 2 };
};

/** A policy of a permission set; the sentence does not name the policy. */
export const permissionSetPolicy: GradeBy = (request, call) => {
  const grade = administrator(request, call);
  return grade?.severity === 4 ? { ...grade, reason: "administrator access" } : grade;
};

/** A change of a database, or of who may restore its snapshot. */
export const database: GradeBy = (request) => {
  if (isTrue(dig(request, "publiclyAccessible"))) return { severity: 4, reason: "publicly accessible" };
  if (isFalse(dig(request, "deletionProtection"))) return { severity: 4, reason: "deletion protection off" };
  if (digAll(request, "valuesToAdd").includes("all")) return { severity: 4, reason: "public to every AWS account" };
  return { severity: 2 };
};

/** A change of a DynamoDB table. */
export const table: GradeBy = (request) => {
  if (isFalse(dig(request, "pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled"))) {
    return { severity: 3, reason: "point-in-time recovery off" };
  }
  if (isFalse(dig(request, "deletionProtectionEnabled"))) return { severity: 3, reason: "deletion protection off" };
  return { severity: 2 };
};

/** A bucket's policy or access control list. */
export const bucketAccess: GradeBy = (request) =>
  isPublicBucket(request) ? { severity: 4, reason: "open to everyone" } : { severity: 3 };

const publicAccess = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/** The block of public access, of a bucket or of the account. */
export const publicAccessBlock: GradeBy = (request, call) =>
  call.startsWith("Put") &&
  publicAccess.every((setting) => isTrue(dig(request, `PublicAccessBlockConfiguration.${setting}`)))
    ? { severity: 0 }
    : { severity: 4 };

export const versioning: GradeBy = (request) =>
  dig(request, "VersioningConfiguration.Status") === "Suspended"
    ? { severity: 3, reason: "versioning suspended" }
    : undefined;

export const instanceMetadata: GradeBy = (request) => {
  const tokens = dig(request, "ModifyInstanceMetadataOptionsRequest.HttpTokens") ?? dig(request, "httpTokens");
  return asString(tokens) === "optional" ? { severity: 3, reason: "IMDSv1 allowed" } : { severity: 2 };
};

export const functionPermission: GradeBy = (request) =>
  dig(request, "principal") === "*" ? { severity: 4, reason: "callable by everyone" } : { severity: 2 };

export const taskCount: GradeBy = (request) =>
  asString(dig(request, "desiredCount")) === "0" ? { severity: 3, reason: "scaled to zero tasks" } : undefined;

export const documentSharing: GradeBy = (request) =>
  digAll(request, "accountIdsToAdd").includes("all")
    ? { severity: 4, reason: "public to every AWS account" }
    : undefined;

/** An access key that is created or, by UpdateAccessKey, switched on or off. */
export const accessKey: GradeBy = (request, call) => {
  if (call === "CreateAccessKey") return { severity: 3 };
  return dig(request, "status") === "Inactive" ? { severity: 0 } : undefined;
};

export const sendingOfMail: GradeBy = (request) => {
  const enabled = dig(request, "enabled") ?? dig(request, "sendingEnabled");
  return { severity: isTrue(enabled) ? 0 : 4 };
};

const isTrue = (value: unknown): boolean => value === true || asString(value) === "true";
const isFalse = (value: unknown): boolean => value === false || asString(value) === "false";
const portAt = (rule: unknown, path: string): number | undefined => number.parse(dig(rule, path));
const json = (value: unknown): string => JSON.stringify(value) ?? "";
const worldOpen = /"(?:0\.0\.0\.0\/0|::\/0)"/;

const isPublicBucket = (request: Fields): boolean =>
  allowsEveryone(dig(request, "bucketPolicy")) ||
  /groups\/global\/A(?:ll|uthenticated)Users/.test(json(request)) ||
  /"public-read/.test(json(dig(request, "x-amz-acl")));

/** Whether a policy, given as an object or as JSON, allows something to everyone and does not narrow it down. */
function allowsEveryone(policy: unknown): boolean {
  let parsed = policy;
  if (typeof policy === "string") {
    try {
      parsed = JSON.parse(policy);
    } catch {
      return false;
    }
  }
  const statements = isFields(parsed) ? [parsed.Statement].flat() : [];
  return statements.some(
    (statement) =>
      isFields(statement) &&
      statement.Effect === "Allow" &&
      !statement.Condition &&
      /^(?:"\*"|\{"AWS":(?:"\*"|\["\*"\])\})$/.test(json(statement.Principal)),
  );
}
