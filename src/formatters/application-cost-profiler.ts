import { accountRegion } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const applicationCostProfiler = () =>
  states("aws.application-cost-profiler", [
    {
      detailType: {
        "Application Cost Profiler Ingestion Data Access Failure": "no access",
        "Application Cost Profiler Ingestion Data Validation Failure": "invalid data",
        "Application Cost Profiler Report Generation Failure": "not generated",
        "Application Cost Profiler Report Delivery Failure": "not delivered",
        "Application Cost Profiler Report Generated": "generated",
      },
      means: "The report of costs per tenant was made, or could not be made or delivered",
      thing: "Application Cost Profiler",
      name: "detail.reportId",
      key: accountRegion,
      problems: { "no access": 2, "invalid data": 2, "not generated": 2, "not delivered": 2 },
      ends: ["generated"],
      outcomes: {
        "no access": "cannot read its usage data",
        "invalid data": "found its usage data invalid",
        "not generated": "could not make its report",
        "not delivered": "could not deliver its report",
        generated: "made its report",
      },
      reason: "detail.message",
    },
  ]);
