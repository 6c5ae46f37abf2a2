import { at, first, joined, type Read } from "./fields.ts";
import { consoleLink } from "./links.ts";
import { states } from "./states.ts";

/** The project in `arn:aws:codebuild:eu-west-1:111122223333:build/project:uuid`, should its name be missing. */
const fromArn: Read = (event) => /:build\/([^:]+)/.exec(event.resources[0] ?? "")?.[1];
const project = first("detail.project-name", fromArn);
const link: Read = (event) => {
  const name = project(event);
  return name && consoleLink(event.region, `codesuite/codebuild/${event.account}/projects/${name}/history`);
};

export const codebuild = () =>
  states("aws.codebuild", [
    {
      detailType: "CodeBuild Build State Change",
      means: "A build started, succeeded, failed, timed out or was stopped",
      thing: "CodeBuild project",
      condition: "build",
      name: project,
      state: "detail.build-status",
      problems: { FAILED: 3, FAULT: 3, TIMED_OUT: 3 },
      ends: ["SUCCEEDED"],
      says: {
        FAILED: "failed to build",
        FAULT: "failed to build by a fault of CodeBuild",
        TIMED_OUT: "timed out in its build",
        SUCCEEDED: "was built",
        IN_PROGRESS: "is being built",
        STOPPED: "had its build stopped",
      },
      link,
    },
    {
      detailType: "CodeBuild Build Phase Change",
      means: "A phase of a build ended; the build's own event tells how bad it is",
      thing: "CodeBuild phase",
      name: "detail.completed-phase",
      node: project,
      key: joined(":", "detail.project-name", "detail.completed-phase"),
      state: "detail.completed-phase-status",
      problems: {},
      where: (event) => {
        const name = project(event);
        const context = at("detail.completed-phase-context")(event);
        return `${name ? ` in project ${name}` : ""}${context && !/^\[[\s:]*\]$/.test(context) ? `: ${context.slice(0, 160)}` : ""}`;
      },
      link,
    },
  ]);
