import * as z from "zod";
import type { AwsEvent } from "../event.ts";
import type { ProblemSeverity } from "../notice.ts";
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

export const networkManager = () =>
  [
    formatter({
      source: "aws.networkmanager",
      detailType: "Network Manager Status Update",
      means: "IPsec or BGP of a VPN tunnel or a Connect peer went down or came back",
      severity: "down 4; up, established 0; else 1",
      clears: "the session of the same tunnel comes back",
      detail: changeFields,
      format: (detail, event) => {
        const { type, thing } = changeOf(detail, event);
        const tunnel = detail.outsideIpAddress ?? detail["outside-ip-address"] ?? detail.coreNetworkAddress;
        const session = /IPSEC|BGP/i.exec(type)?.[0].toUpperCase().replace("IPSEC", "IPsec");
        const [what = words(type)] = [
          session && `${session} of ${nameOf(thing, type)}${tunnel ? ` tunnel ${tunnel}` : ""}`,
        ];
        const common = {
          node: thing,
          condition: ["networkmanager:session", thing, session?.toLowerCase(), tunnel].filter(Boolean).join(":"),
        };
        if (/[-_]DOWN$/i.test(type)) return { ...common, severity: 4, summary: `${what} is down` };
        if (/[-_](?:UP|ESTABLISH(?:ED)?|HEALTHY)$/i.test(type)) {
          return { ...common, severity: 0, clears: [4], summary: `${what} is up` };
        }
        return changed(detail, event, 1);
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
      severity: "deleted, disassociated, uninstalled 2; else 1",
      detail: changeFields,
      format: (detail, event) =>
        changed(detail, event, /DELETED|DISASSOCIATED|UNINSTALLED/i.test(changeOf(detail, event).type) ? 2 : 1),
    }),
    formatter({
      source: "aws.networkmanager",
      detailType: "Network Manager Service Advisory",
      means: "AWS advises on the service of a global network",
      severity: "3",
      detail: changeFields,
      format: (detail, event) => changed(detail, event, 3),
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

function changed(detail: Change, event: AwsEvent, severity: ProblemSeverity) {
  const { type, thing } = changeOf(detail, event);
  const description = clause("", detail.changeDescription ?? detail["change-description"], 140);
  const segment = detail.newSegmentName ?? detail.segmentName;
  const moved = segment
    ? ` (${detail.previousSegmentName ? `from segment ${detail.previousSegmentName} to` : "segment"} ${segment})`
    : "";
  return {
    node: thing,
    severity,
    summary: `${sentence(description || words(type))}: ${thing}${moved}`,
    condition: `networkmanager:${slug(type)}:${thing}`,
  };
}
