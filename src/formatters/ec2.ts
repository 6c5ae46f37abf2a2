import * as z from "zod";
import { text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";

export const ec2 = [
  formatter({
    source: "aws.ec2",
    detailType: "EC2 Instance State-change Notification",
    means: "An instance started, stopped or was terminated",
    severity: "stopped 2, running 0, else 1",
    clears: "running of the same instance",
    detail: () => z.object({ "instance-id": text, state: text }),
    format: ({ "instance-id": id, state }, event) => {
      if (!id || !state) throw new UnexpectedPayload("no instance-id or no state");
      const now = state.toLowerCase();
      const common = {
        node: id,
        tag: "Ec2 State Change",
        summary: `EC2 instance ${id} is ${now}`,
        link: consoleLink(event.region, "ec2/home", `#InstanceDetails:instanceId=${id}`),
      };
      if (now === "running") return { ...common, severity: 0, clears: [2], condition: `ec2:stopped:${id}` };
      if (now === "stopped") return { ...common, severity: 2, condition: `ec2:stopped:${id}` };
      return { ...common, severity: 1, condition: `ec2:state:${id}:${now}` };
    },
  }),
].flat();
