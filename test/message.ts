import type { PantherMessage } from "../src/message.ts";

/** A message that the console accepts. */
export const message: PantherMessage = {
  node: "web-1",
  tag: "Test",
  summary: "Web is down",
  severity: 4,
  identifier: "111122223333:eu-west-1:web:4",
  external_id: "111122223333:eu-west-1:web",
  account: "111122223333",
  region: "eu-west-1",
  source: "aws.test",
  detail_type: "Test",
  time: "2026-03-14T09:26:53Z",
};
