import { describe, expect, test } from "vitest";
import { type Fields, parseEvent } from "../../src/event.ts";
import { callRows } from "../../src/formatters/cloudtrail/calls.ts";
import { callerOf, userIdentity } from "../../src/formatters/cloudtrail/identity.ts";
import { actionOf, callParts } from "../../src/formatters/cloudtrail/phrase.ts";
import { type Target, targetOf } from "../../src/formatters/cloudtrail/request.ts";
import { registry } from "../../src/formatters/registry.ts";
import { route } from "../../src/route.ts";
import { sentenceOf, visibleLength } from "../../src/sentence.ts";

const origin = { account: "111122223333", region: "eu-west-1" };
const alice = { type: "IAMUser", userName: "alice", accountId: origin.account };
const root = { type: "Root", arn: "arn:aws:iam::111122223333:root", accountId: origin.account };

function notices(service: string, eventName: string, more: object = {}) {
  const event = parseEvent(
    {
      source: `aws.${service}`,
      "detail-type": "AWS API Call via CloudTrail",
      ...origin,
      detail: {
        eventSource: `${service}.amazonaws.com`,
        eventName,
        awsRegion: origin.region,
        recipientAccountId: origin.account,
        userIdentity: alice,
        readOnly: false,
        ...more,
      },
    },
    origin,
  );
  if (!event) throw new Error("no event");
  const routed = route(event, registry);
  expect(routed.unformatted).toBeUndefined();
  return routed.notices;
}

const only = (...call: Parameters<typeof notices>) => {
  const [notice, ...others] = notices(...call);
  expect(others).toEqual([]);
  if (!notice) throw new Error("no notice");
  return notice;
};

describe("who", () => {
  const cases: [string, object | undefined, string, string?][] = [
    ["Root", root, "root"],
    ["IAMUser", alice, "alice"],
    ["IAMUser without a name", { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/ops/bob" }, "bob"],
    [
      "AssumedRole",
      {
        type: "AssumedRole",
        arn: "arn:aws:sts::111122223333:assumed-role/deploy/run-4711",
        principalId: "AROAEXAMPLE:run-4711",
        sessionContext: { sessionIssuer: { userName: "deploy" } },
      },
      "deploy",
    ],
    [
      "AssumedRole without its issuer",
      { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/deploy/run-4711" },
      "deploy",
    ],
    [
      "a role of IAM Identity Center",
      {
        type: "AssumedRole",
        arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/bob@example.com",
      },
      "bob@example.com (ReadOnly)",
      "ReadOnly",
    ],
    ["FederatedUser", { type: "FederatedUser", arn: "arn:aws:sts::111122223333:federated-user/carol" }, "carol"],
    ["SAMLUser", { type: "SAMLUser", userName: "dave@example.com", identityProvider: "a1b2=" }, "dave@example.com"],
    [
      "WebIdentityUser",
      { type: "WebIdentityUser", userName: "1234", identityProvider: "accounts.google.com" },
      "1234 of accounts.google.com",
    ],
    [
      "IdentityCenterUser",
      { type: "IdentityCenterUser", onBehalfOf: { userId: "544894e8" }, credentialId: "e1d2" },
      "Identity Center user 544894e8",
    ],
    ["AWSService", { type: "AWSService", invokedBy: "autoscaling.amazonaws.com" }, "AWS service autoscaling"],
    ["AWSAccount", { type: "AWSAccount", accountId: "444455556666" }, "account 444455556666"],
    ["Unknown", { type: "Unknown", principalId: "AIDAEXAMPLE:session", accountId: "444455556666" }, "AIDAEXAMPLE"],
    [
      "a name that AWS hides",
      { type: "IAMUser", userName: "HIDDEN_DUE_TO_SECURITY_REASONS" },
      "a user whose name AWS hides",
    ],
    ["nobody", undefined, "someone"],
    ["nothing", {}, "someone"],
  ];
  test.for(cases)("%s", ([, identity, name, key = name]) => {
    expect(callerOf(userIdentity().parse(identity))).toMatchObject({ name, key });
  });

  test("a service that acts for the account is not the root user in person", () => {
    expect(callerOf(userIdentity().parse(root)).root).toBe(true);
    expect(callerOf(userIdentity().parse({ ...root, invokedBy: "AWS Internal" })).root).toBe(false);
  });
});

describe("what", () => {
  test.for([
    ["DeleteDBInstance", "deleted", "DB instance"],
    ["PutBucketPolicy", "put", "bucket policy"],
    ["DeactivateMFADevice", "deactivated", "MFA device"],
    ["CopySnapshot", "copied", "snapshot"],
    ["BatchDeleteImage", "deleted", "image"],
    ["ConsoleLogin", undefined, "login"],
    ["RunInstances", "run", "instances"],
    ["CreateVpcEndpoint", "created", "VPC endpoint"],
    ["DisableSecurityHub", "disabled", "Security Hub"],
  ] as const)("%s", ([name, verb, noun]) => {
    expect(actionOf(name)).toEqual({ verb, noun });
  });

  test.for<[string, Target | undefined, string | undefined, string | undefined]>([
    ["DeleteDBInstance", { name: "orders", kind: "dbinstance" }, undefined, "DB instance orders was deleted"],
    ["StopInstances", { name: "i-1", kind: "instance" }, undefined, "Instance i-1 was stopped"],
    ["PutBucketPolicy", { name: "payroll", kind: "bucket" }, undefined, "Bucket policy was put on payroll"],
    ["CreateGrant", { name: "1234abcd", kind: "key" }, undefined, "Grant was created for key 1234abcd"],
    ["AttachRolePolicy", { name: "deploy", kind: "role" }, "Admin", "Role policy Admin was attached to deploy"],
    ["AddUserToGroup", { name: "bob", kind: "user" }, "admins", "User bob was added to group admins"],
    [
      "DisassociateFromAdministratorAccount",
      undefined,
      undefined,
      "Account was disassociated from administrator account",
    ],
    ["CreateTags", undefined, undefined, "Tags were created"],
    ["PutBucketCors", { name: "b", kind: "bucket" }, undefined, "Bucket CORS was put on b"],
    ["FailoverDBCluster", undefined, undefined, undefined],
    ["Disable", undefined, undefined, undefined],
    [`Create${"Very".repeat(20)}Thing`, undefined, undefined, undefined],
  ])("%s of %j with %s", ([call, target, part, sentence]) => {
    const parts = callParts({ service: "s3", call, target, part });
    expect(parts && sentenceOf(parts)).toBe(sentence);
  });

  test.for<[Fields, string, string | undefined]>([
    [{ bucketName: "payroll", key: "a" }, "bucketpolicy", "payroll"],
    [{ policyId: "policy-1", state: "DISABLED" }, "lifecyclepolicy", "policy-1"],
    [{ secretId: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3" }, "secret", "prod/db"],
    [{ roleSessionName: "run-1", roleArn: "arn:aws:iam::111122223333:role/deploy" }, "role", "deploy"],
    [{ queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/orders" }, "queueattributes", "orders"],
    [{ clientToken: "0a1b" }, "distribution", undefined],
    [{ name: "HIDDEN_DUE_TO_SECURITY_REASONS" }, "parameter", undefined],
    [{ alarmNames: ["one", "two"] }, "alarms", undefined],
  ])("%j", ([request, noun, name]) => {
    expect(targetOf(request, noun)?.name).toBe(name);
  });
});

describe("calls", () => {
  test("that no row lists are a condition of the caller and the action", () => {
    const one = only("s3", "CreateBucket", { requestParameters: { bucketName: "one" } });
    const two = only("s3", "CreateBucket", { requestParameters: { bucketName: "two" }, eventID: "2" });
    expect(one).toMatchObject({ severity: 1, tag: "CloudTrailEvent", node: "one" });
    expect(two.condition).toBe(one.condition);
  });

  test("that only read are noise, also where old records do not say so", () => {
    expect(only("s3", "GetObject", { readOnly: true }).noise).toBe("read-only");
    expect(only("ec2", "DescribeInstances", { readOnly: undefined }).noise).toBe("read-only");
    expect(only("ec2", "RunInstances", { readOnly: undefined }).noise).toBeUndefined();
  });

  test("of the root user are 4 at least, and a condition of their own where they only clear others", () => {
    expect(only("s3", "CreateBucket", { userIdentity: root }).severity).toBe(4);
    expect(only("cloudtrail", "StopLogging", { userIdentity: root, requestParameters: { name: "t" } }).severity).toBe(
      5,
    );
    const undone = notices("cloudtrail", "StartLogging", { userIdentity: root, requestParameters: { name: "t" } });
    expect(undone.map(({ severity }) => severity)).toEqual([0, 4]);
  });

  test("of a service that acts for the account are not the root user's", () => {
    expect(only("s3", "CreateBucket", { userIdentity: { ...root, invokedBy: "AWS Internal" } }).severity).toBe(1);
  });

  test.for([
    { errorCode: "AccessDenied", errorMessage: "User: x is not authorized" },
    { errorCode: "Client.UnauthorizedOperation" },
  ])("that were denied are not the risk itself: %j", (failure) => {
    const risk = only("cloudtrail", "StopLogging", { requestParameters: { name: "t" } });
    const attempt = only("cloudtrail", "StopLogging", { requestParameters: { name: "t" }, ...failure });
    expect(attempt).toMatchObject({ severity: 2, node: "t" });
    expect(sentenceOf(attempt)).toMatch(/^Call cloudtrail:StopLogging on t was denied: /);
    expect(attempt.condition).not.toBe(risk.condition);
  });

  test("that failed undo nothing", () => {
    const failed = only("cloudtrail", "StartLogging", {
      requestParameters: { name: "t" },
      errorCode: "TrailNotFoundException",
    });
    expect(failed.severity).toBe(1);
  });

  test("that failed without a code say so", () => {
    expect(sentenceOf(only("iam", "DeleteRole", { errorMessage: "Cannot delete entity." }))).toContain(
      "failed in eu-west-1: Cannot delete entity",
    );
  });

  test.for<[string, string, object, number]>([
    ["ec2", "AuthorizeSecurityGroupIngress", { groupId: "sg-1" }, 2],
    ["ec2", "AuthorizeSecurityGroupIngress", { groupId: "sg-1", cidrIp: "10.0.0.0/8", fromPort: 22, toPort: 22 }, 2],
    ["ec2", "AuthorizeSecurityGroupIngress", { groupId: "sg-1", cidrIp: "0.0.0.0/0", fromPort: 443, toPort: 443 }, 3],
    ["ec2", "AuthorizeSecurityGroupIngress", { groupId: "sg-1", cidrIp: "0.0.0.0/0", fromPort: 22, toPort: 22 }, 4],
    [
      "ec2",
      "ModifySnapshotAttribute",
      { snapshotId: "s", createVolumePermission: { add: { items: [{ userId: "4" }] } } },
      3,
    ],
    ["iam", "AttachUserPolicy", { userName: "bob", policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }, 2],
    ["iam", "AttachUserPolicy", { userName: "bob", policyArn: "arn:aws:iam::aws:policy/IAMFullAccess" }, 4],
    ["lambda", "AddPermission20150331v2", { functionName: "f", principal: "*" }, 4],
    ["lambda", "AddPermission20150331v2", { functionName: "f", principal: "s3.amazonaws.com" }, 2],
    ["s3", "PutBucketVersioning", { bucketName: "b", VersioningConfiguration: { Status: "Suspended" } }, 3],
    ["s3", "PutBucketVersioning", { bucketName: "b", VersioningConfiguration: { Status: "Enabled" } }, 1],
    ["s3", "PutBucketAcl", { bucketName: "b", "x-amz-acl": ["public-read"] }, 4],
    [
      "s3",
      "PutBucketPolicy",
      { bucketName: "b", bucketPolicy: { Statement: [{ Effect: "Deny", Principal: "*" }] } },
      3,
    ],
    ["rds", "ModifyDBInstance", { dBInstanceIdentifier: "d", deletionProtection: false }, 4],
    ["rds", "ModifyDBInstance", { dBInstanceIdentifier: "d", allocatedStorage: 100 }, 2],
    ["ecs", "UpdateService", { service: "web", desiredCount: 0 }, 3],
    ["ecs", "UpdateService", { service: "web", desiredCount: 4 }, 1],
    ["ses", "UpdateAccountSendingEnabled", { enabled: false }, 4],
    ["ses", "UpdateAccountSendingEnabled", { enabled: true }, 0],
    ["account", "CloseAccount", {}, 5],
    ["wafv2", "UpdateWebACL", { name: "web" }, 2],
  ])("%s:%s %j is %i", ([service, call, requestParameters, severity]) => {
    expect(only(service, call, { requestParameters }).severity).toBe(severity);
  });

  test("about several resources give a notice of each", () => {
    const items = [{ instanceId: "i-1" }, { instanceId: "i-2" }];
    const stopped = notices("ec2", "StopInstances", { requestParameters: { instancesSet: { items } } });
    expect(stopped.map(({ node, severity }) => [node, severity])).toEqual([
      ["i-1", 2],
      ["i-2", 2],
    ]);
  });

  test("of scaling are a note", () => {
    const requestParameters = { instancesSet: { items: [{ instanceId: "i-1" }] } };
    const userIdentity = { type: "AWSService", invokedBy: "autoscaling.amazonaws.com" };
    expect(only("ec2", "TerminateInstances", { requestParameters, userIdentity })).toMatchObject({
      severity: 1,
      node: "i-1",
    });
  });

  // A request that every row can find its resource in.
  const names = [
    ...new Set(
      callRows
        .flatMap(({ on = "", and = "" }) => `${on} ${and}`.split(" "))
        .filter((path) => path && !path.includes(".")),
    ),
  ];
  const request = Object.fromEntries(names.map((name) => [name, `the-${name}`]));
  const pairs = callRows.flatMap((row) =>
    (row.undo ?? "")
      .split(" ")
      .filter(Boolean)
      .map((undo) => ({ row, undo })),
  );

  test.for(pairs.flatMap(({ row, undo }) => row.calls.split(" ").map((call) => ({ row, call, undo }))))(
    "$row.service:$undo ends what $row.service:$call raises",
    ({ row, call, undo }) => {
      const requestParameters = { ...request, instancesSet: { items: [{ instanceId: "i-1" }] } };
      const raised = notices(row.service, call, { requestParameters });
      const cleared = notices(row.service, undo, {
        requestParameters,
        userIdentity: { type: "IAMUser", userName: "bob" },
      });
      for (const problem of raised.filter(({ severity }) => severity > 1)) {
        const recovery = cleared.find(({ condition, severity }) => severity === 0 && condition === problem.condition);
        expect(recovery?.severity === 0 && recovery.worst).toBeGreaterThanOrEqual(problem.severity);
        expect(recovery?.node).toBe(problem.node);
      }
    },
  );

  test.for(callRows.flatMap((row) => row.calls.split(" ").map((call) => ({ row, call }))))(
    "$row.service:$call has its outcome where the console shows it",
    ({ row, call }) => {
      for (const notice of notices(row.service, call, { requestParameters: request })) {
        expect(`${notice.thing} ${notice.outcome}`.length).toBeLessThanOrEqual(visibleLength);
        expect(notice.outcome).toMatch(/^(?:was|were) [a-z]/);
        expect(sentenceOf(notice)).not.toMatch(/undefined|\{|\}| {2}|\(\)/);
      }
    },
  );

  test("no call stands in the list twice", () => {
    const calls = callRows.flatMap(({ service, calls }) => calls.split(" ").map((call) => `${service}:${call}`));
    expect(calls.filter((call, index) => calls.indexOf(call) !== index)).toEqual([]);
  });
});

describe("actor", () => {
  const requestParameters = { bucketName: "payroll" };
  const sourceIPAddress = "203.0.113.9";
  const actorOf = (more: object) => only("s3", "DeleteBucket", { requestParameters, sourceIPAddress, ...more }).actor;

  test("has name, address and call", () => {
    expect(actorOf({})).toEqual({
      name: "alice",
      address: sourceIPAddress,
      account: undefined,
      via: "s3:DeleteBucket",
    });
  });

  test("has no address of a note", () => {
    expect(only("s3", "CreateBucket", { requestParameters, sourceIPAddress }).actor?.address).toBeUndefined();
  });

  test.for([
    ["2001:db8::1", "2001:db8::1"],
    ["cloudformation.amazonaws.com", undefined],
    ["AWS Internal", undefined],
  ])("of %s has address %s", ([given, address]) => {
    expect(actorOf({ sourceIPAddress: given })?.address).toBe(address);
  });

  test("that is a service has no address", () => {
    expect(actorOf({ userIdentity: { ...alice, invokedBy: "AWS Internal" } })?.address).toBeUndefined();
  });

  test("of another account has that account, unless its name says it", () => {
    expect(actorOf({ userIdentity: { ...alice, accountId: "444455556666" } })?.account).toBe("444455556666");
    expect(actorOf({ userIdentity: { type: "AWSAccount", accountId: "444455556666" } })?.account).toBeUndefined();
  });
});

test("a sign-in is found under either spelling", () => {
  for (const spelling of ["AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"]) {
    const event = parseEvent(
      {
        source: "aws.signin",
        "detail-type": spelling,
        ...origin,
        detail: { eventName: "ConsoleLogin", userIdentity: root, responseElements: { ConsoleLogin: "Success" } },
      },
      origin,
    );
    expect(event && route(event, registry).notices).toMatchObject([{ severity: 5 }]);
  }
});
