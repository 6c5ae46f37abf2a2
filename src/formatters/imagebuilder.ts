import * as z from "zod";
import { arnResource } from "../arn.ts";
import { condition, note } from "../condition.ts";
import { first, number, object, type Read, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { states, suffix } from "../grammar/states.ts";

/** The name in `arn:aws:imagebuilder:eu-west-1:111122223333:image/name/1.0.3/1`, without version and build. */
const recipeOf = (arn: string | undefined): string | undefined => (arnResource(arn) ?? arn)?.split("/")[1];
const recipe: Read = (event) => recipeOf(event.resources[0]);

const vulnerability = condition("imagebuilder:cve", { grades: { 3: "critical ones" } });

const imageStates = () =>
  states("aws.imagebuilder", [
    {
      detailType: "EC2 Image Builder Image State Change",
      means: "The build of an image moved on, is available, failed or was cancelled",
      thing: "Image Builder image",
      name: first(recipe, "resources.0"),
      state: "detail.state.status",
      problems: { FAILED: 3, CANCELLED: 3 },
      ends: ["AVAILABLE"],
      outcomes: { CANCELLED: "was cancelled", BUILDING: "is being built", TESTING: "is being tested" },
      reason: "detail.state.reason",
    },
    {
      detailType: { "EC2 Image Builder Workflow Step Waiting": "waiting" },
      means: "A workflow waits for an action that someone or something else must take",
      thing: "Image Builder workflow step",
      condition: "workflow-step",
      name: "detail.workflow-step-name",
      node: first(recipe, "detail.workflow-step-name"),
      problems: {},
      outcomes: { waiting: "waits for an action" },
      context: suffix("for image", recipe),
    },
  ]);

const cve = formatter({
  source: "aws.imagebuilder",
  detailType: "EC2 Image Builder CVE Detected",
  means: "The scan of an image found vulnerabilities",
  conditions: [vulnerability],
  detail: () =>
    z.object({ "resource-id": text, "finding-severity-counts": object({ critical: number, high: number }) }),
  format: ({ "resource-id": arn, "finding-severity-counts": counts }, event) => {
    const name = recipeOf(arn) ?? recipe(event) ?? arn;
    if (!name) throw new UnexpectedPayload("no image");
    const statement = { node: name, thing: "Image Builder image", name };
    if ((counts?.critical ?? 0) > 0) {
      return vulnerability.raise(3, { ...statement, of: name, outcome: "has critical vulnerabilities" });
    }
    return note(vulnerability.name, {
      ...statement,
      of: `${name}:not-critical`,
      outcome: "has vulnerabilities, none of them critical",
    });
  },
});

export const imagebuilder = () => [imageStates(), cve].flat();
