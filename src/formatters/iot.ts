import { at, first, lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const iot = () => [
  ...states("aws.iotanalytics", [
    {
      detailType: { "IoT Analytics Pipeline Failure Notification": "failed" },
      means: "A pipeline could not process its messages",
      thing: "IoT Analytics pipeline",
      name: ["detail.pipeline-name", lastSegmentAt("resources.0")],
      problems: { failed: 3 },
      reason: first("detail.message", "detail.error-code"),
    },
    {
      detailType: "IoT Analytics DataSet Lifecycle Notification",
      means: "The content of a data set was made or delivered, or failed to be",
      thing: "IoT Analytics data set",
      name: ["detail.dataset-name", lastSegmentAt("resources.0")],
      problems: { CONTENT_DELIVERY_FAILED: 3, DATASET_CONTENT_FAILED: 3, FAILED: 3 },
      ends: ["CONTENT_DELIVERY_SUCCEEDED", "SUCCEEDED"],
      outcomes: {
        CONTENT_DELIVERY_FAILED: "could not deliver its content",
        CONTENT_DELIVERY_SUCCEEDED: "delivered its content",
      },
      reason: "detail.message",
    },
  ]),
  ...states("aws.greengrass", [
    {
      detailType: "Greengrass Deployment Status Change",
      means: "A deployment to a group ended or failed",
      thing: "Greengrass deployment to group",
      name: "detail.group-id",
      state: "detail.status",
      problems: { Failure: 3 },
      ends: ["Success"],
      outcomes: { Building: "is being built" },
    },
    {
      detailType: { "Greengrass Telemetry Data": "sent" },
      means: "A core device sent its telemetry",
      thing: "Greengrass core",
      name: at("detail.ThingName"),
      problems: { sent: 1 },
      outcomes: { sent: "sent telemetry" },
    },
  ]),
];
