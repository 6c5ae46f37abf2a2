import { type StateRow, states } from "../grammar/states.ts";

const incident = {
  thing: "Security incident case",
  condition: "case",
  name: "detail.caseId",
  node: "account",
} satisfies Partial<StateRow>;

export const securityir = () =>
  states("aws.security-ir", [
    {
      ...incident,
      detailType: { "Case Created": "created", "Case Closed": "closed" },
      means: "A case with AWS Security Incident Response was opened or closed",
      problems: { created: 4 },
      ends: ["closed"],
      outcomes: { created: "was created", closed: "was closed" },
    },
    {
      ...incident,
      detailType: {
        "Case Updated": "updated",
        "Case Comment Added": "comment added",
        "Case Comment Created": "comment added",
        "Case Comment Updated": "comment updated",
      },
      means: "A case with AWS Security Incident Response was changed or commented on",
      problems: { updated: 2, "comment added": 2, "comment updated": 2 },
      outcomes: {
        updated: "was updated",
        "comment added": "has a new comment",
        "comment updated": "has a changed comment",
      },
    },
    {
      detailType: {
        "Membership Created": "created",
        "Membership Updated": "updated",
        "Membership Cancelled": "cancelled",
        "Membership Terminated": "terminated",
      },
      means: "The membership of AWS Security Incident Response began, changed or ended",
      thing: "Security Incident Response membership",
      name: "detail.membershipId",
      node: "account",
      problems: { cancelled: 2, terminated: 2 },
      outcomes: {
        created: "was created",
        updated: "was updated",
        cancelled: "was cancelled",
        terminated: "was terminated",
      },
    },
  ]);
