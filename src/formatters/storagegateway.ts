import { lastSegmentAt } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

export const storagegateway = () =>
  states("aws.storagegateway", [
    {
      detailType: [
        "Storage Gateway File Upload Event",
        "Storage Gateway Object Upload Event",
        "Storage Gateway Refresh Cache Event",
        "Storage Gateway Upload Notification Event",
      ],
      means: "A file share of a gateway uploaded its files, or read its bucket again",
      thing: "Storage Gateway share",
      name: lastSegmentAt("resources.0"),
      node: [lastSegmentAt("resources.1"), lastSegmentAt("resources.0")],
      state: "detail.event-type",
      problems: {},
      outcomes: {
        "file-upload-complete": "uploaded a file",
        "object-upload-complete": "uploaded an object",
        "upload-complete": "uploaded its files",
        "refresh-complete": "refreshed its cache",
        "refresh-cache-complete": "refreshed its cache",
      },
      context: suffix("to bucket", "detail.bucket-name"),
    },
  ]);
