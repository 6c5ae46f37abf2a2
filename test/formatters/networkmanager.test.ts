import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/condition.ts";
import { networkManager } from "../../src/formatters/networkmanager.ts";
import { sentenceOf } from "../../src/sentence.ts";

const vpn = "arn:aws:ec2:eu-west-1:111122223333:vpn-connection/vpn-0a1b";

const noticeOf = (detail: Readonly<Record<string, unknown>>, detailType = "Network Manager Status Update"): Notice => {
  const formatter = networkManager().find((each) => each.detailType === detailType);
  const [notice] =
    formatter?.format({
      id: "8a4a1d3c-0f55-4a0e-9d5b-0c1d2e3f4a5b",
      time: "2026-06-07T05:00:00Z",
      source: "aws.networkmanager",
      detailType,
      account: "111122223333",
      region: "us-west-2",
      resources: [],
      detail,
    }) ?? [];
  if (!notice) throw new Error("no notice");
  return notice;
};
const tunnel = (changeType: string, outsideIpAddress = "198.51.100.3") =>
  noticeOf({ changeType, vpnConnectionArn: vpn, outsideIpAddress });

describe("a session that is down is cleared by the one that comes back", () => {
  test.for([
    ["VPN-CONNECTION-IPSEC-DOWN", "VPN-CONNECTION-IPSEC-UP"],
    ["VPN-CONNECTION-BGP-DOWN", "VPN-CONNECTION-BGP-ESTABLISH"],
    ["VPN-CONNECTION-BGP-DOWN", "VPN-CONNECTION-BGP-UP"],
    ["CONNECT_PEER_BGP_DOWN", "CONNECT_PEER_BGP_UP"],
  ] as const)("%s, %s", ([down, up]) => {
    expect(tunnel(down).severity).toBe(4);
    expect(tunnel(up)).toMatchObject({ severity: 0, worst: 4, condition: tunnel(down).condition });
  });

  test("neither of another tunnel nor of another protocol", () => {
    const { condition } = tunnel("VPN-CONNECTION-IPSEC-DOWN");
    expect(tunnel("VPN-CONNECTION-IPSEC-UP", "198.51.100.9").condition).not.toBe(condition);
    expect(tunnel("VPN-CONNECTION-BGP-ESTABLISH").condition).not.toBe(condition);
  });
});

test("both spellings are one condition", () => {
  const kebab = { "vpn-connection-arn": vpn, "outside-ip-address": "198.51.100.3" };
  for (const key of ["change-type", "status-change"]) {
    expect(noticeOf({ [key]: "VPN-CONNECTION-IPSEC-DOWN", ...kebab })).toEqual(tunnel("VPN-CONNECTION-IPSEC-DOWN"));
  }
});

describe("the sentence of a change", () => {
  const text = (changeType: string, changeDescription?: string) =>
    sentenceOf(noticeOf({ changeType, changeDescription, vpnConnectionArn: vpn }, "Network Manager Topology Change"));
  test.for([
    ["VPN-CONNECTION-DELETED", "A VPN connection has been deleted.", "A VPN connection has been deleted: vpn-0a1b"],
    ["X", "A device is close to a quota.", "A device is close to a quota: vpn-0a1b"],
    ["VPN-CONNECTION-DELETED", undefined, "VPN connection deleted: vpn-0a1b"],
    ["VPN-CONNECTION-DELETED", "Deleted by AWS", "VPN connection deleted: vpn-0a1b: Deleted by AWS"],
    ["DELETED", undefined, "Network Manager deleted: vpn-0a1b"],
  ] as const)("%s, %s", ([changeType, changeDescription, expected]) => {
    expect(text(changeType, changeDescription)).toBe(expected);
  });
});
