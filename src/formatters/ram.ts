import * as z from "zod";
import { condition, note } from "../condition.ts";
import { arnName, lastPart, place, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { words } from "./words.ts";

const share = condition("ram", { grades: { 2: "an account outside the organization was let in" } });

export const ram = () =>
  [
    formatter({
      source: "aws.ram",
      detailType: "Resource Sharing State Change",
      means: "A resource or an account was added to a resource share or taken out of it",
      conditions: [share],
      detail: () =>
        z.object({
          event: text,
          status: text,
          resourceARN: text,
          resourceArn: text,
          externalAccount: text,
          principal: text,
        }),
      format: (detail, event) => {
        const { event: what, status, externalAccount, principal } = detail;
        if (!what && !status) throw new UnexpectedPayload("neither event nor status");
        const thing = arnName(detail.resourceARN ?? detail.resourceArn) ?? principal;
        const shareId = lastPart(event.resources[0]);
        const external = externalAccount !== undefined || /external/i.test(`${what} ${status}`);
        const letIn = external && /^associated$/i.test(status ?? "");
        const statement = {
          of: `${shareId ?? "any"}:${thing ?? "any"}:${words(what ?? "")}:${status ?? ""}`,
          node: thing ?? place(event),
          summary: `RAM ${what?.toLowerCase() ?? "sharing"} of ${thing ?? "a resource"}: ${words(status ?? "changed")}${letIn ? ", outside the organization" : ""}`,
        };
        return letIn ? share.raise(2, statement) : note("ram", statement);
      },
    }),
  ].flat();
