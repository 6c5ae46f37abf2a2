import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition } from "../condition.ts";
import { lastSegmentAt, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { linkTo } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";
import { slug } from "../grammar/words.ts";

const id = lastSegmentAt("resources.0");
const channelLink = linkTo("medialive/home#/channels/{}", id);

const alerts = {
  channel: condition("medialive:channel", {
    grades: { 4: "set" },
    ends: "the same alert cleared, on the same channel and pipeline",
  }),
  multiplex: condition("medialive:multiplex", {
    grades: { 4: "set" },
    ends: "the same alert cleared, on the same multiplex and pipeline",
  }),
};

const alertFormatter = (kind: "channel" | "multiplex") =>
  formatter({
    source: "aws.medialive",
    detailType: kind === "channel" ? "MediaLive Channel Alert" : "MediaLive Multiplex Alert",
    means: `An alert of a ${kind} was raised or is over`,
    conditions: [alerts[kind]],
    detail: () => z.object({ alarm_state: text, alert_type: text, pipeline: text, channel_arn: text, message: text }),
    format: ({ alarm_state, alert_type, pipeline, channel_arn, message }, event) => {
      const name = lastSegment(event.resources[0] ?? channel_arn);
      const alert = alert_type ?? message;
      if (!name || !alert || !alarm_state) throw new UnexpectedPayload(`no ${kind}, alert or alarm state`);
      const statement = {
        of: [name, pipeline, slug(alert)].filter(Boolean).join(":"),
        node: name,
        thing: `MediaLive ${kind}`,
        name,
        context: pipeline && `on pipeline ${pipeline}`,
        link: kind === "channel" ? channelLink(event) : undefined,
      };
      return alarm_state.toLowerCase() === "cleared"
        ? alerts[kind].clear({ ...statement, outcome: ": alert is over", reason: alert })
        : alerts[kind].raise(4, { ...statement, outcome: `: ${alert}`, reason: alert_type && message });
    },
  });

const changes = () =>
  states("aws.medialive", [
    {
      detailType: "MediaLive Channel State Change",
      means: "A channel started, stopped or was deleted",
      thing: "MediaLive channel",
      name: id,
      problems: {},
      link: channelLink,
    },
    {
      detailType: { "MediaLive Channel Input Change": "switched" },
      means: "A channel switched to another input",
      thing: "MediaLive channel",
      name: id,
      problems: { switched: 1 },
      outcomes: { switched: "switched its input" },
      context: suffix("to", "detail.active_input_attachment_name"),
      link: channelLink,
    },
    {
      detailType: "MediaLive Multiplex State Change",
      means: "A multiplex started, stopped or was deleted",
      thing: "MediaLive multiplex",
      name: id,
      problems: {},
    },
  ]);

export const medialive = () => [alertFormatter("channel"), alertFormatter("multiplex"), changes()].flat();
