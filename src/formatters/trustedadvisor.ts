import * as z from "zod";
import type { Notice } from "../notice.ts";
import { anyObject, arnName, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";

/** Checks that only save money: what they say is no trouble. */
const cost =
  /idle|low utilization|underutilized|under-utilized|unassociated|reserved (?:instance|node|cache)|savings plan|cost opti|over-?provisioned|inactive/i;
const security =
  /security group|\bmfa\b|\biam\b|access key|public|bucket permissions|cloudtrail|password|certificate|ssl|encrypt|access risk|exposed|unrestricted/i;

export const trustedadvisor = () =>
  [
    formatter({
      source: "aws.trustedadvisor",
      detailType: "Trusted Advisor Check Item Refresh Notification",
      means: "Trusted Advisor looked at a resource: it follows a recommendation or it does not",
      severity: "ERROR 3, of a security check or a service limit 4; WARN 2; OK 0; what only costs money 1",
      clears: "OK of the same check and resource",
      detail: () =>
        z.object({
          "check-name": text,
          status: text,
          resource_id: text,
          uuid: text,
          "check-item-detail": anyObject,
        }),
      format: (detail, event): Notice => {
        const { "check-name": check, resource_id: resource, uuid, "check-item-detail": item = {} } = detail;
        const status = detail.status?.toUpperCase();
        if (!check || !status) throw new UnexpectedPayload("no check-name or no status");
        const region = text.parse(item.Region);
        const thing = arnName(resource);
        const about = `${thing ? ` on ${thing}` : ""}${region && region !== "-" ? ` in ${region}` : ""}`;
        const common = {
          node: thing ?? event.account,
          link: consoleLink(event.region, "trustedadvisor/home", "#/dashboard"),
        };
        // A limit has no resource, and nothing says that its uuid outlasts a refresh.
        const limit = text.parse(item["Limit Name"]) && `${region ?? "any"}:${text.parse(item["Limit Name"])}`;
        const condition = `trustedadvisor:${check}:${resource ?? limit ?? uuid ?? "any"}`;
        if (status === "OK") {
          return {
            ...common,
            summary: `Trusted Advisor OK: ${check}${about}`,
            severity: 0,
            clears: [2, 3, 4],
            condition,
          };
        }
        const summary = `Trusted Advisor ${status}: ${check}${about}`;
        if ((status !== "ERROR" && status !== "WARN") || cost.test(check)) {
          return { ...common, summary, severity: 1, condition: `${condition}:${status}` };
        }
        if (status === "WARN") return { ...common, summary, severity: 2, condition };
        const grave = security.test(check) || "Limit Amount" in item || "Limit Name" in item;
        return { ...common, summary, severity: grave ? 4 : 3, condition };
      },
    }),
  ].flat();
