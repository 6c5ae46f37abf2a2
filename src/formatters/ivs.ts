import { accountRegion, first, lastSegmentAt } from "../grammar/fields.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

const channel = first("detail.channel_name", lastSegmentAt("resources.0"));
const key = first("resources.0", channel);
const event = first("detail.event_name", "detail.eventName");

const recording: StateRow = {
  detailType: "IVS Recording State Change",
  means: "A recording started, ended or failed",
  thing: "IVS recording",
  condition: "ivs-recording-of-channel",
  name: channel,
  key,
  state: "detail.recording_status",
  problems: { "Recording Start Failure": 3, "Recording End Failure": 3 },
  ends: ["Recording End"],
  outcomes: {
    "Recording Start": "started",
    "Recording End": "ended",
    "Recording Start Failure": "could not start",
    "Recording End Failure": "ended with a failure",
  },
  reason: "detail.recording_status_reason",
};

export const ivs = () =>
  states("aws.ivs", [
    {
      detailType: "IVS Stream Health Change",
      means: "A stream gets too little data, or flows again",
      thing: "IVS stream",
      condition: "ivs-stream-of-channel",
      name: channel,
      key,
      state: event,
      problems: { "Starvation Start": 3 },
      ends: ["Starvation End"],
      outcomes: { "Starvation Start": "is starving", "Starvation End": "flows again" },
      reason: () => "its encoder sends too little",
    },
    {
      detailType: "IVS Stream State Change",
      means: "A stream started, ended or failed",
      thing: "IVS stream",
      condition: "stream",
      name: channel,
      key,
      state: event,
      problems: { "Stream Failure": 4 },
      ends: ["Stream Start"],
      outcomes: {
        "Stream Failure": "failed",
        "Stream Start": "started",
        "Stream End": "ended",
        "Session Created": "opened a session",
        "Session Ended": "closed its session",
      },
      reason: "detail.reason",
    },
    recording,
    {
      detailType: { "IVS Limit Breach": "breached" },
      means: "A service limit was exceeded",
      thing: "IVS limit",
      name: "detail.limit_name",
      node: first(lastSegmentAt("resources.0"), accountRegion),
      problems: { breached: 3 },
      outcomes: { breached: "is exceeded" },
      context: suffix("by channel", lastSegmentAt("resources.0")),
    },
  ]);
