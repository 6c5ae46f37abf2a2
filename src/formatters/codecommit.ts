import * as z from "zod";
import { arnResource, lastSegment } from "../arn.ts";
import { type Actor, condition, note } from "../condition.ts";
import { flag, list, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { lookUp, slug, words } from "../grammar/words.ts";

const source = "aws.codecommit";

const branchLoss = condition(`codecommit:${slug("referenceDeleted")}`, {
  grades: { 2: "main, master, trunk, develop, production, live or a release branch deleted" },
});

/** Branches that a team depends on; CodeCommit itself knows no protected ones. */
const important = /^(?:main|master|trunk|develop|prod(?:uction)?|live|release(?:[/-].*)?)$/i;

/** The user or role of an ARN; a role's session is left out. */
function actorOf(arn: string | undefined): Actor | undefined {
  const [kind, role] = arnResource(arn)?.split(/[/\\]/) ?? [];
  const name = kind === "assumed-role" ? role : lastSegment(arn?.replaceAll("\\", "/"));
  return name ? { name } : undefined;
}

const repositoryLink = (region: string, repository: string, page = "browse"): string =>
  consoleLink(region, `codesuite/codecommit/repositories/${repository}/${page}`);

/** `comment on commit` and `was created` of `commentOnCommitCreated`. */
function thingAndOutcome(what: string): { thing: string; outcome: string } {
  const [, thing, outcome] = /^(.+?)(?: batch)? (\w+ed(?: .+)?)$/.exec(words(what)) ?? [];
  return thing && outcome
    ? { thing: `CodeCommit ${thing}`, outcome: `was ${outcome}` }
    : { thing: "CodeCommit", outcome: `: ${words(what)}` };
}

const references = {
  referenceCreated: "was created",
  referenceUpdated: "was updated",
  referenceDeleted: "was deleted",
};

const referenceState = () =>
  formatter({
    source,
    detailType: "CodeCommit Repository State Change",
    means: "A branch or tag was created, moved or deleted",
    conditions: [branchLoss],
    detail: () =>
      z.object({ event: text, repositoryName: text, referenceName: text, referenceType: text, callerUserArn: text }),
    format: ({ event: what, repositoryName, referenceName, referenceType, callerUserArn }, event) => {
      const repository = repositoryName ?? lastSegment(event.resources[0]);
      if (!repository || !what) throw new UnexpectedPayload("no repositoryName or no event");
      const outcome = lookUp(references, what);
      const lost = what === "referenceDeleted" && referenceType !== "tag" && important.test(referenceName ?? "");
      const statement = {
        of: `${repository}:${referenceName ?? ""}`,
        node: repository,
        ...(outcome ? { thing: `CodeCommit ${referenceType ?? "branch"}`, outcome } : thingAndOutcome(what)),
        name: referenceName,
        context: `in ${repository}`,
        actor: actorOf(callerUserArn),
        link: repositoryLink(event.region, repository),
      };
      return lost ? branchLoss.raise(2, statement) : note(`codecommit:${slug(what)}`, statement);
    },
  });

interface PullRequest {
  readonly isMerged?: boolean | undefined;
  readonly pullRequestStatus?: string | undefined;
  readonly approvalStatus?: string | undefined;
  readonly overrideStatus?: string | undefined;
  readonly approvalRuleName?: string | undefined;
}

/** What happened to a pull request, in words. */
function pullRequestOutcome(what: string, request: PullRequest): string {
  const status = request.pullRequestStatus?.toLowerCase();
  const rule = request.approvalRuleName ? ` ${request.approvalRuleName}` : "";
  const isRevoked = (revocable: string | undefined): boolean => revocable?.toUpperCase() === "REVOKE";
  const known: Readonly<Record<string, string>> = {
    pullRequestCreated: "was created",
    pullRequestSourceBranchUpdated: "has new commits",
    pullRequestStatusChanged: status === "open" ? "was reopened" : `is ${status ?? "in another status"}`,
    pullRequestMergeStatusUpdated: request.isMerged ? "was merged" : "has another merge status",
    pullRequestApprovalStateChanged: isRevoked(request.approvalStatus) ? "lost an approval" : "was approved",
    pullRequestApprovalRuleCreated: `has the new approval rule${rule}`,
    pullRequestApprovalRuleUpdated: `has the changed approval rule${rule}`,
    pullRequestApprovalRuleDeleted: `lost the approval rule${rule}`,
    pullRequestApprovalRuleOverridden: isRevoked(request.overrideStatus)
      ? "needs its approvals again"
      : "had its approval rules overridden",
  };
  return lookUp(known, what) ?? `: ${words(what).replace(/^pull request /, "")}`;
}

const pullRequestState = () =>
  formatter({
    source,
    detailType: "CodeCommit Pull Request State Change",
    means: "A pull request was opened, changed, approved, merged or closed",
    detail: () =>
      z.object({
        event: text,
        repositoryNames: list(text),
        pullRequestId: text,
        title: text,
        callerUserArn: text,
        isMerged: flag,
        pullRequestStatus: text,
        approvalStatus: text,
        overrideStatus: text,
        approvalRuleName: text,
      }),
    format: (detail, event) => {
      const { event: what, pullRequestId } = detail;
      const repository = detail.repositoryNames?.find((name) => name !== undefined) ?? lastSegment(event.resources[0]);
      if (!repository || !what) throw new UnexpectedPayload("no repository or no event");
      return note(`codecommit:${slug(what)}`, {
        of: `${repository}:${pullRequestId ?? ""}`,
        node: repository,
        thing: "CodeCommit pull request",
        name: pullRequestId,
        outcome: pullRequestOutcome(what, detail),
        context: `in ${repository}`,
        reason: detail.title,
        actor: actorOf(detail.callerUserArn),
        link: pullRequestId && repositoryLink(event.region, repository, `pull-requests/${pullRequestId}/details`),
      });
    },
  });

const comment = () =>
  formatter({
    source,
    detailType: [
      "CodeCommit Comment on Commit",
      "CodeCommit Comment on Pull Request",
      "CodeCommit Comment Reaction Change",
      "CodeCommit Approval Rule Template Change",
    ],
    means: "Someone commented, reacted to a comment, or changed which approvals pull requests need",
    detail: () => z.object({ event: text, repositoryName: text, approvalRuleTemplateName: text, callerUserArn: text }),
    format: ({ event: what, repositoryName, approvalRuleTemplateName: template, callerUserArn }, event) => {
      const repository = repositoryName ?? lastSegment(event.resources[0]);
      const node = repository ?? template;
      if (!node || !what) throw new UnexpectedPayload("no repository or no event");
      return note(`codecommit:${slug(what)}`, {
        of: template ?? node,
        node,
        ...thingAndOutcome(what),
        name: template,
        context: repository && `in ${repository}`,
        actor: actorOf(callerUserArn),
        link: repositoryName && repositoryLink(event.region, repositoryName),
      });
    },
  });

export const codecommit = () => [referenceState(), pullRequestState(), comment()].flat();
