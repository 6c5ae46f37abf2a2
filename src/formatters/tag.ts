import * as z from "zod";
import { arnName, flag, list, place, text } from "./fields.ts";
import { formatter } from "./formatter.ts";

export const tag = () =>
  [
    formatter({
      source: "aws.tag",
      detailType: "Tag Change on Resource",
      means: "Tags of a resource changed",
      severity: "tags that break the tag policy 2, that follow it 0, without a policy 1",
      clears: "tags of the same resource that follow the policy again",
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
        const common = { node: name ?? place(event) };
        const condition = `tag:policy:${arn ?? "any"}`;
        const compliant = detail["tag-policy-compliant"];
        if (compliant === false)
          return { ...common, summary: `${changed} break the tag policy`, severity: 2, condition };
        if (compliant) {
          return { ...common, summary: `${changed} follow the tag policy`, severity: 0, clears: [2], condition };
        }
        return { ...common, summary: `${changed} were changed`, severity: 1, condition: `tag:changed:${arn ?? "any"}` };
      },
    }),
  ].flat();
