import * as z from "zod";
import { condition, note } from "../condition.ts";
import { arnResource, first, number, object, type Read, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { behind, states } from "./states.ts";

/** The name in `arn:aws:imagebuilder:eu-west-1:111122223333:image/name/1.0.3/1`, without version and build. */
const recipeOf = (arn: string | undefined): string | undefined => (arnResource(arn) ?? arn)?.split("/")[1];
const recipe: Read = (event) => recipeOf(event.resources[0]);

const vulnerability = condition("imagebuilder:cve", { grades: { 3: "critical ones" } });

export const imagebuilder = () =>
  [
    states("aws.imagebuilder", [
      {
        detailType: "EC2 Image Builder Image State Change",
        means: "The build of an image moved on, is available, failed or was cancelled",
        thing: "Image Builder image",
        name: first(recipe, "resources.0"),
        state: "detail.state.status",
        problems: { FAILED: 3, CANCELLED: 3 },
        ends: ["AVAILABLE"],
        says: { CANCELLED: "was cancelled", BUILDING: "is being built", TESTING: "is being tested" },
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
        says: { waiting: "waits for an action" },
        where: behind("for image", recipe),
      },
    ]),
    formatter({
      source: "aws.imagebuilder",
      detailType: "EC2 Image Builder CVE Detected",
      means: "The scan of an image found vulnerabilities",
      conditions: [vulnerability],
      detail: () =>
        z.object({ "resource-id": text, "finding-severity-counts": object({ critical: number, high: number }) }),
      format: ({ "resource-id": arn, "finding-severity-counts": counts }, event) => {
        const name = recipeOf(arn) ?? recipe(event) ?? arn;
        if (!name) throw new UnexpectedPayload("no image");
        if ((counts?.critical ?? 0) > 0) {
          const summary = `Critical vulnerabilities found in Image Builder image ${name}`;
          return vulnerability.raise(3, { of: name, node: name, summary });
        }
        return note(vulnerability.name, {
          of: `${name}:not-critical`,
          node: name,
          summary: `Vulnerabilities, none of them critical, found in Image Builder image ${name}`,
        });
      },
    }),
  ].flat();
