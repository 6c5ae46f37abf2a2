import { asString, isFields } from "../event.ts";
import { at, first, joined, type Read } from "../grammar/fields.ts";
import { consoleLink } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";
import { cleanReason } from "../sentence.ts";

/** The project in `arn:aws:codebuild:eu-west-1:111122223333:build/project:uuid`, should its name be missing. */
const fromArn: Read = (event) => /:build\/([^:]+)/.exec(event.resources[0] ?? "")?.[1];
const project = first("detail.project-name", fromArn);
const link: Read = (event) => {
  const name = project(event);
  return name && consoleLink(event.region, `codesuite/codebuild/${event.account}/projects/${name}/history`);
};

/** What CodeBuild writes of a phase, without its brackets: `[COMMAND_EXECUTION_ERROR: …]`, `[: ]` where there is nothing. */
const contextOf = (context: unknown): string | undefined => {
  const text = asString(Array.isArray(context) ? context[0] : context)?.replace(/^\[|\]$/g, "");
  return text && /\w/.test(text) ? text : undefined;
};

/** `BUILD: COMMAND_EXECUTION_ERROR: …`: the phase in which a build failed, and why. */
const failedPhase: Read = ({ detail }) => {
  const information = detail["additional-information"];
  const phases = isFields(information) && Array.isArray(information.phases) ? information.phases.filter(isFields) : [];
  const failed = phases.find((phase) => /^(?:FAILED|FAULT|TIMED_OUT)$/.test(asString(phase["phase-status"]) ?? ""));
  const texts = [asString(failed?.["phase-type"]), contextOf(failed?.["phase-context"])];
  return texts.filter(Boolean).join(": ") || contextOf(detail["current-phase-context"]);
};

const phaseContext: Read = (event) => {
  const name = project(event);
  const why = contextOf(at("detail.completed-phase-context")(event));
  return (name ? `in project ${name}` : "") + (why ? `: ${cleanReason(why)}` : "") || undefined;
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
      outcomes: {
        FAILED: "failed to build",
        FAULT: "failed to build by a fault of CodeBuild",
        TIMED_OUT: "timed out in its build",
        SUCCEEDED: "was built",
        IN_PROGRESS: "is being built",
        STOPPED: "had its build stopped",
      },
      reason: failedPhase,
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
      context: phaseContext,
      link,
    },
  ]);
