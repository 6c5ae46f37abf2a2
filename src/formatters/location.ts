import { at, type Read, tail } from "./fields.ts";
import { behind, states } from "./states.ts";

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
      key: keyed(tail("resources.0"), "detail.GeofenceId", "detail.DeviceId"),
      state: "detail.EventType",
      problems: {},
      says: { ENTER: "is now inside", EXIT: "is now outside" },
      where: behind("geofence", "detail.GeofenceId"),
    },
    {
      detailType: "Location Device Position Event",
      means: "A tracker has a new position of a device; one line a tracker",
      thing: "Location tracker",
      name: ["detail.TrackerName", tail("resources.0")],
      state: "detail.EventType",
      problems: {},
      says: { UPDATE: "has a new position" },
      where: behind("of device", "detail.DeviceId"),
    },
  ]);
