import { first, joined, lastSegmentAt } from "../grammar/fields.ts";
import { type StateRow, states } from "../grammar/states.ts";

const job = {
  problems: { Failed: 3, PartiallyCompleted: 3, Expired: 3 },
  ends: ["Completed"],
  outcomes: {
    PartiallyCompleted: "was completed in part only",
    Stopped: "was stopped",
    Submitted: "was submitted",
    Validating: "is being validated",
    Scheduled: "is scheduled",
  },
  reason: ["detail.failureMessage", "detail.failureMessages.0"],
} satisfies Partial<StateRow>;

export const bedrock = () =>
  states("aws.bedrock", [
    {
      ...job,
      detailType: "Model Customization Job State Change",
      means: "A job that customizes a model is under way, complete, failed or was stopped",
      thing: "Bedrock model customization",
      name: first("detail.jobName", lastSegmentAt("detail.jobArn"), lastSegmentAt("resources.0")),
      state: ["detail.jobStatus", "detail.status"],
    },
    {
      ...job,
      detailType: "Batch Inference Job State Change",
      means: "A batch inference job is under way, complete, failed, expired or was stopped",
      thing: "Bedrock batch inference",
      name: first(
        "detail.batchJobName",
        "detail.jobName",
        lastSegmentAt("detail.batchJobArn"),
        lastSegmentAt("resources.0"),
      ),
      state: "detail.status",
    },
    {
      detailType: {
        "Bedrock Data Automation Job Created": "created",
        "Bedrock Data Automation Job Succeeded": "succeeded",
        "Bedrock Data Automation Job Failed With Client Error": "failed with a client error",
        "Bedrock Data Automation Job Failed With Service Error": "failed with a service error",
      },
      means: "A document or recording was processed, or could not be",
      thing: "Bedrock data automation",
      condition: "data-automation",
      name: joined("/", "detail.input_s3_object.s3_bucket", "detail.input_s3_object.name"),
      node: "detail.input_s3_object.s3_bucket",
      problems: { "failed with a client error": 3, "failed with a service error": 3 },
      ends: ["succeeded"],
      outcomes: { created: "began" },
      reason: "detail.error_message",
    },
  ]);
