import { lastSegmentAt, type Read } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

/** What the loss of an authorization or a deactivation leads to, by the detail-type's last word. */
const consequence: Read = ({ detailType }) =>
  /\bdeauthorized$/i.test(detailType)
    ? ", so its API destinations cannot send"
    : /\bdeactivated$/i.test(detailType)
      ? ", so nothing is sent to it"
      : undefined;

export const events = () =>
  states("aws.events", [
    {
      detailType: { "Scheduled Event": "fired" },
      means: "A scheduled rule fired",
      thing: "Scheduled rule",
      name: lastSegmentAt("resources.0"),
      problems: {},
      outcomes: { fired: "fired" },
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
      outcomes: {
        deauthorized: "lost its authorization",
        "failed connectivity": "cannot reach its endpoint",
        authorized: "is authorized",
        "being created": "is being created",
        "being updated": "is being updated",
        "being deleted": "is being deleted",
        "being authorized": "is being authorized",
        "being deauthorized": "is losing its authorization",
      },
      context: consequence,
      reason: "detail.StateReason",
    },
    {
      detailType: { "API Destination Deactivated": "deactivated", "API Destination Activated": "active" },
      means: "An API destination can no longer, or can again, be sent to",
      thing: "API destination",
      name: ["detail.ApiDestinationName", "detail.destinationName", (event) => event.resources[0]?.split("/").at(-2)],
      problems: { deactivated: 3 },
      ends: ["active"],
      outcomes: { deactivated: "is deactivated" },
      context: consequence,
      reason: "detail.StateReason",
    },
  ]);
