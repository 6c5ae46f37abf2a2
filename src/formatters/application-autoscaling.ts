import * as z from "zod";
import { flag, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { sentence, slug, words } from "./words.ts";

export const applicationAutoscaling = () =>
  formatter({
    source: "aws.application-autoscaling",
    detailType: "Application Auto Scaling Scaling Activity State Change",
    means: "A service, table or other target was scaled, as far as its maximum allows",
    severity: "scaled to its maximum 3, failed 3, else 0",
    clears: "a later activity of the same target that stays below the maximum",
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
      const said = sentence([words(kind), name, serviceNamespace && `(${serviceNamespace})`].filter(Boolean).join(" "));
      const dimension = words(scalableDimension?.split(":").at(-1) ?? "capacity");
      const common = {
        node: name,
        condition: `application-autoscaling:${resourceId}:${slug(scalableDimension ?? "any")}`,
      };
      if (/^fail/i.test(statusCode ?? ""))
        return { ...common, severity: 3, summary: `${said} could not be scaled: its ${dimension} stays as it was` };
      if (scaledToMax) {
        return {
          ...common,
          severity: 3,
          summary: `${said} is scaled to its maximum: its ${dimension} cannot grow further`,
        };
      }
      const how = direction === "scale-in" ? "in" : direction === "scale-out" ? "out" : "";
      return {
        ...common,
        severity: 0,
        clears: [3],
        summary: `${said} was scaled ${how} and is below its maximum ${dimension}`.replace("  ", " "),
      };
    },
  });
