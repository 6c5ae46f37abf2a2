import { first, place, tail } from "./fields.ts";
import { behind, states } from "./states.ts";

const channel = first("detail.channel_name", tail("resources.0"));
const key = first("resources.0", channel);
const event = first("detail.event_name", "detail.eventName");

export const ivs = () =>
  states("aws.ivs", [
    {
      detailType: "IVS Stream Health Change",
      means: "A stream starves of data, or flows again",
      thing: "IVS stream of channel",
      name: channel,
      key,
      state: event,
      problems: { "Starvation Start": 3 },
      ends: ["Starvation End"],
      says: { "Starvation Start": "is starving: its encoder sends too little", "Starvation End": "flows again" },
    },
    {
      detailType: "IVS Stream State Change",
      means: "A stream started, ended or failed",
      thing: "IVS stream of channel",
      condition: "stream",
      name: channel,
      key,
      state: event,
      problems: { "Stream Failure": 4 },
      ends: ["Stream Start"],
      says: {
        "Stream Failure": "failed",
        "Stream Start": "started",
        "Stream End": "ended",
        "Session Created": "opened a session",
        "Session Ended": "closed its session",
      },
      reason: "detail.reason",
    },
    {
      detailType: "IVS Recording State Change",
      means: "A recording started, ended or failed",
      thing: "IVS recording of channel",
      name: channel,
      key,
      state: "detail.recording_status",
      problems: { "Recording Start Failure": 3, "Recording End Failure": 3 },
      ends: ["Recording End"],
      says: {
        "Recording Start": "started",
        "Recording End": "ended",
        "Recording Start Failure": "could not start",
        "Recording End Failure": "ended with a failure",
      },
      reason: "detail.recording_status_reason",
    },
    {
      detailType: { "IVS Limit Breach": "breached" },
      means: "A service limit was exceeded",
      thing: "IVS limit",
      name: "detail.limit_name",
      node: first(tail("resources.0"), place),
      problems: { breached: 3 },
      says: { breached: "is exceeded" },
      where: behind("by channel", tail("resources.0")),
    },
  ]);
