import { first, lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const rule = first("detail.rule-id", lastSegmentAt("resources.0"));

export const rbin = () =>
  states("aws.rbin", [
    {
      detailType: { "Recycle Bin Rule Change Attempted": "attempted" },
      means: "Someone tried to change or delete a locked retention rule",
      thing: "Recycle Bin rule",
      condition: "change-attempt",
      name: rule,
      problems: { attempted: 3 },
      outcomes: { attempted: "is locked but someone tried to change it" },
      reason: "detail.api-name",
    },
    {
      detailType: { "Recycle Bin Rule Unlocking Notice": "unlocking" },
      means: "A locked retention rule is about to be unlocked",
      thing: "Recycle Bin rule",
      condition: "unlocking",
      name: rule,
      problems: { unlocking: 2 },
      outcomes: { unlocking: "is about to be unlocked" },
    },
  ]);
