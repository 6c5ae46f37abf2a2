import { first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

const container = first("detail.ContainerName", lastSegmentAt("resources.0"));
const unnamed: Read = () => undefined;
const outcomes = { CREATE: "was created", UPDATE: "was updated", REMOVE: "was removed" };

export const mediastore = () =>
  states("aws.mediastore", [
    {
      detailType: "MediaStore Container State Change",
      means: "A container was made or removed",
      thing: "MediaStore container",
      name: container,
      state: "detail.Operation",
      problems: { REMOVE: 2 },
      outcomes,
    },
    {
      detailType: "MediaStore Object State Change",
      means: "An object was written or removed; one line a container",
      thing: "MediaStore object",
      condition: "mediastore-object-in-container",
      name: unnamed,
      node: container,
      key: container,
      context: suffix("in container", container),
      state: "detail.Operation",
      problems: {},
      outcomes,
    },
  ]);
