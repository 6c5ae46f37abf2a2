import * as z from "zod";
import { condition, note } from "../condition.ts";
import { arnResource, lastPart, list, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { lookUp, slug, words } from "./words.ts";

/** The user or role of an ARN; a role's session is left out. */
function personOf(arn: string | undefined): string | undefined {
  const [kind, name] = arnResource(arn)?.split(/[/\\]/) ?? [];
  return kind === "assumed-role" ? name : lastPart(arn?.replaceAll("\\", "/"));
}

/** Branches whose loss a team cannot shrug off; CodeCommit itself knows no protected ones. */
const important = /^(?:main|master|trunk|develop|prod(?:uction)?|live|release(?:[/-].*)?)$/i;

const references = { referenceCreated: "created", referenceUpdated: "updated", referenceDeleted: "deleted" };

const branchLoss = condition(`codecommit:${slug("referenceDeleted")}`, {
  grades: { 2: "main, master, trunk, develop, production, live or a release branch deleted" },
});

const source = "aws.codecommit";

export const codecommit = () =>
  [
    formatter({
      source,
      detailType: "CodeCommit Repository State Change",
      means: "A branch or tag was created, moved or deleted",
      conditions: [branchLoss],
      detail: () =>
        z.object({ event: text, repositoryName: text, referenceName: text, referenceType: text, callerUserArn: text }),
      format: ({ event: what, repositoryName, referenceName, referenceType, callerUserArn }, event) => {
        const repository = repositoryName ?? lastPart(event.resources[0]);
        if (!repository || !what) throw new UnexpectedPayload("no repositoryName or no event");
        const done = lookUp(references, what);
        const reference = [referenceType ?? "branch", referenceName].filter(Boolean).join(" ");
        const by = personOf(callerUserArn);
        const lost = what === "referenceDeleted" && referenceType !== "tag" && important.test(referenceName ?? "");
        const statement = {
          of: `${repository}:${referenceName ?? ""}`,
          node: repository,
          summary: `CodeCommit ${repository}: ${done ? `${reference} was ${done}` : words(what)}${by ? ` by ${by}` : ""}`,
          link: consoleLink(event.region, `codesuite/codecommit/repositories/${repository}/browse`),
        };
        return lost ? branchLoss.raise(2, statement) : note(`codecommit:${slug(what)}`, statement);
      },
    }),
    formatter({
      source,
      detailType: "CodeCommit Pull Request State Change",
      means: "A pull request was opened, changed, approved, merged or closed",
      detail: () =>
        z.object({ event: text, repositoryNames: list(text), pullRequestId: text, title: text, callerUserArn: text }),
      format: ({ event: what, repositoryNames, pullRequestId, title, callerUserArn }, event) => {
        const repository = repositoryNames?.find((name) => name !== undefined) ?? lastPart(event.resources[0]);
        if (!repository || !what) throw new UnexpectedPayload("no repository or no event");
        const by = personOf(callerUserArn);
        const which = [pullRequestId && `number ${pullRequestId}`, title && `"${title}"`].filter(Boolean).join(" ");
        return note(`codecommit:${slug(what)}`, {
          of: `${repository}:${pullRequestId ?? ""}`,
          node: repository,
          summary: `CodeCommit ${repository}: ${words(what)}${which ? `, ${which}` : ""}${by ? `, by ${by}` : ""}`,
          link: pullRequestId
            ? consoleLink(
                event.region,
                `codesuite/codecommit/repositories/${repository}/pull-requests/${pullRequestId}/details`,
              )
            : undefined,
        });
      },
    }),
    formatter({
      source,
      detailType: [
        "CodeCommit Comment on Commit",
        "CodeCommit Comment on Pull Request",
        "CodeCommit Comment Reaction Change",
        "CodeCommit Approval Rule Template Change",
      ],
      means: "Someone commented, reacted to a comment, or changed which approvals pull requests need",
      detail: () =>
        z.object({ event: text, repositoryName: text, approvalRuleTemplateName: text, callerUserArn: text }),
      format: ({ event: what, repositoryName, approvalRuleTemplateName: template, callerUserArn }, event) => {
        const node = repositoryName ?? lastPart(event.resources[0]) ?? template;
        if (!node || !what) throw new UnexpectedPayload("no repository or no event");
        const by = personOf(callerUserArn);
        const about = template ? `CodeCommit ${words(what)}: ${template}` : `CodeCommit ${node}: ${words(what)}`;
        return note(`codecommit:${slug(what)}`, {
          of: template ?? node,
          node,
          summary: by ? `${about} by ${by}` : about,
          link:
            repositoryName && consoleLink(event.region, `codesuite/codecommit/repositories/${repositoryName}/browse`),
        });
      },
    }),
  ].flat();
