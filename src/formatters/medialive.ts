import * as z from "zod";
import { condition } from "../condition.ts";
import { lastPart, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { linkTo } from "./links.ts";
import { behind, states } from "./states.ts";
import { slug } from "./words.ts";

const id = tail("resources.0");
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

export const medialive = () => [
  ...(["channel", "multiplex"] as const).flatMap((kind) =>
    formatter({
      source: "aws.medialive",
      detailType: kind === "channel" ? "MediaLive Channel Alert" : "MediaLive Multiplex Alert",
      means: `An alert of a ${kind} was raised or is over`,
      conditions: [alerts[kind]],
      detail: () => z.object({ alarm_state: text, alert_type: text, pipeline: text, channel_arn: text, message: text }),
      format: ({ alarm_state, alert_type, pipeline, channel_arn, message }, event) => {
        const name = lastPart(event.resources[0] ?? channel_arn);
        const alert = alert_type ?? message;
        if (!name || !alert || !alarm_state) throw new UnexpectedPayload(`no ${kind}, alert or alarm state`);
        const common = {
          of: [name, pipeline, slug(alert)].filter(Boolean).join(":"),
          node: name,
          link: kind === "channel" ? channelLink(event) : undefined,
        };
        const where = `MediaLive ${kind} ${name}${pipeline ? ` pipeline ${pipeline}` : ""}`;
        return alarm_state.toLowerCase() === "cleared"
          ? alerts[kind].clear({ ...common, summary: `${where}: alert is over (${alert})` })
          : alerts[kind].raise(4, { ...common, summary: `${where}: ${alert}` });
      },
    }),
  ),
  ...states("aws.medialive", [
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
      says: { switched: "switched its input" },
      where: behind("to", "detail.active_input_attachment_name"),
      link: channelLink,
    },
    {
      detailType: "MediaLive Multiplex State Change",
      means: "A multiplex started, stopped or was deleted",
      thing: "MediaLive multiplex",
      name: id,
      problems: {},
    },
  ]),
];
