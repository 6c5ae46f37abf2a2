import * as z from "zod";
import { condition, note } from "../condition.ts";
import { arnName, flag, list, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";

const policy = condition("tag:policy", {
  grades: { 2: "tags that break the tag policy" },
  ends: "tags of the same resource that follow the policy again",
});

export const tag = () =>
  [
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
        const thing = [detail.service, detail["resource-type"], name].filter(Boolean).join(" ");
        const keys = detail["changed-tag-keys"]?.filter(Boolean).slice(0, 5).join(", ");
        const changed = `Tags ${keys ? `${keys} ` : ""}of ${thing || "a resource"}`;
        const common = { of: arn, node: name ?? place(event) };
        const compliant = detail["tag-policy-compliant"];
        if (compliant === false) return policy.raise(2, { ...common, summary: `${changed} break the tag policy` });
        if (compliant) return policy.clear({ ...common, summary: `${changed} follow the tag policy` });
        return note("tag:changed", { ...common, summary: `${changed} were changed` });
      },
    }),
  ].flat();
