import * as z from "zod";
import { condition } from "../condition.ts";
import { flag, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { sentence, slug, words } from "./words.ts";

const limited = condition("application-autoscaling", {
  grades: { 3: "scaled to its maximum, or failed" },
  ends: "a later activity of the same target that stays below the maximum",
});

export const applicationAutoscaling = () =>
  formatter({
    source: "aws.application-autoscaling",
    detailType: "Application Auto Scaling Scaling Activity State Change",
    means: "A service, table or other target was scaled, as far as its maximum allows",
    conditions: [limited],
    detail: () =>
      z.object({
        resourceId: text,
        scalableDimension: text,
        serviceNamespace: text,
        statusCode: text,
        scaledToMax: flag,
        direction: text,
      }),
    format: ({ resourceId, scalableDimension, serviceNamespace, statusCode, scaledToMax, direction }) => {
      if (!resourceId) throw new UnexpectedPayload("no resourceId");
      const [, kind = "", name = resourceId] = /^([a-z-]+)[/:](.+)$/.exec(resourceId) ?? [];
      const target = sentence(
        [words(kind), name, serviceNamespace && `(${serviceNamespace})`].filter(Boolean).join(" "),
      );
      const dimension = words(scalableDimension?.split(":").at(-1) ?? "capacity");
      const common = { of: `${resourceId}:${slug(scalableDimension ?? "any")}`, node: name };
      if (/^fail/i.test(statusCode ?? "")) {
        const summary = `${target} could not be scaled: its ${dimension} stays as it was`;
        return limited.raise(3, { ...common, summary });
      }
      if (scaledToMax) {
        const summary = `${target} is scaled to its maximum: its ${dimension} cannot grow further`;
        return limited.raise(3, { ...common, summary });
      }
      const how = direction === "scale-in" ? "in" : direction === "scale-out" ? "out" : "";
      const summary = `${target} was scaled ${how} and is below its maximum ${dimension}`.replace("  ", " ");
      return limited.clear({ ...common, summary });
    },
  });
