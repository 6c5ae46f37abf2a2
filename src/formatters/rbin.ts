import { first, tail } from "./fields.ts";
import { states } from "./states.ts";

const rule = first("detail.rule-id", tail("resources.0"));

export const rbin = () =>
  states("aws.rbin", [
    {
      detailType: { "Recycle Bin Rule Change Attempted": "attempted" },
      means: "Someone tried to change or delete a locked retention rule",
      thing: "Recycle Bin rule",
      condition: "change-attempt",
      name: rule,
      problems: { attempted: 3 },
      says: { attempted: "is locked, yet someone tried to change it" },
      reason: "detail.api-name",
    },
    {
      detailType: { "Recycle Bin Rule Unlocking Notice": "unlocking" },
      means: "A locked retention rule is about to be unlocked",
      thing: "Recycle Bin rule",
      condition: "unlocking",
      name: rule,
      problems: { unlocking: 2 },
      says: { unlocking: "is about to be unlocked" },
    },
  ]);
