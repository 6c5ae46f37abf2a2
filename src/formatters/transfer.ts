import type { ProblemSeverity } from "../notice.ts";
import { at, first, joined, type Read } from "./fields.ts";
import { behind, type StateRow, states } from "./states.ts";

const server = first("detail.server-id", "detail.connector-id");

const by =
  (word: string, path: string): Read =>
  (event) => {
    const value = at(path)(event);
    return value && `${word} ${value}`;
  };

/** A transfer that failed, and the same one completed: `SFTP Server File Upload`. */
const transferOf = (
  what: string,
  thing: string,
  severity: ProblemSeverity,
  from: Pick<StateRow, "name" | "key" | "where">,
): StateRow => ({
  detailType: { [`${what} Failed`]: "failed", [`${what} Completed`]: "completed" },
  means: `${thing}: one failed, or completed`,
  thing,
  node: server,
  problems: { failed: severity },
  ends: ["completed"],
  reason: "detail.failure-code",
  ...from,
});

const user = {
  name: by("by", "detail.username"),
  key: joined(":", "detail.server-id", "detail.username"),
  where: behind("on server", "detail.server-id"),
};
const connector = (to: "to" | "from") => ({
  name: by("by connector", "detail.connector-id"),
  key: "detail.connector-id",
  where: behind(to, "detail.url"),
});
const partner = {
  name: joined(" to ", "detail.as2-from", "detail.as2-to"),
  key: joined(":", "detail.server-id", "detail.connector-id", "detail.as2-from", "detail.as2-to"),
};

export const transfer = () =>
  states("aws.transfer", [
    ...["SFTP", "FTPS", "FTP"].flatMap((protocol) => [
      transferOf(`${protocol} Server File Upload`, `${protocol} upload`, 2, user),
      transferOf(`${protocol} Server File Download`, `${protocol} download`, 2, user),
    ]),
    transferOf("SFTP Connector File Send", "SFTP file sending", 3, connector("to")),
    transferOf("SFTP Connector File Retrieve", "SFTP file retrieval", 3, connector("from")),
    transferOf("AS2 Payload Send", "Sending of AS2 message from", 3, partner),
    transferOf("AS2 Payload Receive", "Receipt of AS2 message from", 3, partner),
    transferOf("AS2 MDN Send", "Sending of AS2 receipt from", 3, partner),
    transferOf("AS2 MDN Receive", "Arrival of AS2 receipt from", 3, partner),
  ]);
