import { at, first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { states, suffix } from "../grammar/states.ts";

const instanceArn = first("detail.instanceArn", "detail.instanceARN", "detail.instance", (event) =>
  event.resources.find((arn) => /:instance\/[^/]+$/.test(arn)),
);
const instance = lastSegmentAt(instanceArn);
const channel: Read = (event) => {
  const name = at("detail.channel")(event);
  return name && `(${name.toLowerCase()})`;
};

/** `(voice) in instance i-1` */
const channelAndInstance: Read = (event) =>
  [channel(event), suffix("in instance", instance)(event)].filter(Boolean).join(" ") || undefined;

export const connect = () =>
  states("aws.connect", [
    {
      detailType: "Amazon Connect Contact Event",
      means: "A contact was queued, connected or ended; one line an instance and kind of event",
      thing: "Connect contact",
      name: [],
      node: instance,
      key: (event) => [instance(event), channel(event)].filter(Boolean).join(":") || undefined,
      state: "detail.eventType",
      problems: {},
      outcomes: {
        INITIATED: "was initiated",
        QUEUED: "was queued",
        CONNECTED_TO_SYSTEM: "was connected to the system",
        CONNECTED_TO_AGENT: "was connected to an agent",
        DISCONNECTED: "ended",
        COMPLETED: "was completed",
      },
      context: channelAndInstance,
    },
    {
      detailType: "Contact Lens Analysis State Change",
      means: "Contact Lens could or could not analyse a contact",
      thing: "Contact Lens analysis",
      name: [],
      node: instance,
      key: instance,
      problems: { FAILED: 3 },
      context: channelAndInstance,
      reason: "detail.reasonCode",
    },
    {
      detailType: {
        "Contact Lens Post Call Rules Matched": "matched",
        "Contact Lens Realtime Rules Matched": "matched",
      },
      means: "A contact met a rule of Contact Lens",
      thing: "Contact Lens rule",
      name: "detail.ruleName",
      node: instance,
      key: (event) => [instance(event), at("detail.ruleName")(event)].filter(Boolean).join(":") || undefined,
      problems: { matched: 1 },
      context: suffix("in instance", instance),
    },
  ]);
