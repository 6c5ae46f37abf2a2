import { first, tail } from "./fields.ts";
import { behind, states } from "./states.ts";

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
      name: tail("resources.0"),
      node: [tail("resources.1"), tail("resources.0")],
      state: "detail.event-type",
      problems: {},
      says: {
        "file-upload-complete": "uploaded a file",
        "object-upload-complete": "uploaded an object",
        "upload-complete": "uploaded its files",
        "refresh-complete": "refreshed its cache",
        "refresh-cache-complete": "refreshed its cache",
      },
      where: behind("to bucket", first("detail.bucket-name")),
    },
  ]);
