import * as z from "zod";
import { condition, note } from "../condition.ts";
import { joined, object, tail, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink, linkTo } from "./links.ts";
import { behind, states } from "./states.ts";
import { clause, lookUp, predicate, slug } from "./words.ts";

const link = linkTo("codesuite/codepipeline/pipelines/{}/view", "detail.pipeline");
const says = {
  CANCELED: "was cancelled",
  ABANDONED: "was abandoned",
  SUPERSEDED: "was superseded by a newer execution",
};

const approval = condition("codepipeline:approval", {
  grades: { 2: "an approval that started" },
  ends: "the same approval's end, whether given, refused or abandoned",
});

export const codepipeline = () =>
  [
    states("aws.codepipeline", [
      {
        detailType: "CodePipeline Pipeline Execution State Change",
        means: "A pipeline's execution started, succeeded, failed or was stopped",
        thing: "Pipeline",
        name: ["detail.pipeline", tail("resources.0")],
        problems: { FAILED: 3 },
        ends: ["SUCCEEDED"],
        says,
        link,
      },
      {
        detailType: "CodePipeline Stage Execution State Change",
        means:
          "A stage of a pipeline started, succeeded, failed or was stopped; the pipeline's own event tells how bad it is",
        thing: "Stage",
        name: "detail.stage",
        node: ["detail.pipeline", tail("resources.0")],
        key: joined(":", "detail.pipeline", "detail.stage"),
        problems: {},
        says,
        where: behind("in pipeline", "detail.pipeline"),
        link,
      },
    ]),
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
          "execution-result": object({ "external-execution-summary": text }),
        }),
      format: ({ pipeline, stage, action, state, type, "execution-result": result }, event) => {
        if (!pipeline || !state) throw new UnexpectedPayload("no pipeline or no state");
        const step = [stage, action].filter(Boolean).join("/") || "an unnamed step";
        const of = `${pipeline}:${step}`;
        const common = {
          of,
          node: pipeline,
          link: consoleLink(event.region, `codesuite/codepipeline/pipelines/${pipeline}/view`),
        };
        if (type?.category?.toLowerCase() === "approval") {
          if (/^started$/i.test(state)) {
            return approval.raise(2, { ...common, summary: `Pipeline ${pipeline} waits for approval at ${step}` });
          }
          const given = /^succeeded$/i.test(state) ? "was given" : /^failed$/i.test(state) ? "was refused" : "is over";
          return approval.clear({ ...common, summary: `Approval at ${step} of pipeline ${pipeline} ${given}` });
        }
        const why = /^failed$/i.test(state) ? clause(": ", result?.["external-execution-summary"]) : "";
        return note("codepipeline:action", {
          ...common,
          of: `${of}:${slug(state)}`,
          summary: `Action ${step} of pipeline ${pipeline} ${lookUp(says, state) ?? predicate(state)}${why}`,
        });
      },
    }),
  ].flat();
