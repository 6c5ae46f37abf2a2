import { expect, test } from "vitest";
import { parseEvent } from "../../src/event.ts";
import { guardduty } from "../../src/formatters/guardduty.ts";
import { sentenceOf, visibleLength } from "../../src/sentence.ts";

const textOf = (detail: object): string => {
  const event = parseEvent(
    { source: "aws.guardduty", "detail-type": "GuardDuty Finding", time: "2026-03-17T09:42:11Z", detail },
    { account: "111122223333", region: "eu-west-1" },
  );
  const formatter = guardduty().find(({ detailType }) => detailType === "GuardDuty Finding");
  const [notice] = (event && formatter?.format(event)) ?? [];
  if (!notice) throw new Error("no notice");
  expect(`${notice.thing}${notice.outcome}`.length).toBeLessThanOrEqual(visibleLength);
  return sentenceOf(notice);
};

test.for([
  ["Backdoor:EC2/C&CActivity.B!DNS", "backdoor, C&C activity"],
  ["UnauthorizedAccess:EC2/SSHBruteForce", "unauthorized access, SSH brute force"],
  ["UnauthorizedAccess:EC2/MaliciousIPCaller.Custom", "malicious IP caller, custom"],
  ["Impact:EC2/BitcoinDomainRequest.Reputation", "impact, bitcoin domain request, reputation"],
  ["CryptoCurrency:EC2/BitcoinTool.B", "crypto currency, bitcoin tool"],
  [
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
    "instance credential exfiltration, outside AWS",
  ],
  ["PrivilegeEscalation:Kubernetes/AnomalousBehavior.RoleBindingCreated", "anomalous behavior, role binding created"],
] as const)("%s: %s", ([type, threat]) => {
  expect(textOf({ type, severity: 8 })).toBe(`GuardDuty: ${threat}: ${type}`);
});

test("the title is the reason, the resource stands where the title does not name it, a long title keeps the type", () => {
  const resource = { accessKeyDetails: { userName: "bob" } };
  const type = "Recon:IAMUser/TorIPCaller";
  expect(textOf({ type, title: "An API was called from a Tor exit node.", resource })).toBe(
    `GuardDuty: recon, tor IP caller (bob): An API was called from a Tor exit node (${type})`,
  );
  expect(textOf({ type, title: "bob called an API.", resource })).toBe(
    `GuardDuty: recon, tor IP caller: bob called an API (${type})`,
  );
  expect(textOf({ type, title: `API call ${"again and ".repeat(30)}` })).toMatch(
    /again and…? ?\(Recon:IAMUser\/TorIPCaller\)$/,
  );
  expect(textOf({ title: "A threat was found." })).toBe("GuardDuty: A threat was found");
});
