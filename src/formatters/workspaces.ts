import { states, suffix } from "../grammar/states.ts";

export const workspaces = () =>
  states("aws.workspaces", [
    {
      detailType: "WorkSpaces Access",
      means: "Someone logged in to a WorkSpace",
      thing: "WorkSpace",
      name: "detail.workspaceId",
      state: "detail.actionType",
      problems: {},
      outcomes: { successfulLogin: "was logged in to" },
      context: suffix("from a client on", "detail.clientPlatform"),
    },
  ]);
