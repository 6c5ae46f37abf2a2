import * as z from "zod";
import { condition, note } from "../condition.ts";
import { joined, lastSegmentAt, object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink, linkTo } from "../grammar/links.ts";
import { states, suffix } from "../grammar/states.ts";
import { lookUp, predicate, slug } from "../grammar/words.ts";

const link = linkTo("codesuite/codepipeline/pipelines/{}/view", "detail.pipeline");
const outcomes = {
  CANCELED: "was cancelled",
  ABANDONED: "was abandoned",
  SUPERSEDED: "was superseded by a newer execution",
};

const approval = condition("codepipeline:approval", {
  grades: { 2: "an approval that started" },
  ends: "the same approval's end, whether given, refused or abandoned",
});

const executions = () =>
  states("aws.codepipeline", [
    {
      detailType: "CodePipeline Pipeline Execution State Change",
      means: "A pipeline's execution started, succeeded, failed or was stopped",
      thing: "Pipeline",
      name: ["detail.pipeline", lastSegmentAt("resources.0")],
      problems: { FAILED: 3 },
      ends: ["SUCCEEDED"],
      outcomes,
      link,
    },
    {
      detailType: "CodePipeline Stage Execution State Change",
      means:
        "A stage of a pipeline started, succeeded, failed or was stopped; the pipeline's own event tells how bad it is",
      thing: "Stage",
      name: "detail.stage",
      node: ["detail.pipeline", lastSegmentAt("resources.0")],
      key: joined(":", "detail.pipeline", "detail.stage"),
      problems: {},
      outcomes,
      context: suffix("in pipeline", "detail.pipeline"),
      link,
    },
  ]);

const action = () =>
  formatter({
    source: "aws.codepipeline",
    detailType: "CodePipeline Action Execution State Change",
    means: "An action of a pipeline changed its state; an approval waits for someone",
    conditions: [approval],
    detail: () =>
      z.object({
        pipeline: text,
        stage: text,
        action: text,
        state: text,
        type: object({ category: text }),
        "execution-result": object({ "external-execution-summary": text, "error-code": text }),
      }),
    format: ({ pipeline, stage, action: actionName, state, type, "execution-result": result }, event) => {
      if (!pipeline || !state) throw new UnexpectedPayload("no pipeline or no state");
      const step = [stage, actionName].filter(Boolean).join("/") || "an unnamed step";
      const fields = {
        of: `${pipeline}:${step}`,
        node: pipeline,
        link: consoleLink(event.region, `codesuite/codepipeline/pipelines/${pipeline}/view`),
      };
      const atStep = { thing: "Action", name: step, context: `in pipeline ${pipeline}` };
      const reason = /^failed$/i.test(state)
        ? (result?.["external-execution-summary"] ?? result?.["error-code"])
        : undefined;
      if (type?.category?.toLowerCase() !== "approval") {
        const outcome = lookUp(outcomes, state) ?? predicate(state);
        return note("codepipeline:action", {
          ...fields,
          ...atStep,
          of: `${fields.of}:${slug(state)}`,
          outcome,
          reason,
        });
      }
      if (/^started$/i.test(state)) {
        const waiting = { thing: "Pipeline", name: pipeline, outcome: "waits for approval", context: `at ${step}` };
        return approval.raise(2, { ...fields, ...waiting });
      }
      const outcome = /^succeeded$/i.test(state) ? "was given" : /^failed$/i.test(state) ? "was refused" : "is over";
      return approval.clear({ ...fields, ...atStep, thing: "Approval", outcome, reason });
    },
  });

export const codepipeline = () => [executions(), action()].flat();
