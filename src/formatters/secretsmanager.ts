import { arnName } from "../arn.ts";
import { condition, type Notice, note } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, words } from "../grammar/words.ts";
import { type TrailRecord, trailEventOf, trailRecord } from "./cloudtrail/record.ts";

const problems: Readonly<Record<string, readonly [severity: 2 | 3 | 4, outcome: string]>> = {
  RotationFailed: [4, ": rotation failed"],
  RotationAbandoned: [3, ": rotation was abandoned"],
  TestRotationFailed: [2, ": test of its rotation failed"],
};

const rotation = condition("secretsmanager:rotation", {
  grades: { 4: "RotationFailed", 3: "RotationAbandoned", 2: "TestRotationFailed" },
  ends: "RotationSucceeded of the same secret",
});

function noticeOf(record: TrailRecord, event: AwsEvent): Notice {
  const { call, origin, region } = trailEventOf(record, event);
  const name = arnName(text.parse(record.additionalEventData?.SecretId));
  const fields = {
    of: name,
    node: name ?? origin,
    thing: "Secret",
    name,
    reason: record.errorMessage,
    link: name ? consoleLink(region, "secretsmanager/secret", `&name=${name}`) : undefined,
  };
  if (call === "RotationSucceeded") return rotation.clear({ ...fields, outcome: ": rotation succeeded" });
  const [severity, outcome] = lookUp(problems, call) ?? [];
  if (severity && outcome) return rotation.raise(severity, { ...fields, outcome });
  return note(rotation.name, {
    ...fields,
    of: `${name ?? "any"}:${call}`,
    outcome: `: ${words(call).toLowerCase()}`,
  });
}

export const secretsmanager = () =>
  formatter({
    source: "aws.secretsmanager",
    detailType: "AWS Service Event via CloudTrail",
    means: "The rotation of a secret succeeded or failed",
    conditions: [rotation],
    detail: trailRecord,
    format: noticeOf,
  });
