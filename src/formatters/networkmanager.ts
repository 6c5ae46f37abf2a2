import * as z from "zod";
import { lastSegment } from "../arn.ts";
import { condition, note, type Statement } from "../condition.ts";
import type { AwsEvent } from "../event.ts";
import { accountRegion, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { slug, words } from "../grammar/words.ts";
import { cleanReason, visibleLength } from "../sentence.ts";

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
const networkChange = condition("networkmanager", {
  grades: { 3: "an advisory", 2: "deleted, disassociated, uninstalled" },
});

const statusUpdate = formatter({
  source: "aws.networkmanager",
  detailType: "Network Manager Status Update",
  means: "IPsec or BGP of a VPN tunnel or a Connect peer went down or came back",
  conditions: [session],
  detail: changeFields,
  format: (detail, event) => {
    const { type, resource } = changeOf(detail, event);
    if (/[-_]DOWN$/i.test(type)) return session.raise(4, sessionStatement(detail, event, "down"));
    if (/[-_](?:UP|ESTABLISH(?:ED)?|HEALTHY)$/i.test(type)) {
      return session.clear(sessionStatement(detail, event, "up"));
    }
    return note(networkChange.name, changeStatement(detail, type, resource));
  },
});

const change = formatter({
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
  conditions: [{ ...networkChange, grades: { 2: "deleted, disassociated, uninstalled" } }],
  detail: changeFields,
  format: (detail, event) => {
    const { type, resource } = changeOf(detail, event);
    const statement = changeStatement(detail, type, resource);
    const removed = /DELETED|DISASSOCIATED|UNINSTALLED/i.test(type);
    return removed ? networkChange.raise(2, statement) : note(networkChange.name, statement);
  },
});

const serviceAdvisory = formatter({
  source: "aws.networkmanager",
  detailType: "Network Manager Service Advisory",
  means: "AWS advises on the service of a global network",
  conditions: [{ ...networkChange, grades: { 3: "an advisory" } }],
  detail: changeFields,
  format: (detail, event) => {
    const { type, resource } = changeOf(detail, event);
    return networkChange.raise(3, changeStatement(detail, type, resource));
  },
});

export const networkManager = () => [statusUpdate, change, serviceAdvisory].flat();

function changeOf(detail: Change, event: AwsEvent): { type: string; resource: string } {
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
  return { type, resource: lastSegment(arn) ?? accountRegion(event) };
}

/** A session of a tunnel, or of what else the type names. */
function sessionStatement(detail: Change, event: AwsEvent, state: "down" | "up"): Statement {
  const { type, resource } = changeOf(detail, event);
  const tunnel = detail.outsideIpAddress ?? detail["outside-ip-address"] ?? detail.coreNetworkAddress;
  const protocol = /IPSEC|BGP/i.exec(type)?.[0].toUpperCase().replace("IPSEC", "IPsec");
  const kind = resource.startsWith("vpn-") ? "VPN" : /CONNECT[-_]PEER/i.test(type) ? "Connect peer" : "Tunnel";
  return {
    of: [resource, protocol?.toLowerCase(), tunnel].filter(Boolean).join(":"),
    node: resource,
    thing: protocol ? kind : typeInWords(type.replace(/[-_][A-Z]+$/i, "")) || kind,
    name: resource,
    outcome: protocol ? `: ${protocol} is ${state}` : `is ${state}`,
    context: protocol && tunnel && `on tunnel ${tunnel}`,
  };
}

const typeInWords = (type: string): string =>
  words(type).replace(/\b(?:bgp|tgw|vpc|vpn)\b/g, (acronym) => acronym.toUpperCase());

/** `A VPN connection`, `has been deleted` and what follows, of AWS's description. */
const described = /^(.+?) ((?:has|have|was|were|is|are) (?:been )?(?:\w+ly )?\w+)(?: (.+))?$/;

function changeStatement(detail: Change, type: string, resource: string): Statement {
  const description = cleanReason(detail.changeDescription ?? detail["change-description"] ?? "");
  const segment = detail.newSegmentName ?? detail.segmentName;
  const moved = segment
    ? ` (${detail.previousSegmentName ? `from segment ${detail.previousSegmentName} to` : "segment"} ${segment})`
    : "";
  const [, subject = "", verb = "", rest] = described.exec(description) ?? [];
  const fields = { of: `${slug(type)}:${resource}`, node: resource };
  if (subject && `${subject} ${verb}`.length <= visibleLength) {
    const context = [rest, `: ${resource}${moved}`].filter(Boolean).join("");
    return { ...fields, thing: subject, outcome: verb, context };
  }
  const inWords = typeInWords(type).split(" ");
  return {
    ...fields,
    thing: inWords.slice(0, -1).join(" ") || "Network Manager",
    outcome: inWords.at(-1) || "changed",
    context: `: ${resource}${moved}`,
    reason: description,
  };
}
