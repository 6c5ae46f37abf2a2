import { first, tail } from "./fields.ts";
import { states } from "./states.ts";

const name = first("detail.SourceIdentifier", tail("detail.SourceArn"), tail("resources.0"));
const key = first("detail.SourceArn", name);

export const elasticache = () =>
  states("aws.elasticache", [
    {
      detailType: {
        "Cache Creation Failed": "creation failed",
        "Cache Update Failed": "update failed",
        "Cache Limit Approaching": "limit approaching",
        "Cache Created": "created",
        "Cache Updated": "updated",
      },
      means: "A serverless cache was created or changed, failed to be, or is close to a limit",
      thing: "ElastiCache cache",
      name,
      key,
      problems: { "creation failed": 3, "update failed": 3, "limit approaching": 3 },
      ends: ["created", "updated"],
      says: {
        "creation failed": "could not be created",
        "update failed": "could not be updated",
        "limit approaching": "is close to its limit",
        created: "was created",
        updated: "was updated",
      },
    },
    {
      detailType: { "Cache Deleted": "deleted" },
      means: "A serverless cache was deleted",
      thing: "ElastiCache cache",
      condition: "deleted-cache",
      name,
      key,
      problems: { deleted: 2 },
      says: { deleted: "was deleted" },
    },
    {
      detailType: {
        "Snapshot Creation Failed": "creation failed",
        "Snapshot Copy Failed": "copy failed",
        "Snapshot Export Failed": "export failed",
        "Snapshot Created": "created",
      },
      means: "A snapshot of a cache was taken, or could not be taken, copied or exported",
      thing: "ElastiCache snapshot",
      name,
      key,
      problems: { "creation failed": 3, "copy failed": 3, "export failed": 3, created: 1 },
      says: {
        "creation failed": "could not be taken",
        "copy failed": "could not be copied",
        "export failed": "could not be exported",
        created: "was taken",
      },
    },
  ]);
