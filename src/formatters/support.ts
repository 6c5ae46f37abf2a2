import * as z from "zod";
import { condition, type Notice, note } from "../condition.ts";
import { text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { slug, words } from "../grammar/words.ts";

const open = condition("support:case", {
  grades: { 2: "answered by AWS, or reopened" },
  ends: "ResolveCase of the same case",
});

export const support = () =>
  formatter({
    source: "aws.support",
    detailType: "Support Case Update",
    means: "A support case was opened, answered, resolved or reopened",
    conditions: [open],
    detail: () => z.object({ "case-id": text, "display-id": text, "event-name": text, origin: text }),
    format: (detail, event): Notice => {
      const id = detail["case-id"] ?? detail["display-id"];
      const eventName = detail["event-name"];
      if (!id || !eventName) throw new UnexpectedPayload("no case-id or no event-name");
      const name = detail["display-id"] ?? id;
      const statement = (outcome: string) => ({
        of: id,
        node: event.account,
        thing: "Support case",
        name,
        outcome,
        link: consoleLink(event.region, "support/home", `#/case/?displayId=${name}`),
      });
      const noted = (outcome: string) => note(open.name, { ...statement(outcome), of: `${id}:${slug(eventName)}` });
      switch (eventName) {
        case "ResolveCase":
          return open.clear(statement("is resolved"));
        case "ReopenCase":
          return open.raise(2, statement("was reopened"));
        case "CreateCase":
          return noted("was opened");
        case "AddCommunicationToCase":
          return detail.origin?.toUpperCase() === "AWS"
            ? open.raise(2, statement("has a reply from AWS Support"))
            : noted("has a new reply");
        default:
          return noted(`: ${words(eventName)}`);
      }
    },
  });
