import * as z from "zod";
import { arnName, lastSegment } from "../arn.ts";
import { condition, note } from "../condition.ts";
import { accountRegion, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { words } from "../grammar/words.ts";

const share = condition("ram", { grades: { 2: "an account outside the organization was let in" } });

export const ram = () =>
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
      const { event: operation, status, externalAccount, principal } = detail;
      if (!operation && !status) throw new UnexpectedPayload("neither event nor status");
      const name = arnName(detail.resourceARN ?? detail.resourceArn) ?? principal;
      const shareId = lastSegment(event.resources[0]);
      const isExternal = externalAccount !== undefined || /external/i.test(`${operation} ${status}`);
      const isLetIn = isExternal && /^associated$/i.test(status ?? "");
      const statement = {
        of: `${shareId ?? "any"}:${name ?? "any"}:${words(operation ?? "")}:${status ?? ""}`,
        node: name ?? accountRegion(event),
        thing: `RAM ${operation?.toLowerCase() ?? "sharing"}`,
        name,
        outcome: `: ${words(status ?? "changed")}`,
        context: isLetIn ? "outside the organization" : undefined,
      };
      return isLetIn ? share.raise(2, statement) : note("ram", statement);
    },
  });
