import * as z from "zod";
import { note } from "../condition.ts";
import { lastPart, list, object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { states } from "./states.ts";

export const resourceGroups = () =>
  [
    states("aws.resource-groups", [
      {
        detailType: "ResourceGroups Group State Change",
        means: "A resource group was created, changed or deleted",
        thing: "Resource group",
        name: "detail.group.name",
        state: "detail.state-change",
        problems: {},
        says: { create: "was created", update: "was changed", delete: "was deleted" },
      },
    ]),
    formatter({
      source: "aws.resource-groups",
      detailType: "ResourceGroups Group Membership Change",
      means: "Resources joined or left a resource group",
      detail: () =>
        z.object({ group: object({ name: text }), resources: list(object({ "membership-change": text, arn: text })) }),
      format: ({ group, resources }) => {
        const name = group?.name;
        if (!name) throw new UnexpectedPayload("no group.name");
        const changesOf = (change: string, verb: string) => {
          const members = (resources ?? []).filter((resource) => resource?.["membership-change"] === change);
          const shown = members.slice(0, 2).map((resource) => lastPart(resource?.arn) ?? "a resource");
          if (members.length === 0) return [];
          return [`${verb} ${shown.join(", ")}${members.length > 2 ? ` and ${members.length - 2} more` : ""}`];
        };
        const changes = [...changesOf("add", "gained"), ...changesOf("remove", "lost")].join(" and ");
        return note("resource-groups:members", {
          of: name,
          node: name,
          summary: `Resource group ${name} ${changes || "changed its members"}`,
        });
      },
    }),
  ].flat();
