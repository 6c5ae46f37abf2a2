import * as z from "zod";
import { condition, note } from "../condition.ts";
import { text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { slug, words } from "./words.ts";

const open = condition("support:case", {
  grades: { 2: "answered by AWS, or reopened" },
  ends: "ResolveCase of the same case",
});

export const support = () =>
  [
    formatter({
      source: "aws.support",
      detailType: "Support Case Update",
      means: "A support case was opened, answered, resolved or reopened",
      conditions: [open],
      detail: () => z.object({ "case-id": text, "display-id": text, "event-name": text, origin: text }),
      format: (detail, event) => {
        const id = detail["case-id"] ?? detail["display-id"];
        const name = detail["event-name"];
        if (!id || !name) throw new UnexpectedPayload("no case-id or no event-name");
        const shown = detail["display-id"] ?? id;
        const common = {
          of: id,
          node: event.account,
          link: consoleLink(event.region, "support/home", `#/case/?displayId=${shown}`),
        };
        const happened = (summary: string) => note(open.name, { ...common, of: `${id}:${slug(name)}`, summary });
        switch (name) {
          case "ResolveCase":
            return open.clear({ ...common, summary: `Support case ${shown} is resolved` });
          case "ReopenCase":
            return open.raise(2, { ...common, summary: `Support case ${shown} was reopened` });
          case "CreateCase":
            return happened(`Support case ${shown} was opened`);
          case "AddCommunicationToCase":
            return detail.origin?.toUpperCase() === "AWS"
              ? open.raise(2, { ...common, summary: `AWS Support replied to support case ${shown}` })
              : happened(`A reply was added to support case ${shown}`);
          default:
            return happened(`Support case ${shown}: ${words(name)}`);
        }
      },
    }),
  ].flat();
