import { first, lastSegmentAt } from "../grammar/fields.ts";
import { type StateRow, states } from "../grammar/states.ts";

const row = (kind: string, name: StateRow["name"], problems: StateRow["problems"] = {}): StateRow => ({
  detailType: `AWS Proton ${kind} Status Change`,
  means: `A Proton ${kind.toLowerCase()} was deployed, published or failed`,
  thing: `Proton ${kind.toLowerCase()}`,
  name,
  key: (event) => event.resources[0] ?? first(...[name].flat())(event),
  state: "detail.status",
  problems,
  outcomes: {
    IN_PROGRESS: "is being deployed",
    CREATE_STARTED: "is being created",
    CREATE_IN_PROGRESS: "is being created",
    CREATE_COMPLETE: "was created",
    UPDATE_IN_PROGRESS: "is being updated",
    UPDATE_COMPLETE: "was updated",
    DELETE_IN_PROGRESS: "is being deleted",
    DELETE_COMPLETE: "was deleted",
    SUCCEEDED: "is deployed",
    CANCELLED: "had its deployment cancelled",
    CREATE_FAILED: "could not be created",
    CREATE_FAILED_CLEANUP_IN_PROGRESS: "could not be created and is being cleaned up",
    CREATE_FAILED_CLEANUP_COMPLETE: "could not be created",
    CREATE_FAILED_CLEANUP_FAILED: "could not be created or cleaned up",
    UPDATE_FAILED: "could not be updated",
    UPDATE_FAILED_CLEANUP_IN_PROGRESS: "could not be updated and is being cleaned up",
    UPDATE_FAILED_CLEANUP_COMPLETE: "could not be updated",
    UPDATE_FAILED_CLEANUP_FAILED: "could not be updated or cleaned up",
    UPDATE_COMPLETE_CLEANUP_FAILED: "was updated but not cleaned up",
    DELETE_FAILED: "could not be deleted",
    REGISTRATION_FAILED: "failed to register",
  },
});

const deployment = (kind: string, name: StateRow["name"]): StateRow => ({
  ...row(kind, name, { FAILED: 3, DELETE_FAILED: 3, CANCELLED: 2 }),
  ends: ["SUCCEEDED"],
});

const service: StateRow = {
  ...row("Service", "detail.name", {
    CREATE_FAILED: 3,
    CREATE_FAILED_CLEANUP_COMPLETE: 3,
    CREATE_FAILED_CLEANUP_FAILED: 3,
    UPDATE_FAILED: 3,
    UPDATE_FAILED_CLEANUP_COMPLETE: 3,
    UPDATE_FAILED_CLEANUP_FAILED: 3,
    DELETE_FAILED: 3,
    CREATE_FAILED_CLEANUP_IN_PROGRESS: 2,
    UPDATE_FAILED_CLEANUP_IN_PROGRESS: 2,
    UPDATE_COMPLETE_CLEANUP_FAILED: 2,
  }),
  ends: ["ACTIVE", "CREATE_COMPLETE", "UPDATE_COMPLETE"],
};

/** A template's version is registered before it is published; the template itself cannot fail. */
const templateVersion = (kind: string): StateRow => ({
  ...row(kind, "detail.templateName", { REGISTRATION_FAILED: 3 }),
  means: `A Proton ${kind.toLowerCase()} was registered, published or failed`,
  ends: ["DRAFT", "PUBLISHED"],
});

/** AWS's own example swaps the names of a service instance and its service, so that the ARN comes first. */
export const proton = () =>
  states("aws.proton", [
    deployment("Environment", "detail.name"),
    row("Environment Template", first(lastSegmentAt("resources.0"), "detail.name")),
    templateVersion("Environment Template Version"),
    service,
    deployment("Service Instance", first(lastSegmentAt("resources.0"), "detail.serviceName")),
    deployment("Service Pipeline", "detail.serviceName"),
    row("Service Template", "detail.templateName"),
    templateVersion("Service Template Version"),
  ]);
