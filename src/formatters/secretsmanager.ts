import type { Notice } from "../notice.ts";
import { trailed, trailRecord } from "./cloudtrail.ts";
import { arnName, text } from "./fields.ts";
import { formatter } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { sentence, words } from "./words.ts";

const problems: Readonly<Record<string, readonly [severity: 2 | 3 | 4, said: string]>> = {
  RotationFailed: [4, "rotation failed"],
  RotationAbandoned: [3, "rotation was abandoned"],
  TestRotationFailed: [2, "test of its rotation failed"],
};

export const secretsmanager = () =>
  [
    formatter({
      source: "aws.secretsmanager",
      detailType: "AWS Service Event via CloudTrail",
      means: "The rotation of a secret succeeded or failed",
      severity: "RotationFailed 4, RotationAbandoned 3, TestRotationFailed 2, RotationSucceeded 0, else 1",
      clears: "RotationSucceeded of the same secret",
      detail: trailRecord,
      format: (record, event): Notice => {
        const { call, place, region } = trailed(record, event);
        const id = text.parse(record.additionalEventData?.SecretId);
        const name = arnName(id);
        const common = {
          node: name ?? place,
          link: name ? consoleLink(region, "secretsmanager/secret", `&name=${name}`) : undefined,
        };
        const secret = name ? `Secret ${name}` : "A secret";
        const condition = `secretsmanager:rotation:${name ?? "any"}`;
        if (call === "RotationSucceeded") {
          return { ...common, summary: `${secret}: rotation succeeded`, severity: 0, clears: [2, 3, 4], condition };
        }
        const [severity, said] = Object.hasOwn(problems, call) ? (problems[call] ?? []) : [];
        if (severity && said) return { ...common, summary: `${secret}: ${said}`, severity, condition };
        return {
          ...common,
          summary: `${secret}: ${sentence(words(call)).toLowerCase()}`,
          severity: 1,
          condition: `${condition}:${call}`,
        };
      },
    }),
  ].flat();
