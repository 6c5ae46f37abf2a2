import * as z from "zod";
import { condition, note } from "../condition.ts";
import { first, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { linkTo } from "./links.ts";
import { states } from "./states.ts";
import { slug, words } from "./words.ts";

/** The name in `arn:aws:apprunner:eu-west-1:111122223333:service/name/id`. */
const fromArn = (arn: string | undefined): string | undefined => /:service\/([^/]+)/.exec(arn ?? "")?.[1];
const link = linkTo("apprunner/home#/services/dashboard?service_arn={}", "resources.0");

const operation = condition("apprunner:operation", {
  grades: { 3: "failed" },
  ends: "a later operation on the same service that is successful",
});

export const apprunner = () =>
  [
    states("aws.apprunner", [
      {
        detailType: ["AppRunner Service Status Change", "Service Status Change"],
        means: "A service runs, is paused, is being changed, or failed to be created or deleted",
        thing: "App Runner service",
        condition: "service",
        name: first("detail.ServiceName", "detail.serviceName", (event) => fromArn(event.resources[0])),
        state: ["detail.CurrentStatus", "detail.currentServiceStatus"],
        problems: { CREATE_FAILED: 4, DELETE_FAILED: 3, PAUSED: 2 },
        ends: ["RUNNING", "DELETED"],
        says: {
          CREATE_FAILED: "could not be created",
          DELETE_FAILED: "could not be deleted",
          PAUSED: "is paused",
          OPERATION_IN_PROGRESS: "is being changed",
          DELETED: "was deleted",
        },
        link,
      },
    ]),
    formatter({
      source: "aws.apprunner",
      detailType: ["AppRunner Service Operation Status Change", "Service Operation Status Change"],
      means: "An operation on a service, such as its deployment, started, succeeded or failed",
      conditions: [operation],
      detail: () => z.object({ operationStatus: text, Status: text, ServiceName: text, serviceName: text }),
      format: ({ operationStatus, Status, ServiceName, serviceName }, event) => {
        const name = ServiceName ?? serviceName ?? fromArn(event.resources[0]);
        const status = operationStatus ?? Status;
        if (!name || !status) throw new UnexpectedPayload("no ServiceName or no operationStatus");
        const statement = {
          of: name,
          node: name,
          summary: `App Runner service ${name}: ${words(status)}`,
          link: link(event),
        };
        if (/fail/i.test(status)) return operation.raise(3, statement);
        if (/success|succeeded/i.test(status)) return operation.clear(statement);
        return note(operation.name, { ...statement, of: `${name}:${slug(status)}` });
      },
    }),
  ].flat();
