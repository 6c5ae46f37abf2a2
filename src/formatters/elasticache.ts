import { at, first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const name = first("detail.SourceIdentifier", lastSegmentAt("detail.SourceArn"), lastSegmentAt("resources.0"));
const key = first("detail.SourceArn", name);

/** A message that says no more than the event's type. */
const repeated =
  /^(?:failed to \w+ (?:serverless )?(?:cache|snapshot)(?: [\w-]+)?(?: to S3)?|serverless cache [\w-]+ deleted)\.?$/i;

/** The cause in `Failed to create serverless cache sessions due to …`, or another message that says more than the type. */
const reason: Read = (event) => {
  const message = at("detail.Message")(event) ?? "";
  const [, cause] = /^failed\b.*?\b(?:due to|because(?: of)?)\s+(.+)/i.exec(message) ?? [];
  return cause ?? (repeated.test(message) ? undefined : message);
};

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
      outcomes: {
        "creation failed": "could not be created",
        "update failed": "could not be updated",
        "limit approaching": "is close to its limit",
        created: "was created",
        updated: "was updated",
      },
      reason,
    },
    {
      detailType: { "Cache Deleted": "deleted" },
      means: "A serverless cache was deleted",
      thing: "ElastiCache cache",
      condition: "deleted-cache",
      name,
      key,
      problems: { deleted: 2 },
      outcomes: { deleted: "was deleted" },
      reason,
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
      outcomes: {
        "creation failed": "could not be taken",
        "copy failed": "could not be copied",
        "export failed": "could not be exported",
        created: "was taken",
      },
      reason,
    },
  ]);
