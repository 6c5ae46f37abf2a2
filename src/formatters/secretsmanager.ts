import { condition, note } from "../condition.ts";
import type { Notice } from "../notice.ts";
import { trailed, trailRecord } from "./cloudtrail.ts";
import { arnName, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { sentence, words } from "./words.ts";

const problems: Readonly<Record<string, readonly [severity: 2 | 3 | 4, says: string]>> = {
  RotationFailed: [4, "rotation failed"],
  RotationAbandoned: [3, "rotation was abandoned"],
  TestRotationFailed: [2, "test of its rotation failed"],
};

const rotation = condition("secretsmanager:rotation", {
  grades: { 4: "RotationFailed", 3: "RotationAbandoned", 2: "TestRotationFailed" },
  ends: "RotationSucceeded of the same secret",
});

export const secretsmanager = () =>
  [
    formatter({
      source: "aws.secretsmanager",
      detailType: "AWS Service Event via CloudTrail",
      means: "The rotation of a secret succeeded or failed",
      conditions: [rotation],
      detail: trailRecord,
      format: (record, event): Notice => {
        const { call, place, region } = trailed(record, event);
        const id = text.parse(record.additionalEventData?.SecretId);
        const name = arnName(id);
        const common = {
          of: name,
          node: name ?? place,
          link: name ? consoleLink(region, "secretsmanager/secret", `&name=${name}`) : undefined,
        };
        const secret = name ? `Secret ${name}` : "A secret";
        if (call === "RotationSucceeded") {
          return rotation.clear({ ...common, summary: `${secret}: rotation succeeded` });
        }
        const [severity, says] = Object.hasOwn(problems, call) ? (problems[call] ?? []) : [];
        if (severity) return rotation.raise(severity, { ...common, summary: `${secret}: ${says}` });
        const summary = `${secret}: ${sentence(words(call)).toLowerCase()}`;
        return note(rotation.name, { ...common, of: `${name ?? "any"}:${call}`, summary });
      },
    }),
  ].flat();
