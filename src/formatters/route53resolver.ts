import * as z from "zod";
import { condition } from "../condition.ts";
import { list, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";

const verbs = { Block: "blocked", Alert: "raised an alert on" } as const;

const conditions = {
  Block: condition("route53resolver:firewall:Block", { grades: { 2: "a query was blocked" } }),
  Alert: condition("route53resolver:firewall:Alert", { grades: { 2: "a query raised an alert" } }),
};

export const route53resolver = () =>
  (["Block", "Alert"] as const).flatMap((action) =>
    formatter({
      source: "aws.route53resolver",
      detailType: `DNS Firewall ${action}`,
      means: `A rule of the DNS firewall ${verbs[action]} a query`,
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
        const asker =
          detail.resources?.find((resource) => resource?.["instance-details"]?.id)?.["instance-details"]?.id ??
          detail["src-addr"];
        return conditions[action].raise(2, {
          of: `${vpc ?? "any"}:${name}`,
          node: vpc ?? place(event),
          summary: `DNS firewall ${verbs[action]} a query for ${name}${asker ? ` by ${asker}` : ""}${vpc ? ` in ${vpc}` : ""}`,
        });
      },
    }),
  );
