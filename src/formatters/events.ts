import { tail } from "./fields.ts";
import { states } from "./states.ts";

export const events = () =>
  states("aws.events", [
    {
      detailType: { "Scheduled Event": "fired" },
      means: "A scheduled rule fired",
      thing: "Scheduled rule",
      name: tail("resources.0"),
      problems: {},
      says: { fired: "fired" },
    },
    {
      detailType: {
        "Connection Deauthorized": "deauthorized",
        "Connection Failed Connectivity": "failed connectivity",
        "Connection Authorized": "authorized",
        "Connection Activated": "active",
        "Connection Creation Started": "being created",
        "Connection Update Started": "being updated",
        "Connection Deletion Started": "being deleted",
        "Connection Authorization Started": "being authorized",
        "Connection Deauthorization Started": "being deauthorized",
      },
      means: "A connection that API destinations use lost or got its authorization, or cannot reach its endpoint",
      thing: "EventBridge connection",
      condition: "connection",
      name: ["detail.ConnectionName", "detail.connectionName", (event) => event.resources[0]?.split("/").at(-2)],
      problems: { deauthorized: 3, "failed connectivity": 3, "being deauthorized": 1 },
      ends: ["authorized", "active"],
      says: {
        deauthorized: "lost its authorization, so its API destinations cannot send",
        "failed connectivity": "cannot reach its endpoint",
        authorized: "is authorized",
        "being created": "is being created",
        "being updated": "is being updated",
        "being deleted": "is being deleted",
        "being authorized": "is being authorized",
        "being deauthorized": "is losing its authorization",
      },
      reason: "detail.StateReason",
    },
    {
      detailType: { "API Destination Deactivated": "deactivated", "API Destination Activated": "active" },
      means: "An API destination can no longer, or can again, be sent to",
      thing: "API destination",
      name: ["detail.ApiDestinationName", "detail.destinationName", (event) => event.resources[0]?.split("/").at(-2)],
      problems: { deactivated: 3 },
      ends: ["active"],
      says: { deactivated: "is deactivated, so nothing is sent to it" },
      reason: "detail.StateReason",
    },
  ]);
