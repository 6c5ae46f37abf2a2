import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { note } from "../condition.ts";
import { list, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { states } from "../grammar/states.ts";

const groups = states("aws.resource-groups", [
  {
    detailType: "ResourceGroups Group State Change",
    means: "A resource group was created, changed or deleted",
    thing: "Resource group",
    name: "detail.group.name",
    state: "detail.state-change",
    problems: {},
    outcomes: { create: "was created", update: "was changed", delete: "was deleted" },
  },
]);

const members = formatter({
  source: "aws.resource-groups",
  detailType: "ResourceGroups Group Membership Change",
  means: "Resources joined or left a resource group",
  detail: () =>
    z.object({ group: object({ name: text }), resources: list(object({ "membership-change": text, arn: text })) }),
  format: ({ group, resources = [] }) => {
    const name = group?.name;
    if (!name) throw new UnexpectedPayload("no group.name");
    const changesOf = (change: string, verb: string) => {
      const changed = resources.filter((resource) => resource?.["membership-change"] === change);
      if (changed.length === 0) return [];
      const shown = changed.slice(0, 2).map((resource) => lastSegment(resource?.arn) ?? "a resource");
      return [`${verb} ${shown.join(", ")}${changed.length > 2 ? ` and ${changed.length - 2} more` : ""}`];
    };
    const changes = [...changesOf("add", "gained"), ...changesOf("remove", "lost")].join(" and ");
    return note("resource-groups:members", {
      of: name,
      node: name,
      thing: "Resource group",
      name,
      outcome: changes || "changed its members",
    });
  },
});

export const resourceGroups = () => [...groups, ...members];
