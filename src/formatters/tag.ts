import * as z from "zod";
import { arnName } from "../arn.ts";
import { condition, note } from "../condition.ts";
import { accountRegion, flag, list, text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";

const policy = condition("tag:policy", {
  grades: { 2: "tags that break the tag policy" },
  ends: "tags of the same resource that follow the policy again",
});

export const tag = () =>
  formatter({
    source: "aws.tag",
    detailType: "Tag Change on Resource",
    means: "Tags of a resource changed",
    conditions: [policy],
    detail: () =>
      z.object({
        service: text,
        "resource-type": text,
        "changed-tag-keys": list(text),
        "tag-policy-compliant": flag,
      }),
    format: (detail, event) => {
      const [arn] = event.resources;
      const name = arnName(arn);
      const resource = [detail.service, detail["resource-type"], name].filter(Boolean).join(" ");
      const statement = (outcome: string) => ({
        of: arn,
        node: name ?? accountRegion(event),
        thing: "Tags",
        name: detail["changed-tag-keys"]?.filter(Boolean).slice(0, 5).join(", "),
        outcome,
        context: `on ${resource || "a resource"}`,
      });
      const compliant = detail["tag-policy-compliant"];
      if (compliant === false) return policy.raise(2, statement("break the tag policy"));
      if (compliant) return policy.clear(statement("follow the tag policy"));
      return note("tag:changed", statement("were changed"));
    },
  });
