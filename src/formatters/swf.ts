import { states } from "../grammar/states.ts";

export const swf = () =>
  states("aws.swf", [
    {
      detailType: "Simple Workflow Execution State Change",
      means: "A workflow execution started, finished or failed",
      thing: "SWF workflow",
      name: "detail.workflowExecutionDetail.executionInfo.workflowType.name",
      state: "detail.eventType",
      problems: {
        WorkflowExecutionFailed: 3,
        WorkflowExecutionTimedOut: 3,
        WorkflowExecutionTerminated: 3,
        WorkflowExecutionCanceled: 2,
      },
      ends: ["WorkflowExecutionCompleted"],
      outcomes: {
        WorkflowExecutionFailed: "failed",
        WorkflowExecutionTimedOut: "timed out",
        WorkflowExecutionTerminated: "was terminated",
        WorkflowExecutionCanceled: "was cancelled",
        WorkflowExecutionCompleted: "completed",
        WorkflowExecutionStarted: "started",
        WorkflowExecutionContinuedAsNew: "continued as a new execution",
      },
    },
  ]);
