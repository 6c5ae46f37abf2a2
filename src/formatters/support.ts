import * as z from "zod";
import type { ProblemSeverity } from "../notice.ts";
import { text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { slug, words } from "./words.ts";

export const support = () =>
  [
    formatter({
      source: "aws.support",
      detailType: "Support Case Update",
      means: "A support case was opened, answered, resolved or reopened",
      severity: "answer by AWS, ReopenCase 2; ResolveCase 0; else 1",
      clears: "ResolveCase of the same case",
      detail: () => z.object({ "case-id": text, "display-id": text, "event-name": text, origin: text }),
      format: (detail, event) => {
        const id = detail["case-id"] ?? detail["display-id"];
        const name = detail["event-name"];
        if (!id || !name) throw new UnexpectedPayload("no case-id or no event-name");
        const shown = detail["display-id"] ?? id;
        const common = {
          node: event.account,
          condition: `support:case:${id}`,
          link: consoleLink(event.region, "support/home", `#/case/?displayId=${shown}`),
        };
        const open = (severity: ProblemSeverity, said: string) => ({
          ...common,
          severity,
          condition: severity > 1 ? common.condition : `${common.condition}:${slug(name)}`,
          summary: said,
        });
        switch (name) {
          case "ResolveCase":
            return { ...common, severity: 0, clears: [2], summary: `Support case ${shown} is resolved` };
          case "ReopenCase":
            return open(2, `Support case ${shown} was reopened`);
          case "CreateCase":
            return open(1, `Support case ${shown} was opened`);
          case "AddCommunicationToCase":
            return detail.origin?.toUpperCase() === "AWS"
              ? open(2, `AWS Support replied to support case ${shown}`)
              : open(1, `A reply was added to support case ${shown}`);
          default:
            return open(1, `Support case ${shown}: ${words(name)}`);
        }
      },
    }),
  ].flat();
