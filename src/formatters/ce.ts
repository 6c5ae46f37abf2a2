import * as z from "zod";
import { condition, type Notice } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { list, number, object, text } from "../grammar/fields.ts";
import { formatter } from "../grammar/formatter.ts";

const anomaly = condition("ce:anomaly", {
  grades: { 4: "total impact of 1,000 dollars and more", 3: "100 and more", 2: "less" },
});

const anomalyDetail = () =>
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
  });

function noticeOf(detail: z.infer<ReturnType<typeof anomalyDetail>>, event: AwsEvent): Notice {
  const { service, region, linkedAccount, linkedAccountName } = detail.rootCauses?.[0] ?? {};
  const impact = detail.impact?.totalImpact ?? 0;
  const account = linkedAccount ?? detail.accountId ?? event.account;
  const accountName = linkedAccountName ?? linkedAccount;
  const spentOn = service ?? detail.dimensionValue ?? detail.dimensionalValue;
  const exceeded = amountBelow(impact);
  const scope = [detail.monitorName && `monitor ${detail.monitorName}`, accountName && `account ${accountName}`]
    .filter(Boolean)
    .join(", ");
  const link = detail.anomalyDetailsLink;
  return anomaly.raise(impact >= 1000 ? 4 : impact >= 100 ? 3 : 2, {
    of: detail.anomalyId ?? `${account}:${spentOn ?? "any"}`,
    node: account,
    thing: "Cost anomaly",
    outcome: exceeded ? `exceeds ${exceeded} USD` : "was detected",
    context: [spentOn && `in ${spentOn}`, region && `in ${region}`, scope && `(${scope})`].filter(Boolean).join(" "),
    link: link && /^https:\/\/([\w-]+\.)*(?:aws\.amazon\.com|amazonaws\.cn)\//.test(link) ? link : undefined,
  });
}

export const ce = () =>
  formatter({
    source: "aws.ce",
    detailType: "Anomaly Detected",
    means: "Cost Anomaly Detection saw spending that it did not expect",
    conditions: [anomaly],
    detail: anomalyDetail,
    format: noticeOf,
  });

/** The power of ten below the impact, which grows with each repeat. */
function amountBelow(impact: number): string | undefined {
  if (!(impact >= 1)) return undefined;
  return (10 ** Math.min(9, Math.floor(Math.log10(impact) + 1e-9))).toLocaleString("en-US");
}
