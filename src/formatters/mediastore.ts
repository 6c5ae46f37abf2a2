import { tail } from "./fields.ts";
import { states } from "./states.ts";

const container = ["detail.ContainerName", tail("resources.0")];
const says = { CREATE: "was created", UPDATE: "was updated", REMOVE: "was removed" };

export const mediastore = () =>
  states("aws.mediastore", [
    {
      detailType: "MediaStore Container State Change",
      means: "A container was made or removed",
      thing: "MediaStore container",
      name: container,
      state: "detail.Operation",
      problems: { REMOVE: 2 },
      says,
    },
    {
      detailType: "MediaStore Object State Change",
      means: "An object was written or removed; one line a container",
      thing: "MediaStore object in container",
      name: container,
      state: "detail.Operation",
      problems: {},
      says,
    },
  ]);
