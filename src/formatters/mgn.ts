import { at, lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const server = lastSegmentAt("resources.0");

export const mgn = () =>
  states("aws.mgn", [
    {
      detailType: "MGN Source Server Data Replication Stalled Change",
      means: "The replication of a server under migration stalled, or runs again",
      thing: "MGN replication of source server",
      name: server,
      problems: { STALLED: 4 },
      ends: ["NOT_STALLED"],
      outcomes: { STALLED: "has stalled", NOT_STALLED: "is running again" },
    },
    {
      detailType: "MGN Source Server Launch Result",
      means: "The launch of a migrated server, as a test or for the cutover, ended",
      thing: "MGN source server",
      condition: "launch",
      name: server,
      key: (event) => {
        const kind = /^(?:test|cutover)/i.exec(at("detail.state")(event) ?? "")?.[0];
        return [server(event), kind?.toLowerCase()].filter(Boolean).join(":") || undefined;
      },
      problems: { TEST_LAUNCH_FAILED: 4, CUTOVER_LAUNCH_FAILED: 4 },
      ends: ["TEST_LAUNCH_SUCCEEDED", "CUTOVER_LAUNCH_SUCCEEDED"],
      outcomes: {
        TEST_LAUNCH_FAILED: "could not be launched for a test",
        TEST_LAUNCH_SUCCEEDED: "was launched for a test",
        CUTOVER_LAUNCH_FAILED: "could not be launched for the cutover",
        CUTOVER_LAUNCH_SUCCEEDED: "was launched for the cutover",
      },
    },
    {
      detailType: "MGN Source Server Lifecycle State Change",
      means: "A server reached another step of its migration",
      thing: "MGN source server",
      condition: "lifecycle",
      name: server,
      problems: {},
    },
  ]);
