import { at, first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";
import { words } from "../grammar/words.ts";

const domain = first("detail.domainId", lastSegmentAt("resources.0"));
const action: Read = (event) => {
  const name = at("detail.action")(event);
  return name && words(name);
};

export const voiceid = () =>
  states("aws.voiceid", [
    {
      detailType: [
        "VoiceId Batch Speaker Enrollment Action",
        "VoiceId Batch Fraudster Registration Action",
        "VoiceId Evaluate Session Action",
        "VoiceId Fraudster Action",
        "VoiceId Session Speaker Enrollment Action",
        "VoiceId Speaker Action",
        "VoiceId Start Session Action",
        "VoiceId Update Session Action",
      ],
      means: "An action on speakers, fraudsters or sessions succeeded or failed; one line an action and domain",
      thing: "Voice ID action",
      condition: "voice-id",
      name: action,
      node: domain,
      key: (event) => [domain(event), action(event)].filter(Boolean).join(":") || undefined,
      state: "detail.status",
      problems: { FAILED: 2, STREAMING_FAILED: 2, COMPLETED_WITH_ERRORS: 2 },
      outcomes: {
        SUBMITTED: "was submitted",
        STREAMING_STARTED: "began to stream",
        STREAMING_ENDED: "stopped streaming",
        STREAMING_FAILED: "failed to stream",
      },
      context: suffix("in domain", domain),
      reason: "detail.errorInfo.errorMessage",
    },
  ]);
