import { lastSegmentAt } from "../grammar/fields.ts";
import { type StateRow, states } from "../grammar/states.ts";

const authority = {
  name: lastSegmentAt("resources.0"),
  state: "detail.result",
  problems: { failure: 3 },
  ends: ["success"],
} satisfies Partial<StateRow>;

export const acmpca = () =>
  states("aws.acm-pca", [
    {
      ...authority,
      detailType: "ACM Private CA Creation",
      means: "A private certificate authority was created, or could not be",
      thing: "Creation of private CA",
      condition: "creation",
    },
    {
      ...authority,
      detailType: "ACM Private CA Certificate Issuance",
      means: "A private certificate authority issued a certificate, or could not",
      thing: "Certificate issuance by private CA",
      condition: "issuance",
    },
    {
      ...authority,
      detailType: "ACM Private CA Audit Report Generation",
      means: "An audit report of a private certificate authority was written, or could not be",
      thing: "Audit report of private CA",
      condition: "audit",
    },
  ]);
