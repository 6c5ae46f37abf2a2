import type { ProblemSeverity } from "../condition.ts";
import { first, joined, type Read } from "../grammar/fields.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

const server = first("detail.server-id", "detail.connector-id");

/** A transfer that failed, and the same one completed: `SFTP Server File Upload`. */
const transferOf = (
  type: string,
  thing: string,
  severity: ProblemSeverity,
  about: Pick<StateRow, "name" | "key"> & Partial<StateRow>,
): StateRow => ({
  detailType: { [`${type} Failed`]: "failed", [`${type} Completed`]: "completed" },
  means: `${thing}: one failed, or completed`,
  thing,
  node: server,
  problems: { failed: severity },
  ends: ["completed"],
  reason: "detail.failure-code",
  ...about,
});

const user = {
  name: suffix("by", "detail.username"),
  key: joined(":", "detail.server-id", "detail.username"),
  context: suffix("on server", "detail.server-id"),
};
const connector = { name: "detail.connector-id", key: "detail.connector-id" };
const sending = {
  ...connector,
  means: "SFTP file sending: one failed, or completed",
  condition: "sftp-file-sending",
  outcomes: { failed: "failed to send a file", completed: "sent a file" },
  context: suffix("to", "detail.url"),
};
const retrieval = {
  ...connector,
  means: "SFTP file retrieval: one failed, or completed",
  condition: "sftp-file-retrieval",
  outcomes: { failed: "failed to retrieve a file", completed: "retrieved a file" },
  context: suffix("from", "detail.url"),
};

/** `from ACME to GLOBEX` */
const partners: Read = (event) =>
  [suffix("from", "detail.as2-from")(event), suffix("to", "detail.as2-to")(event)].filter(Boolean).join(" ") ||
  undefined;
const partner = (condition: string) => ({
  condition,
  name: partners,
  key: joined(":", "detail.server-id", "detail.connector-id", "detail.as2-from", "detail.as2-to"),
});

export const transfer = () =>
  states("aws.transfer", [
    ...["SFTP", "FTPS", "FTP"].flatMap((protocol) => [
      transferOf(`${protocol} Server File Upload`, `${protocol} upload`, 2, user),
      transferOf(`${protocol} Server File Download`, `${protocol} download`, 2, user),
    ]),
    transferOf("SFTP Connector File Send", "SFTP connector", 3, sending),
    transferOf("SFTP Connector File Retrieve", "SFTP connector", 3, retrieval),
    transferOf("AS2 Payload Send", "Sending of AS2 message", 3, partner("sending-of-as2-message-from")),
    transferOf("AS2 Payload Receive", "Receipt of AS2 message", 3, partner("receipt-of-as2-message-from")),
    transferOf("AS2 MDN Send", "Sending of AS2 receipt", 3, partner("sending-of-as2-receipt-from")),
    transferOf("AS2 MDN Receive", "Arrival of AS2 receipt", 3, partner("arrival-of-as2-receipt-from")),
  ]);
