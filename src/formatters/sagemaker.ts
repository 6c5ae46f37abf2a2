import { lastSegmentAt } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

const reason = "detail.FailureReason";

/** A job that runs once: `thing` as its detail-type spells it, whose fields begin with `prefix`. */
const job = (detailType: string, thing: string, prefix: string, page: string): StateRow => ({
  detailType,
  means: `A ${thing} is under way, complete, failed or was stopped`,
  thing: `SageMaker ${thing}`,
  name: [
    `detail.${prefix}Name`,
    `detail.${prefix.charAt(0).toLowerCase()}${prefix.slice(1)}Name`,
    lastSegmentAt("resources.0"),
  ],
  state: [`detail.${prefix}Status`, "detail.state"],
  problems: { Failed: 3 },
  ends: ["Completed", "Succeeded"],
  reason,
  link: linkTo(`sagemaker/home#/${page}/{}`, `detail.${prefix}Name`),
});

/** A resource that is created once: its states are such as `CREATE_FAILED` or `CreateFailed`. */
const resource = (detailType: string, thing: string, prefix: string, name: StateRow["name"]): StateRow => ({
  detailType,
  means: `A ${thing} was created or changed, or could not be`,
  thing: `SageMaker ${thing}`,
  name,
  state: `detail.${prefix}Status`,
  problems: { CREATE_FAILED: 3, UPDATE_FAILED: 3, DELETE_FAILED: 3 },
  ends: ["CREATED", "ACTIVE"],
  outcomes: {
    CREATE_FAILED: "could not be created",
    UPDATE_FAILED: "could not be updated",
    DELETE_FAILED: "could not be deleted",
    CREATED: "was created",
    CREATING: "is being created",
    UPDATING: "is being updated",
    DELETING: "is being deleted",
    DELETED: "was deleted",
  },
  reason,
});

const endpoint: StateRow = {
  detailType: ["SageMaker Endpoint State Change", "SageMaker Endpoint Deployment State Change"],
  means: "An endpoint is in service, being changed, rolled back, or failed",
  thing: "SageMaker endpoint",
  name: ["detail.EndpointName", lastSegmentAt("resources.0")],
  state: "detail.EndpointStatus",
  problems: { FAILED: 4, UPDATE_ROLLBACK_FAILED: 4, OUT_OF_SERVICE: 4, ROLLING_BACK: 3 },
  ends: ["IN_SERVICE"],
  outcomes: {
    UPDATE_ROLLBACK_FAILED: "failed to roll back its update",
    ROLLING_BACK: "failed to update and is rolling back",
    CREATING: "is being created",
    UPDATING: "is being updated",
    SYSTEM_UPDATING: "is being updated by AWS",
    DELETING: "is being deleted",
  },
  reason,
  link: linkTo("sagemaker/home#/endpoints/{}", "detail.EndpointName"),
};

export const sagemaker = () =>
  states("aws.sagemaker", [
    endpoint,
    job("SageMaker Training Job State Change", "training job", "TrainingJob", "jobs"),
    job("SageMaker Processing Job State Change", "processing job", "ProcessingJob", "processing-jobs"),
    job("SageMaker Transform Job State Change", "transform job", "TransformJob", "transform-jobs"),
    job(
      "SageMaker HyperParameter Tuning Job State Change",
      "hyperparameter tuning job",
      "HyperParameterTuningJob",
      "hyper-tuning-jobs",
    ),
    {
      detailType: "SageMaker Model Building Pipeline Execution Status Change",
      means: "An execution of a model pipeline started, succeeded, failed or was stopped",
      thing: "SageMaker pipeline",
      name: [lastSegmentAt("detail.pipelineArn"), lastSegmentAt("resources.0")],
      state: "detail.currentPipelineExecutionStatus",
      problems: { Failed: 3 },
      ends: ["Succeeded"],
    },
    {
      detailType: "SageMaker Model Building Pipeline Execution Step Status Change",
      means: "A step of a model pipeline changed its state; the pipeline's own event has the severity",
      thing: "SageMaker pipeline step",
      name: "detail.stepName",
      node: [lastSegmentAt("detail.pipelineArn"), "detail.stepName"],
      state: "detail.currentStepStatus",
      problems: {},
      context: suffix("in pipeline", lastSegmentAt("detail.pipelineArn")),
    },
    {
      detailType: "SageMaker Notebook Instance State Change",
      means: "A notebook instance is in service, being changed, stopped or failed",
      thing: "SageMaker notebook",
      name: ["detail.NotebookInstanceName", lastSegmentAt("resources.0")],
      state: "detail.NotebookInstanceStatus",
      problems: { Failed: 3 },
      ends: ["InService"],
      outcomes: { Updating: "is being updated", Deleting: "is being deleted" },
      reason,
      link: linkTo("sagemaker/home#/notebook-instances/{}", "detail.NotebookInstanceName"),
    },
    resource("SageMaker Feature Group State Change", "feature group", "FeatureGroup", [
      "detail.FeatureGroupName",
      lastSegmentAt("resources.0"),
    ]),
    resource("SageMaker Image State Change", "image", "Image", ["detail.ImageName", lastSegmentAt("resources.0")]),
    resource("SageMaker Image Version State Change", "image version", "ImageVersion", [
      lastSegmentAt("detail.ImageArn"),
      lastSegmentAt("resources.0"),
    ]),
  ]);
