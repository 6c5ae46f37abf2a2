import { at, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

const keyed =
  (...paths: (string | Read)[]): Read =>
  (event) =>
    paths.map((path) => (typeof path === "string" ? at(path) : path)(event) ?? "any").join(":");

export const location = () =>
  states("aws.geo", [
    {
      detailType: "Location Geofence Event",
      means: "A device entered or left a geofence",
      thing: "Device",
      condition: "geofence",
      name: "detail.DeviceId",
      key: keyed(lastSegmentAt("resources.0"), "detail.GeofenceId", "detail.DeviceId"),
      state: "detail.EventType",
      problems: {},
      outcomes: { ENTER: "is now inside", EXIT: "is now outside" },
      context: suffix("geofence", "detail.GeofenceId"),
    },
    {
      detailType: "Location Device Position Event",
      means: "A tracker has a new position of a device; one line a tracker",
      thing: "Location tracker",
      name: ["detail.TrackerName", lastSegmentAt("resources.0")],
      state: "detail.EventType",
      problems: {},
      outcomes: { UPDATE: "has a new position" },
      context: suffix("of device", "detail.DeviceId"),
    },
  ]);
