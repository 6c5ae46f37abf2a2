import * as z from "zod";
import { condition, note } from "../condition.ts";
import { at, first, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states } from "../grammar/states.ts";
import { slug, words } from "../grammar/words.ts";

/** The name in `arn:aws:apprunner:eu-west-1:111122223333:service/name/id`. */
const fromArn = (arn: string | undefined): string | undefined => /:service\/([^/]+)/.exec(arn ?? "")?.[1];
const link = linkTo("apprunner/home#/services/dashboard?service_arn={}", "resources.0");

const operation = condition("apprunner:operation", {
  grades: { 3: "failed" },
  ends: "a later operation on the same service that is successful",
});

/** A message's own words, without the sentence that only repeats the status. */
const messageOf = (message: string | undefined): string | undefined =>
  message?.replace(/^(?:Service status is set to \w+|[\w ]{1,40} failed)(?:\.\s*|$)/, "");

const services: StateRow = {
  detailType: ["AppRunner Service Status Change", "Service Status Change"],
  means: "A service runs, is paused, is being changed, or failed to be created or deleted",
  thing: "App Runner service",
  condition: "service",
  name: first("detail.ServiceName", "detail.serviceName", (event) => fromArn(event.resources[0])),
  state: ["detail.CurrentStatus", "detail.currentServiceStatus"],
  problems: { CREATE_FAILED: 4, DELETE_FAILED: 3, PAUSED: 2 },
  ends: ["RUNNING", "DELETED"],
  outcomes: {
    CREATE_FAILED: "could not be created",
    DELETE_FAILED: "could not be deleted",
    PAUSED: "is paused",
    OPERATION_IN_PROGRESS: "is being changed",
    DELETED: "was deleted",
  },
  reason: (event) => messageOf(at("detail.Message")(event)),
  link,
};

const operations = () =>
  formatter({
    source: "aws.apprunner",
    detailType: ["AppRunner Service Operation Status Change", "Service Operation Status Change"],
    means: "An operation on a service, such as its deployment, started, succeeded or failed",
    conditions: [operation],
    detail: () =>
      z.object({ operationStatus: text, Status: text, ServiceName: text, serviceName: text, Message: text }),
    format: ({ operationStatus, Status, ServiceName, serviceName, Message }, event) => {
      const name = ServiceName ?? serviceName ?? fromArn(event.resources[0]);
      const status = operationStatus ?? Status;
      if (!name || !status) throw new UnexpectedPayload("no ServiceName or no operationStatus");
      const statement = {
        of: name,
        node: name,
        thing: "App Runner service",
        name,
        outcome: `: ${words(status)}`,
        link: link(event),
      };
      if (/fail/i.test(status)) return operation.raise(3, { ...statement, reason: messageOf(Message) });
      if (/success|succeeded/i.test(status)) return operation.clear(statement);
      return note(operation.name, { ...statement, of: `${name}:${slug(status)}` });
    },
  });

export const apprunner = () => [...states("aws.apprunner", [services]), ...operations()];
