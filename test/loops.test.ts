import { describe, expect, test } from "vitest";
import { type AwsEvent, parseEvent } from "../src/event.ts";
import { loopOf, type Self } from "../src/forward/loops.ts";

const origin = { account: "111122223333", region: "eu-west-1" };
const role = "AWS-Events2Panther-Events2PantherFunctionRole-1A2B3C4D5E6F";
const self: Self = { ...origin, functionName: "AWS-Events2Panther", role };
const arnOf = (name: string, session: string, account = origin.account): string =>
  `arn:aws:sts::${account}:assumed-role/${name}/${session}`;
const event = (source: string, detailType: string, detail: object): AwsEvent =>
  parseEvent({ source, "detail-type": detailType, ...origin, detail }, origin) as AwsEvent;
const call = (detail: object): AwsEvent => event("aws.any", "AWS API Call via CloudTrail", detail);
const session = (name: string, arn = arnOf(name, "AWS-Events2Panther")) => ({
  userIdentity: { type: "AssumedRole", arn, sessionContext: { sessionIssuer: { type: "Role", userName: name } } },
});

describe("a loop is", () => {
  test.each([
    [
      "a call of its role",
      call({ eventSource: "sqs.amazonaws.com", eventName: "SendMessage", ...session(role) }),
      "own-role",
    ],
    [
      "the decryption of a secret",
      call({ eventSource: "kms.amazonaws.com", eventName: "Decrypt", ...session(role) }),
      "own-role",
    ],
    [
      "Lambda assuming its role",
      call({
        eventSource: "sts.amazonaws.com",
        eventName: "AssumeRole",
        userIdentity: { type: "AWSService", invokedBy: "lambda.amazonaws.com" },
        requestParameters: { roleArn: `arn:aws:iam::111122223333:role/${role}`, roleSessionName: "AWS-Events2Panther" },
      }),
      "own-role-assumed",
    ],
    [
      "a stream of its log group",
      call({
        eventSource: "logs.amazonaws.com",
        eventName: "CreateLogStream",
        userIdentity: { type: "AWSService", invokedBy: "lambda.amazonaws.com" },
        requestParameters: { logGroupName: "/aws/lambda/AWS-Events2Panther" },
      }),
      "own-log-group",
    ],
    [
      "an alarm of its stack",
      event("aws.cloudwatch", "CloudWatch Alarm State Change", { alarmName: "AWS-Events2Panther-Errors" }),
      "own-alarm",
    ],
    [
      "a failed invocation of it",
      event("lambda", "Lambda Function Invocation Result - Failure", {
        requestContext: { functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:AWS-Events2Panther:$LATEST" },
      }),
      "own-invocation",
    ],
  ])("%s", (_, own, kind) => expect(loopOf(own, self)).toBe(kind));

  test("is also recognised without the role from the template", () => {
    expect(loopOf(call(session(role)), { ...self, role: undefined })).toBe("own-role");
  });
});

describe("not a loop is", () => {
  test.each([
    ["another role's call", call(session("deploy"))],
    ["a person in a session with the function's name", call(session("admin", arnOf("admin", "AWS-Events2Panther")))],
    [
      "the role of that name in another account",
      call(session(role, arnOf(role, "AWS-Events2Panther", "999988887777"))),
    ],
    [
      "the deletion of its log group",
      call({
        eventSource: "logs.amazonaws.com",
        eventName: "DeleteLogGroup",
        userIdentity: { type: "IAMUser", userName: "mallory" },
        requestParameters: { logGroupName: "/aws/lambda/AWS-Events2Panther" },
      }),
    ],
    [
      "a change of its code",
      call({
        eventSource: "lambda.amazonaws.com",
        eventName: "UpdateFunctionCode20150331v2",
        userIdentity: { type: "IAMUser", userName: "mallory" },
        requestParameters: { functionName: "AWS-Events2Panther" },
      }),
    ],
    [
      "another alarm",
      event("aws.cloudwatch", "CloudWatch Alarm State Change", { alarmName: "AWS-Events2Panther-mine" }),
    ],
    ["odd identities", call({ userIdentity: { type: "AssumedRole", arn: 7, sessionContext: "x" } })],
  ])("%s", (_, other) => {
    expect(loopOf(other, self)).toBeUndefined();
    expect(loopOf(other, { ...self, role: undefined })).toBeUndefined();
  });
});
