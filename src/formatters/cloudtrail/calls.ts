import { type Fields, isFields } from "../../event.ts";
import type { ProblemSeverity, Severity } from "../../notice.ts";
import { dig, digAll } from "./request.ts";

/** How bad a call is that is not always equally bad; 0 where it undoes what the row's other calls do. */
export interface Grade {
  readonly severity: Severity;
  /** What makes it so, as the sentence goes on behind a colon. */
  readonly because?: string;
}

/**
 * API calls that an operator must hear of: what weakens security, logging or backups, destroys data, or takes away the
 * network. Rated by AWS's CIS and Well-Architected guidance on which calls to alarm on, and by what can be undone.
 */
export interface CallRow {
  /** `eventSource` without `.amazonaws.com`. */
  readonly service: string;
  /** Separated by spaces; without the API version that Lambda and CloudFront put behind a name. */
  readonly calls: string;
  readonly severity: ProblemSeverity;
  /** The paths, separated by spaces, of the resource in `requestParameters`; the first that is there counts. */
  readonly on?: string;
  /** The path of what is put on it or taken from it, where the resource alone does not tell conditions apart. */
  readonly and?: string;
  /** The calls that end what `calls` began, on the same resource. */
  readonly undo?: string;
  /** One condition for all of `calls`, since one of them can also end it. */
  readonly together?: true;
  /** The condition's kind, where another formatter shares it; the first of `calls` where absent. */
  readonly as?: string;
  /** What the root user's call is worth, where that is more than 4. */
  readonly root?: ProblemSeverity;
  /** Left at severity 1 when a service did it on a person's behalf or on its own, as scaling does. */
  readonly people?: true;
  /** The severities that `grade` gives beside `severity`. */
  readonly grades?: readonly ProblemSeverity[];
  /** Decides by the request, where the name does not; `undefined` where the call is harmless. */
  readonly grade?: (request: Fields, call: string) => Grade | undefined;
  /** What was done, as the sentence goes on behind the caller's name, where the call's own words say it badly. */
  readonly says?: string;
}

const json = (value: unknown): string => JSON.stringify(value) ?? "";

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

const publicBucket = (request: Fields): boolean =>
  allowsEveryone(dig(request, "bucketPolicy")) ||
  /groups\/global\/A(?:ll|uthenticated)Users/.test(json(request)) ||
  /"public-read/.test(json(dig(request, "x-amz-acl")));

const worldOpen = /"(?:0\.0\.0\.0\/0|::\/0)"/;
/** Remote access, databases, caches and search: never meant for everyone. */
const sensitivePorts = [22, 23, 445, 1433, 1521, 2375, 3306, 3389, 5432, 5900, 6379, 9200, 11211, 27017];

function ingress(request: Fields): Grade {
  const open = [digAll(request, "ipPermissions.items"), request].flat().filter((rule) => worldOpen.test(json(rule)));
  if (open.length === 0) return { severity: 2 };
  for (const rule of open) {
    const [from, to] = [Number(dig(rule, "fromPort") ?? 0), Number(dig(rule, "toPort") ?? 65535)];
    if (rule === request && open.length > 1) continue;
    if (String(dig(rule, "ipProtocol")) === "-1") return { severity: 4, because: "everything open to the world" };
    const port = sensitivePorts.find((sensitive) => from <= sensitive && sensitive <= to);
    if (port) return { severity: 4, because: `port ${port} open to the world` };
  }
  return { severity: 3, because: "open to the world" };
}

const share =
  (permission: string) =>
  (request: Fields): Grade => {
    if (digAll(request, `${permission}.add.items.group`).includes("all")) {
      return { severity: 5, because: "public to every AWS account" };
    }
    return digAll(request, `${permission}.remove.items.group`).includes("all")
      ? { severity: 0, because: "no longer public" }
      : { severity: 3 };
  };

const administrator = (request: Fields): Grade => {
  const policy = /(?:AdministratorAccess|IAMFullAccess)$/.exec(
    String(dig(request, "policyArn") ?? dig(request, "managedPolicyArn") ?? dig(request, "permissionSetArn") ?? ""),
  );
  return policy ? { severity: 4 } : { severity: 2 };
};

const database = (request: Fields): Grade => {
  if (isTrue(dig(request, "publiclyAccessible"))) return { severity: 4, because: "publicly accessible" };
  if (isFalse(dig(request, "deletionProtection"))) return { severity: 4, because: "deletion protection off" };
  if (digAll(request, "valuesToAdd").includes("all")) return { severity: 4, because: "public to every AWS account" };
  return { severity: 2 };
};

const table = (request: Fields): Grade => {
  if (isFalse(dig(request, "pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled"))) {
    return { severity: 3, because: "point-in-time recovery off" };
  }
  if (isFalse(dig(request, "deletionProtectionEnabled"))) return { severity: 3, because: "deletion protection off" };
  return { severity: 2 };
};

const isTrue = (value: unknown): boolean => String(value) === "true";
const isFalse = (value: unknown): boolean => String(value) === "false";

const publicAccess = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

const blockPublicAccess = (request: Fields, call: string): Grade =>
  call.startsWith("Put") &&
  publicAccess.every((setting) => isTrue(dig(request, `PublicAccessBlockConfiguration.${setting}`)))
    ? { severity: 0 }
    : { severity: 4 };

const rows: readonly CallRow[] = [
  // Audit and detection switched off
  {
    service: "cloudtrail",
    calls: "StopLogging",
    severity: 5,
    on: "name",
    undo: "StartLogging",
    says: "stopped logging of trail",
  },
  { service: "cloudtrail", calls: "DeleteTrail", severity: 5, on: "name" },
  { service: "cloudtrail", calls: "UpdateTrail", severity: 4, on: "name" },
  {
    service: "cloudtrail",
    calls: "PutEventSelectors PutInsightSelectors",
    severity: 4,
    on: "trailName eventDataStore",
    says: "changed what is recorded by trail",
  },
  { service: "cloudtrail", calls: "DeleteEventDataStore", severity: 4, on: "eventDataStore" },
  {
    service: "config",
    calls: "StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel",
    severity: 4,
    undo: "StartConfigurationRecorder",
  },
  {
    service: "guardduty",
    calls:
      "DeleteDetector StopMonitoringMembers DisassociateFromAdministratorAccount DisassociateFromMasterAccount DeleteMembers",
    severity: 5,
    on: "detectorId",
  },
  {
    service: "guardduty",
    calls: "UpdateDetector CreateFilter CreateIPSet UpdateIPSet DeletePublishingDestination",
    severity: 3,
    on: "detectorId",
  },
  {
    service: "securityhub",
    calls: "DisableSecurityHub DisableSecurityHubV2 BatchDisableStandards DisassociateFromAdministratorAccount",
    severity: 4,
    undo: "EnableSecurityHub EnableSecurityHubV2",
  },
  { service: "access-analyzer", calls: "DeleteAnalyzer", severity: 3, on: "analyzerName" },
  { service: "macie2", calls: "DisableMacie DisassociateFromAdministratorAccount", severity: 4, undo: "EnableMacie" },
  { service: "inspector2", calls: "Disable", severity: 4, undo: "Enable", says: "disabled Inspector" },
  {
    service: "logs",
    calls: "DeleteLogGroup DeleteLogStream DeleteMetricFilter DeleteSubscriptionFilter",
    severity: 3,
    on: "logGroupName",
  },
  { service: "monitoring", calls: "DeleteAlarms", severity: 3, on: "alarmNames" },
  {
    service: "monitoring",
    calls: "DisableAlarmActions",
    severity: 3,
    on: "alarmNames",
    undo: "EnableAlarmActions",
    says: "silenced alarm",
  },
  { service: "events", calls: "DisableRule", severity: 3, on: "name", undo: "EnableRule" },
  { service: "events", calls: "DeleteRule RemoveTargets", severity: 3, on: "rule name" },
  {
    service: "bedrock",
    calls: "DeleteModelInvocationLoggingConfiguration",
    severity: 3,
    undo: "PutModelInvocationLoggingConfiguration",
  },
  { service: "bedrock", calls: "DeleteGuardrail UpdateGuardrail", severity: 3, on: "guardrailIdentifier" },

  // Network
  {
    service: "ec2",
    calls: "DeleteFlowLogs",
    severity: 4,
    on: "DeleteFlowLogsRequest.FlowLogId flowLogId",
    says: "deleted flow log",
  },
  {
    service: "ec2",
    calls: "AuthorizeSecurityGroupIngress",
    severity: 2,
    grades: [3, 4],
    grade: ingress,
    on: "groupId groupName",
    undo: "RevokeSecurityGroupIngress",
    says: "opened security group",
  },
  {
    service: "ec2",
    calls:
      "DeleteVpc DeleteSubnet DeleteRouteTable DeleteRoute ReplaceRoute DetachInternetGateway DeleteInternetGateway",
    severity: 3,
    on: "routeTableId internetGatewayId subnetId vpcId",
  },
  {
    service: "ec2",
    calls: "DeleteNatGateway DeleteVpnConnection DeleteVpcPeeringConnection DeleteTransitGatewayVpcAttachment",
    severity: 3,
    on: "natGatewayId vpnConnectionId vpcPeeringConnectionId transitGatewayAttachmentId",
  },
  {
    service: "ec2",
    calls: "CreateNetworkAclEntry ReplaceNetworkAclEntry DeleteNetworkAclEntry CreateRoute AttachInternetGateway",
    severity: 2,
    on: "networkAclId routeTableId internetGatewayId",
  },
  { service: "ec2", calls: "CreateTrafficMirrorSession", severity: 3, on: "networkInterfaceId" },
  { service: "wafv2", calls: "DisassociateWebACL", severity: 4, on: "resourceArn", undo: "AssociateWebACL" },
  { service: "wafv2", calls: "DeleteWebACL", severity: 4, on: "name id" },
  { service: "wafv2", calls: "UpdateWebACL", severity: 2, on: "name id" },
  { service: "wafv2", calls: "DeleteLoggingConfiguration", severity: 4, on: "resourceArn" },
  {
    service: "shield",
    calls: "DeleteProtection DisableProactiveEngagement DisassociateDRTRole",
    severity: 4,
    on: "protectionId",
  },
  { service: "route53", calls: "DeleteHostedZone DeleteHealthCheck", severity: 4, on: "id healthCheckId" },
  { service: "route53", calls: "DisassociateVPCFromHostedZone", severity: 4, on: "hostedZoneId id" },
  ...["DomainTransferLock", "DomainAutoRenew"].map(
    (setting): CallRow => ({
      service: "route53domains",
      calls: `Disable${setting}`,
      severity: 4,
      on: "domainName",
      undo: `Enable${setting}`,
    }),
  ),
  { service: "route53domains", calls: "TransferDomain UpdateDomainNameservers", severity: 4, on: "domainName" },
  { service: "cloudfront", calls: "DeleteDistribution UpdateDistribution", severity: 2, on: "id" },
  {
    service: "elasticloadbalancing",
    calls: "DeleteLoadBalancer DeleteListener DeleteTargetGroup",
    severity: 3,
    on: "loadBalancerArn listenerArn targetGroupArn loadBalancerName",
  },

  // Compute
  {
    service: "ec2",
    calls: "StopInstances",
    severity: 2,
    on: "instancesSet.items.instanceId",
    undo: "StartInstances",
    people: true,
  },
  {
    service: "ec2",
    calls: "TerminateInstances RebootInstances",
    severity: 2,
    on: "instancesSet.items.instanceId",
    people: true,
  },
  {
    service: "ec2",
    calls: "ModifyInstanceMetadataOptions",
    severity: 2,
    grades: [3],
    grade: (request) =>
      String(dig(request, "ModifyInstanceMetadataOptionsRequest.HttpTokens") ?? dig(request, "httpTokens")) ===
      "optional"
        ? { severity: 3, because: "IMDSv1 allowed" }
        : { severity: 2 },
    on: "ModifyInstanceMetadataOptionsRequest.InstanceId instanceId",
  },
  { service: "ec2", calls: "GetPasswordData", severity: 3, on: "instanceId", says: "read the password of instance" },
  {
    service: "ec2",
    calls: "ModifySnapshotAttribute",
    severity: 3,
    grades: [5],
    grade: share("createVolumePermission"),
    on: "snapshotId",
    says: "shared snapshot",
  },
  {
    service: "ec2",
    calls: "ModifyImageAttribute",
    severity: 3,
    grades: [5],
    grade: share("launchPermission"),
    on: "imageId",
    says: "shared image",
  },
  {
    service: "ec2",
    calls: "DisableEbsEncryptionByDefault",
    severity: 4,
    undo: "EnableEbsEncryptionByDefault",
  },
  {
    service: "lambda",
    calls: "AddPermission",
    severity: 2,
    grades: [4],
    grade: (request) =>
      dig(request, "principal") === "*" ? { severity: 4, because: "callable by everyone" } : { severity: 2 },
    on: "functionName",
  },
  {
    service: "lambda",
    calls: "UpdateFunctionCode DeleteFunction CreateFunctionUrlConfig",
    severity: 2,
    on: "functionName",
  },
  { service: "eks", calls: "DeleteCluster", severity: 4, on: "name" },
  { service: "eks", calls: "DeleteNodegroup", severity: 4, on: "nodegroupName name" },
  {
    service: "eks",
    calls: "UpdateClusterConfig CreateAccessEntry AssociateAccessPolicy",
    severity: 2,
    on: "name clusterName",
  },
  {
    service: "ecs",
    calls: "UpdateService",
    severity: 3,
    grade: (request) =>
      String(dig(request, "desiredCount")) === "0" ? { severity: 3, because: "scaled to zero tasks" } : undefined,
    on: "service",
  },
  {
    service: "autoscaling",
    calls: "SuspendProcesses",
    severity: 3,
    on: "autoScalingGroupName",
    undo: "ResumeProcesses",
    says: "suspended scaling of group",
  },
  { service: "autoscaling", calls: "DeleteAutoScalingGroup", severity: 3, on: "autoScalingGroupName" },
  {
    service: "ecr",
    calls: "DeleteRepository SetRepositoryPolicy BatchDeleteImage",
    severity: 2,
    on: "repositoryName",
  },
  {
    service: "ssm",
    calls: "ModifyDocumentPermission",
    severity: 4,
    grade: (request) =>
      digAll(request, "accountIdsToAdd").includes("all")
        ? { severity: 4, because: "public to every AWS account" }
        : undefined,
    on: "name",
  },

  // Identities and permissions
  {
    service: "iam",
    calls: "CreateAccessKey UpdateAccessKey",
    severity: 3,
    root: 5,
    grade: (request, call) => {
      if (call === "CreateAccessKey") return { severity: 3 };
      return dig(request, "status") === "Inactive" ? { severity: 0 } : undefined;
    },
    on: "userName userIdentity.userName",
    undo: "DeleteAccessKey",
  },
  {
    service: "iam",
    calls: "CreateUser CreateLoginProfile UpdateLoginProfile",
    severity: 3,
    on: "userName userIdentity.userName",
  },
  ...["User", "Role", "Group"].flatMap((entity): CallRow[] => [
    {
      service: "iam",
      calls: `Attach${entity}Policy`,
      severity: 2,
      grades: [4],
      grade: administrator,
      on: `${entity.toLowerCase()}Name`,
      and: "policyArn",
      undo: `Detach${entity}Policy`,
    },
    {
      service: "iam",
      calls: `Put${entity}Policy`,
      severity: 2,
      on: `${entity.toLowerCase()}Name`,
      and: "policyName",
      undo: `Delete${entity}Policy`,
    },
  ]),
  { service: "iam", calls: "CreatePolicyVersion SetDefaultPolicyVersion", severity: 2, on: "policyArn" },
  {
    service: "iam",
    calls: "UpdateAssumeRolePolicy",
    severity: 3,
    on: "roleName",
    says: "changed who can assume role",
  },
  {
    service: "iam",
    calls: "CreateSAMLProvider UpdateSAMLProvider CreateOpenIDConnectProvider",
    severity: 3,
    on: "sAMLProviderArn name url",
  },
  { service: "iam", calls: "AddUserToGroup", severity: 3, on: "userName", and: "groupName" },
  {
    service: "iam",
    calls: "DeactivateMFADevice DeleteVirtualMFADevice",
    severity: 4,
    root: 5,
    on: "userName serialNumber",
    undo: "EnableMFADevice",
  },
  { service: "iam", calls: "DeleteAccountPasswordPolicy UpdateAccountPasswordPolicy", severity: 3 },
  {
    service: "sso",
    calls: "CreateAccountAssignment",
    severity: 2,
    grades: [4],
    grade: administrator,
    on: "permissionSetArn",
    and: "principalId",
    undo: "DeleteAccountAssignment",
    says: "gave a person or group access through permission set",
  },
  {
    service: "sso",
    calls: "AttachManagedPolicyToPermissionSet PutInlinePolicyToPermissionSet",
    severity: 2,
    grades: [4],
    grade: administrator,
    on: "permissionSetArn",
  },
  {
    service: "organizations",
    calls: "LeaveOrganization RemoveAccountFromOrganization",
    severity: 5,
    on: "accountId",
  },
  {
    service: "organizations",
    calls: "DetachPolicy",
    severity: 4,
    on: "targetId",
    and: "policyId",
    undo: "AttachPolicy",
  },
  {
    service: "organizations",
    calls: "DisablePolicyType",
    severity: 4,
    on: "policyType",
    and: "rootId",
    undo: "EnablePolicyType",
  },
  { service: "organizations", calls: "DeletePolicy", severity: 4, on: "policyId" },
  { service: "organizations", calls: "DeregisterDelegatedAdministrator", severity: 4, on: "accountId" },
  {
    service: "organizations",
    calls: "InviteAccountToOrganization",
    severity: 2,
    on: "target.id",
    says: "invited into the organization account",
  },
  { service: "account", calls: "CloseAccount", severity: 5, on: "accountId" },
  { service: "account", calls: "EnableRegion DisableRegion", severity: 3, on: "regionName" },
  { service: "account", calls: "PutAlternateContact", severity: 3, on: "alternateContactType" },

  // Keys, secrets and certificates
  { service: "kms", calls: "ScheduleKeyDeletion", severity: 5, on: "keyId", undo: "CancelKeyDeletion" },
  { service: "kms", calls: "DisableKey", severity: 4, on: "keyId", undo: "EnableKey" },
  {
    service: "kms",
    calls: "DeleteImportedKeyMaterial",
    severity: 4,
    grades: [5],
    on: "keyId",
    as: "kms:material",
    undo: "ImportKeyMaterial",
  },
  { service: "kms", calls: "DisableKeyRotation", severity: 2, on: "keyId", undo: "EnableKeyRotation" },
  { service: "kms", calls: "PutKeyPolicy", severity: 2, on: "keyId" },
  { service: "kms", calls: "CreateGrant", severity: 2, on: "keyId", people: true },
  { service: "secretsmanager", calls: "DeleteSecret", severity: 3, on: "secretId", undo: "RestoreSecret" },
  { service: "secretsmanager", calls: "CancelRotateSecret", severity: 3, on: "secretId", undo: "RotateSecret" },
  { service: "secretsmanager", calls: "PutResourcePolicy", severity: 3, on: "secretId" },
  { service: "acm", calls: "DeleteCertificate", severity: 3, on: "certificateArn" },

  // Data and its backups
  {
    service: "s3",
    calls: "PutBucketPolicy PutBucketAcl",
    severity: 3,
    grades: [4],
    grade: (request) => (publicBucket(request) ? { severity: 4, because: "open to everyone" } : { severity: 3 }),
    on: "bucketName",
  },
  { service: "s3", calls: "DeleteBucket DeleteBucketPolicy PutBucketCors", severity: 3, on: "bucketName" },
  {
    service: "s3",
    calls: "DeleteBucketPublicAccessBlock DeletePublicAccessBlock PutBucketPublicAccessBlock PutPublicAccessBlock",
    severity: 4,
    grade: blockPublicAccess,
    together: true,
    on: "bucketName",
    says: "lifted the block of public access on bucket",
  },
  {
    service: "s3",
    calls: "DeleteAccountPublicAccessBlock PutAccountPublicAccessBlock",
    severity: 4,
    grade: blockPublicAccess,
    together: true,
    says: "opened the account's block of public access to buckets",
  },
  {
    service: "s3",
    calls: "PutBucketVersioning",
    severity: 3,
    grade: (request) =>
      dig(request, "VersioningConfiguration.Status") === "Suspended"
        ? { severity: 3, because: "versioning suspended" }
        : undefined,
    on: "bucketName",
  },
  {
    service: "s3",
    calls: "DeleteBucketEncryption PutBucketLifecycle PutBucketLogging DeleteBucketReplication PutBucketReplication",
    severity: 3,
    on: "bucketName",
  },
  {
    service: "rds",
    calls:
      "DeleteDBInstance DeleteDBCluster DeleteDBSnapshot DeleteDBClusterSnapshot DeleteDBInstanceAutomatedBackup DeleteGlobalCluster",
    severity: 4,
    on: "dBInstanceIdentifier dBSnapshotIdentifier dBClusterSnapshotIdentifier dBClusterIdentifier globalClusterIdentifier dbiResourceId",
  },
  {
    service: "rds",
    calls:
      "ModifyDBInstance ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute AuthorizeDBSecurityGroupIngress",
    severity: 2,
    grades: [4],
    grade: database,
    on: "dBInstanceIdentifier dBSnapshotIdentifier dBClusterSnapshotIdentifier dBSecurityGroupName",
  },
  { service: "dynamodb", calls: "DeleteTable DeleteBackup", severity: 4, on: "tableName backupArn" },
  {
    service: "dynamodb",
    calls: "UpdateContinuousBackups UpdateTable",
    severity: 2,
    grades: [3],
    grade: table,
    on: "tableName",
  },
  {
    service: "backup",
    calls:
      "DeleteBackupVault DeleteBackupPlan DeleteRecoveryPoint DeleteBackupVaultLockConfiguration PutBackupVaultAccessPolicy UpdateRecoveryPointLifecycle",
    severity: 4,
    on: "backupVaultName backupPlanId",
  },

  // Mail
  {
    service: "ses",
    calls: "UpdateAccountSendingEnabled",
    severity: 4,
    grade: (request) => ({ severity: isTrue(dig(request, "enabled")) ? 0 : 4 }),
    says: "stopped the account's sending of mail",
  },
];

/** A row for each condition: calls that no other call undoes are each a matter of their own. */
export const callRows: readonly CallRow[] = rows.flatMap((row) =>
  row.undo || row.together ? [row] : row.calls.split(" ").map((call) => ({ ...row, calls: call })),
);
