import { first, tail } from "./fields.ts";
import { type StateRow, states } from "./states.ts";

const row = (what: string, name: StateRow["name"]): StateRow => ({
  detailType: `AWS Proton ${what} Status Change`,
  means: `A Proton ${what.toLowerCase()} was deployed, published or failed`,
  thing: `Proton ${what.toLowerCase()}`,
  name,
  key: (event) => event.resources[0] ?? first(...[name].flat())(event),
  state: "detail.status",
  problems: {
    FAILED: 3,
    CREATE_FAILED: 3,
    UPDATE_FAILED: 3,
    DELETE_FAILED: 3,
    CREATE_FAILED_CLEANUP_FAILED: 3,
    UPDATE_FAILED_CLEANUP_FAILED: 3,
    REGISTRATION_FAILED: 3,
    CANCELLED: 2,
  },
  says: {
    IN_PROGRESS: "is being deployed",
    CREATE_STARTED: "is being created",
    CREATE_IN_PROGRESS: "is being created",
    CREATE_COMPLETE: "was created",
    UPDATE_IN_PROGRESS: "is being updated",
    UPDATE_COMPLETE: "was updated",
    DELETE_IN_PROGRESS: "is being deleted",
    DELETE_COMPLETE: "was deleted",
    SUCCEEDED: "is deployed",
    CREATE_FAILED: "could not be created",
    UPDATE_FAILED: "could not be updated",
    DELETE_FAILED: "could not be deleted",
    REGISTRATION_FAILED: "could not be registered",
  },
  ends: ["SUCCEEDED", "ACTIVE", "CREATE_COMPLETE", "UPDATE_COMPLETE"],
});

/** A template's version is registered before it is published; the template itself cannot fail. */
const template = (what: string, name: StateRow["name"]): StateRow => ({
  ...row(what, name),
  means: `A Proton ${what.toLowerCase()} was registered, published or failed`,
  problems: { REGISTRATION_FAILED: 3 },
  ends: ["DRAFT", "PUBLISHED"],
});

/** The names within the detail are swapped for service instances in AWS's own example, so the ARN tells. */
export const proton = () =>
  states("aws.proton", [
    row("Environment", "detail.name"),
    { ...row("Environment Template", first(tail("resources.0"), "detail.name")), problems: {}, ends: [] },
    template("Environment Template Version", "detail.templateName"),
    row("Service", "detail.name"),
    row("Service Instance", first(tail("resources.0"), "detail.serviceName")),
    row("Service Pipeline", "detail.serviceName"),
    { ...row("Service Template", "detail.templateName"), problems: {}, ends: [] },
    template("Service Template Version", "detail.templateName"),
  ]);
