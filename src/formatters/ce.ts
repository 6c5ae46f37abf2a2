import * as z from "zod";
import { condition } from "../condition.ts";
import { list, number, object, text } from "./fields.ts";
import { formatter } from "./formatter.ts";

const anomaly = condition("ce:anomaly", {
  grades: { 4: "total impact of 1,000 dollars and more", 3: "100 and more", 2: "less" },
});

export const ce = () =>
  [
    formatter({
      source: "aws.ce",
      detailType: "Anomaly Detected",
      means: "Cost Anomaly Detection saw spending that it did not expect",
      conditions: [anomaly],
      detail: () =>
        z.object({
          anomalyId: text,
          accountId: text,
          accountName: text,
          dimensionValue: text,
          dimensionalValue: text,
          monitorName: text,
          anomalyDetailsLink: text,
          impact: object({ totalImpact: number }),
          rootCauses: list(object({ service: text, region: text, linkedAccount: text, linkedAccountName: text })),
        }),
      format: (detail, event) => {
        const cause = detail.rootCauses?.[0];
        const impact = detail.impact?.totalImpact ?? 0;
        const account = cause?.linkedAccount ?? detail.accountId ?? event.account;
        const spent = cause?.service ?? detail.dimensionValue ?? detail.dimensionalValue;
        const about = [
          amount(impact),
          detail.monitorName && `monitor ${detail.monitorName}`,
          (cause?.linkedAccountName ?? cause?.linkedAccount) &&
            `account ${cause?.linkedAccountName ?? cause?.linkedAccount}`,
        ].filter(Boolean);
        const details = detail.anomalyDetailsLink;
        return anomaly.raise(impact >= 1000 ? 4 : impact >= 100 ? 3 : 2, {
          of: detail.anomalyId ?? `${account}:${spent ?? "any"}`,
          node: account,
          summary:
            `Cost anomaly${spent ? ` in ${spent}` : ""}${cause?.region ? ` in ${cause.region}` : ""}` +
            (about.length > 0 ? ` (${about.join(", ")})` : ""),
          link:
            details && /^https:\/\/([\w-]+\.)*(?:aws\.amazon\.com|amazonaws\.cn)\//.test(details) ? details : undefined,
        });
      },
    }),
  ].flat();

/** The impact as the power of ten that it exceeds: it grows with each repeat. */
function amount(impact: number): string | undefined {
  if (!(impact >= 1)) return undefined;
  const over = 10 ** Math.min(9, Math.floor(Math.log10(impact) + 1e-9));
  return `more than ${over.toLocaleString("en-US")} USD`;
}
