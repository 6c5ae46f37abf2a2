import * as z from "zod";
import { condition, note } from "../condition.ts";
import { object, text } from "../grammar/fields.ts";
import { formatter, UnexpectedPayload } from "../grammar/formatter.ts";
import { consoleLink } from "../grammar/links.ts";
import { slug } from "../grammar/words.ts";

const access = condition("s3", { grades: { 2: "its access control list was changed" } });

const objectEvent = (detailType: string, severity: 1 | 2, outcome: string, preposition = "in") =>
  formatter({
    source: "aws.s3",
    detailType,
    means: `An object ${outcome} ${preposition} a bucket; one line a bucket, the latest object in it`,
    conditions: severity === 1 ? undefined : [access],
    detail: () => z.object({ bucket: object({ name: text }), object: object({ key: text }), reason: text }),
    format: ({ bucket, object: file, reason }, event) => {
      const name = bucket?.name;
      if (!name) throw new UnexpectedPayload("no bucket");
      const statement = {
        of: `${name}:${slug(detailType)}`,
        node: name,
        thing: "S3 object",
        name: file?.key,
        outcome,
        context: `${preposition} bucket ${name}`,
        reason: reason && !/^(?:Put|Delete)Object$/.test(reason) ? reason : undefined,
        link: consoleLink(event.region, `s3/buckets/${name}`),
      };
      return severity === 1 ? note("s3", statement) : access.raise(severity, statement);
    },
  });

export const s3 = () =>
  [
    objectEvent("Object Created", 1, "was created"),
    objectEvent("Object Deleted", 1, "was deleted", "from"),
    objectEvent("Object Tags Added", 1, "had tags added"),
    objectEvent("Object Tags Deleted", 1, "had tags deleted"),
    objectEvent("Object ACL Updated", 2, "had its access control list changed"),
    objectEvent("Object Storage Class Changed", 1, "changed its storage class"),
    objectEvent("Object Access Tier Changed", 1, "changed its access tier"),
    objectEvent("Object Restore Initiated", 1, "is being restored"),
    objectEvent("Object Restore Completed", 1, "was restored"),
    objectEvent("Object Restore Expired", 1, "lost its restored copy"),
  ].flat();
