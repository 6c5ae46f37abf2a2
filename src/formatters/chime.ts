import { accountRegion, at, first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

/** `MediaPipelineResumed` of `chime:MediaPipelineResumed`. */
const eventType = lastSegmentAt("detail.eventType");
const pipeline = first("detail.mediaPipelineId");
const meeting: Read = (event) => at("detail.externalMeetingId")(event) ?? at("detail.meetingId")(event);

const streaming: StateRow = {
  detailType: "Chime VoiceConnector Streaming Status",
  means: "The streaming of a call's audio started, ended or failed; one line a voice connector",
  thing: "Chime streaming of voice connector",
  name: "detail.voiceConnectorId",
  state: "detail.streamingStatus",
  problems: { FAILED: 3 },
  outcomes: { STARTED: "started", ENDED: "ended", UPDATED: "was updated" },
  reason: "detail.failureReason",
};

const mediaPipelines: StateRow = {
  detailType: "Chime Media Pipeline State Change",
  means: "A media pipeline of a meeting failed, resumed or ended",
  thing: "Chime media pipeline",
  name: pipeline,
  state: eventType,
  problems: { MediaPipelinePermanentFailure: 4, MediaPipelineTemporaryFailure: 3 },
  ends: ["MediaPipelineResumed"],
  outcomes: {
    MediaPipelinePermanentFailure: "failed for good",
    MediaPipelineTemporaryFailure: "failed for now",
    MediaPipelineResumed: "resumed",
    MediaPipelineInProgress: "is in progress",
    MediaPipelineDeleted: "was deleted",
  },
  context: suffix("in meeting", "detail.externalMeetingId"),
};

const channelFlows: StateRow = {
  detailType: "Chime ChannelFlow Processing Status",
  means: "A channel flow could not call its processor",
  thing: "Chime channel flow",
  name: [],
  node: [lastSegmentAt("detail.processorResourceArn"), lastSegmentAt("detail.channelArn")],
  key: first("detail.processorResourceArn", "detail.channelArn"),
  state: eventType,
  problems: { ProcessorInvocationFailure: 3 },
  outcomes: { ProcessorInvocationFailure: "could not call its processor" },
  context: lastSegmentAt("detail.processorResourceArn"),
  reason: "detail.failureReason",
};

const meetings: StateRow = {
  detailType: ["Chime Meeting State Change", "Meeting State Change"],
  means: "A meeting, its attendees or its transcription changed; one line a kind of event",
  thing: "Chime meeting",
  name: meeting,
  node: accountRegion,
  key: () => "any",
  state: eventType,
  problems: { TranscriptionFailed: 3, TranscriptionInterrupted: 2 },
  outcomes: {
    TranscriptionFailed: "lost its transcription",
    TranscriptionInterrupted: "had its transcription interrupted",
    MeetingStarted: "started",
    MeetingEnded: "ended",
    AttendeeAdded: "has a new attendee",
    AttendeeJoined: "was joined by an attendee",
    AttendeeLeft: "was left by an attendee",
    AttendeeDropped: "lost an attendee",
    AttendeeDeleted: "had an attendee removed",
    TranscriptionStarted: "is being transcribed",
    TranscriptionStopped: "is no longer transcribed",
  },
  reason: "detail.message",
};

export const chime = () => states("aws.chime", [streaming, mediaPipelines, channelFlows, meetings]);
