import { behind, states } from "./states.ts";

export const workspaces = () =>
  states("aws.workspaces", [
    {
      detailType: "WorkSpaces Access",
      means: "Someone logged in to a WorkSpace",
      thing: "WorkSpace",
      name: "detail.workspaceId",
      state: "detail.actionType",
      problems: {},
      says: { successfulLogin: "was logged in to" },
      where: behind("from a client on", "detail.clientPlatform"),
    },
  ]);
