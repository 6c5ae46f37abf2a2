import * as z from "zod";
import { condition } from "../condition.ts";
import { accountRegion, list, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";

const outcomes = { Block: "blocked a query", Alert: "raised an alert on a query" } as const;

const conditions = {
  Block: condition("route53resolver:firewall:Block", { grades: { 2: "a query was blocked" } }),
  Alert: condition("route53resolver:firewall:Alert", { grades: { 2: "a query raised an alert" } }),
};

const firewall = (action: "Block" | "Alert") =>
  formatter({
    source: "aws.route53resolver",
    detailType: `DNS Firewall ${action}`,
    means: `A rule of the DNS firewall ${outcomes[action]}`,
    conditions: [conditions[action]],
    detail: () =>
      z.object({
        "query-name": text,
        "vpc-id": text,
        "src-addr": text,
        resources: list(object({ "instance-details": object({ id: text }) })),
      }),
    format: (detail, event) => {
      const name = detail["query-name"]?.replace(/\.$/, "");
      if (!name) throw new UnexpectedPayload("no query-name");
      const vpc = detail["vpc-id"];
      const client =
        detail.resources?.find((resource) => resource?.["instance-details"]?.id)?.["instance-details"]?.id ??
        detail["src-addr"];
      return conditions[action].raise(2, {
        of: `${vpc ?? "any"}:${name}`,
        node: vpc ?? accountRegion(event),
        thing: "DNS firewall",
        outcome: outcomes[action],
        context: [`for ${name}`, client && `by ${client}`, vpc && `in ${vpc}`].filter(Boolean).join(" "),
      });
    },
  });

export const route53resolver = () => [...firewall("Block"), ...firewall("Alert")];
