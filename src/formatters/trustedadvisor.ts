import * as z from "zod";
import { arnName } from "../arn.ts";
import { condition, note, type Statement } from "../condition.ts";
import type { Fields } from "../event.ts";
import { anyObject, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";

/** Checks that only save money: their results are no problem. */
const cost =
  /idle|low utilization|underutilized|under-utilized|unassociated|reserved (?:instance|node|cache)|savings plan|cost opti|over-?provisioned|inactive/i;
const security =
  /security group|\bmfa\b|\biam\b|access key|public|bucket permissions|cloudtrail|password|certificate|ssl|encrypt|access risk|exposed|unrestricted/i;

const check = condition("trustedadvisor", {
  grades: { 4: "ERROR of a security check or a service limit", 3: "ERROR of another check", 2: "WARN" },
  ends: "OK of the same check and resource",
});

/** `No snapshot`, or `49 of 50 used` of a service limit. */
function causeOf(item: Fields): string | undefined {
  const [used, limit] = [text.parse(item["Current Usage"]), text.parse(item["Limit Amount"])];
  return text.parse(item.Reason) ?? (used && limit && `${used} of ${limit} used`);
}

export const trustedadvisor = () =>
  formatter({
    source: "aws.trustedadvisor",
    detailType: "Trusted Advisor Check Item Refresh Notification",
    means: "Trusted Advisor looked at a resource: it follows a recommendation or it does not",
    conditions: [check],
    detail: () =>
      z.object({
        "check-name": text,
        status: text,
        resource_id: text,
        uuid: text,
        "check-item-detail": anyObject,
      }),
    format: (detail, event) => {
      const { "check-name": name, resource_id: resource, uuid, "check-item-detail": item = {} } = detail;
      const status = detail.status?.toUpperCase();
      if (!name || !status) throw new UnexpectedPayload("no check-name or no status");
      const region = text.parse(item.Region);
      const resourceName = arnName(resource);
      const about = `${resourceName ? ` on ${resourceName}` : ""}${region && region !== "-" ? ` in ${region}` : ""}`;
      // A limit has no resource, and nothing says that its uuid outlasts a refresh.
      const limit = text.parse(item["Limit Name"]) && `${region ?? "any"}:${text.parse(item["Limit Name"])}`;
      const statement: Statement = {
        of: `${name}:${resource ?? limit ?? uuid ?? "any"}`,
        node: resourceName ?? event.account,
        thing: "Trusted Advisor",
        outcome: status,
        reason: [`${name}${about}`, status === "OK" ? undefined : causeOf(item)].filter(Boolean).join(": "),
        link: consoleLink(event.region, "trustedadvisor/home", "#/dashboard"),
      };
      if (status === "OK") return check.clear(statement);
      if ((status !== "ERROR" && status !== "WARN") || cost.test(name)) {
        return note(check.name, { ...statement, of: `${statement.of}:${status}` });
      }
      if (status === "WARN") return check.raise(2, statement);
      const grave = security.test(name) || "Limit Amount" in item || "Limit Name" in item;
      return check.raise(grave ? 4 : 3, statement);
    },
  });
