import { first, lastSegmentAt } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states } from "../grammar/states.ts";

const name = first("detail.flow-name", lastSegmentAt("detail.flow-arn"));
const link = linkTo("appflow/home#/details/{}", name);

const flowRuns: StateRow = {
  detailType: "AppFlow End Flow Run Report",
  means: "A run of a flow ended or failed",
  thing: "AppFlow flow",
  name,
  state: "detail.status",
  problems: { "Execution Failed": 3, Failed: 3, Failure: 3, Error: 3 },
  ends: ["Execution Successful", "Successful", "Success"],
  outcomes: {
    "Execution Failed": "failed",
    Error: "failed",
    "Execution Successful": "ran well",
    Successful: "ran well",
    Success: "ran well",
  },
  reason: "detail.error",
  link,
};

const deactivations: StateRow = {
  detailType: {
    "AppFlow Scheduled Flow Deactivated": "deactivated",
    "AppFlow Event Flow Deactivated": "deactivated",
  },
  means: "AppFlow deactivated a flow that failed",
  thing: "AppFlow flow",
  name,
  problems: { deactivated: 3 },
  outcomes: { deactivated: "was deactivated" },
  reason: "detail.deactivation-reason",
  link,
};

const activity: StateRow = {
  detailType: { "AppFlow Start Flow Run Report": "started", "AppFlow Event Flow Report": "reported" },
  means: "A run of a flow started, or a flow counts its triggers",
  thing: "AppFlow flow",
  name,
  problems: { started: 1, reported: 1 },
  outcomes: { reported: "was triggered by events" },
  link,
};

export const appflow = () => states("aws.appflow", [flowRuns, deactivations, activity]);
