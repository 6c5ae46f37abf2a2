import * as z from "zod";
import { list, object, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";

const verbs = { Block: "blocked", Alert: "raised an alert on" } as const;

export const route53resolver = () =>
  (["Block", "Alert"] as const).flatMap((action) =>
    formatter({
      source: "aws.route53resolver",
      detailType: `DNS Firewall ${action}`,
      means: `A rule of the DNS firewall ${verbs[action]} a query`,
      severity: "2",
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
        return {
          node: vpc ?? place(event),
          summary: `DNS firewall ${verbs[action]} a query for ${name}${asker ? ` by ${asker}` : ""}${vpc ? ` in ${vpc}` : ""}`,
          severity: 2,
          condition: `route53resolver:firewall:${action}:${vpc ?? "any"}:${name}`,
        };
      },
    }),
  );
