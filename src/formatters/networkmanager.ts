import * as z from "zod";
import { condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { lastPart, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { clause, sentence, slug, words } from "./words.ts";

/** Transit gateways' events are written in either style, Cloud WAN's in camelCase. */
const changeFields = () =>
  z.object({
    "status-change": text,
    "change-type": text,
    changeType: text,
    "change-description": text,
    changeDescription: text,
    "vpn-connection-arn": text,
    vpnConnectionArn: text,
    connectPeerArn: text,
    "transit-gateway-attachment-arn": text,
    transitGatewayAttachmentArn: text,
    attachmentArn: text,
    "transit-gateway-arn": text,
    transitGatewayArn: text,
    coreNetworkArn: text,
    "outside-ip-address": text,
    outsideIpAddress: text,
    coreNetworkAddress: text,
    previousSegmentName: text,
    segmentName: text,
    newSegmentName: text,
  });
type Change = z.infer<ReturnType<typeof changeFields>>;

const session = condition("networkmanager:session", {
  grades: { 4: "down" },
  ends: "the session of the same tunnel comes back",
});
const removal = condition("networkmanager", { grades: { 2: "deleted, disassociated, uninstalled" } });
const advisory = condition("networkmanager", { grades: { 3: "an advisory" } });

export const networkManager = () =>
  [
    formatter({
      source: "aws.networkmanager",
      detailType: "Network Manager Status Update",
      means: "IPsec or BGP of a VPN tunnel or a Connect peer went down or came back",
      conditions: [session],
      detail: changeFields,
      format: (detail, event) => {
        const { type, thing } = changeOf(detail, event);
        const tunnel = detail.outsideIpAddress ?? detail["outside-ip-address"] ?? detail.coreNetworkAddress;
        const protocol = /IPSEC|BGP/i.exec(type)?.[0].toUpperCase().replace("IPSEC", "IPsec");
        const [what = words(type)] = [
          protocol && `${protocol} of ${nameOf(thing, type)}${tunnel ? ` tunnel ${tunnel}` : ""}`,
        ];
        const common = {
          of: [thing, protocol?.toLowerCase(), tunnel].filter(Boolean).join(":"),
          node: thing,
        };
        if (/[-_]DOWN$/i.test(type)) return session.raise(4, { ...common, summary: `${what} is down` });
        if (/[-_](?:UP|ESTABLISH(?:ED)?|HEALTHY)$/i.test(type)) {
          return session.clear({ ...common, summary: `${what} is up` });
        }
        return note("networkmanager", changed(detail, event));
      },
    }),
    formatter({
      source: "aws.networkmanager",
      detailType: [
        "Network Manager Topology Change",
        "Network Manager Routing Update",
        "Network Manager Segment Update",
        "Network Manager Policy Update",
        "Network Manager Network Function Group Update",
        "Network Function Group Update",
      ],
      means: "Attachments, routes, segments or policies of a global or core network changed",
      conditions: [removal],
      detail: changeFields,
      format: (detail, event) => {
        const removed = /DELETED|DISASSOCIATED|UNINSTALLED/i.test(changeOf(detail, event).type);
        const statement = changed(detail, event);
        return removed ? removal.raise(2, statement) : note("networkmanager", statement);
      },
    }),
    formatter({
      source: "aws.networkmanager",
      detailType: "Network Manager Service Advisory",
      means: "AWS advises on the service of a global network",
      conditions: [advisory],
      detail: changeFields,
      format: (detail, event) => advisory.raise(3, changed(detail, event)),
    }),
  ].flat();

function changeOf(detail: Change, event: AwsEvent): { type: string; thing: string } {
  const type = detail.changeType ?? detail["change-type"] ?? detail["status-change"];
  if (!type) throw new UnexpectedPayload("no change-type");
  const arn =
    detail.vpnConnectionArn ??
    detail["vpn-connection-arn"] ??
    detail.connectPeerArn ??
    detail.attachmentArn ??
    detail.transitGatewayAttachmentArn ??
    detail["transit-gateway-attachment-arn"] ??
    detail.transitGatewayArn ??
    detail["transit-gateway-arn"] ??
    detail.coreNetworkArn ??
    event.resources.at(-1);
  return { type, thing: lastPart(arn) ?? place(event) };
}

const nameOf = (thing: string, type: string): string =>
  thing.startsWith("vpn-") ? `VPN ${thing}` : /CONNECT[-_]PEER/i.test(type) ? `Connect peer ${thing}` : thing;

function changed(detail: Change, event: AwsEvent): Statement {
  const { type, thing } = changeOf(detail, event);
  const description = clause("", detail.changeDescription ?? detail["change-description"], 140);
  const segment = detail.newSegmentName ?? detail.segmentName;
  const moved = segment
    ? ` (${detail.previousSegmentName ? `from segment ${detail.previousSegmentName} to` : "segment"} ${segment})`
    : "";
  return {
    of: `${slug(type)}:${thing}`,
    node: thing,
    summary: `${sentence(description || words(type))}: ${thing}${moved}`,
  };
}
