import * as z from "zod";
import { lastPart, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { linkTo } from "./links.ts";
import { behind, states } from "./states.ts";
import { slug } from "./words.ts";

const id = tail("resources.0");
const channelLink = linkTo("medialive/home#/channels/{}", id);

export const medialive = () => [
  ...(["channel", "multiplex"] as const).flatMap((kind) =>
    formatter({
      source: "aws.medialive",
      detailType: kind === "channel" ? "MediaLive Channel Alert" : "MediaLive Multiplex Alert",
      means: `An alert of a ${kind} was raised or is over`,
      severity: "set 4, cleared 0",
      clears: `the same alert cleared, on the same ${kind} and pipeline`,
      detail: () => z.object({ alarm_state: text, alert_type: text, pipeline: text, channel_arn: text, message: text }),
      format: ({ alarm_state, alert_type, pipeline, channel_arn, message }, event) => {
        const name = lastPart(event.resources[0] ?? channel_arn);
        const alert = alert_type ?? message;
        if (!name || !alert || !alarm_state) throw new UnexpectedPayload(`no ${kind}, alert or alarm state`);
        const common = {
          node: name,
          condition: ["medialive", kind, name, pipeline, slug(alert)].filter(Boolean).join(":"),
          link: kind === "channel" ? channelLink(event) : undefined,
        };
        const where = `MediaLive ${kind} ${name}${pipeline ? ` pipeline ${pipeline}` : ""}`;
        return alarm_state.toLowerCase() === "cleared"
          ? { ...common, summary: `${where}: alert is over (${alert})`, severity: 0, clears: [4] }
          : { ...common, summary: `${where}: ${alert}`, severity: 4 };
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
