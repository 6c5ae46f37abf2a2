import * as z from "zod";
import { condition, note } from "../condition.ts";
import { object, text } from "./fields.ts";
import { formatter, UnexpectedPayload } from "./formatter.ts";
import { consoleLink } from "./links.ts";
import { clause, slug } from "./words.ts";

const kinds: Readonly<Record<string, readonly [severity: 1 | 2, says: string]>> = {
  "Object Created": [1, "was created in"],
  "Object Deleted": [1, "was deleted from"],
  "Object Tags Added": [1, "had tags added in"],
  "Object Tags Deleted": [1, "had tags deleted in"],
  "Object ACL Updated": [2, "had its access control list changed in"],
  "Object Storage Class Changed": [1, "changed its storage class in"],
  "Object Access Tier Changed": [1, "changed its access tier in"],
  "Object Restore Initiated": [1, "is being restored in"],
  "Object Restore Completed": [1, "was restored in"],
  "Object Restore Expired": [1, "lost its restored copy in"],
};

const access = condition("s3", { grades: { 2: "its access control list was changed" } });

export const s3 = () =>
  Object.entries(kinds).flatMap(([detailType, [severity, says]]) =>
    formatter({
      source: "aws.s3",
      detailType,
      means: `An object ${says} a bucket; one line a bucket, the latest object in it`,
      conditions: severity === 1 ? undefined : [access],
      detail: () => z.object({ bucket: object({ name: text }), object: object({ key: text }), reason: text }),
      format: ({ bucket, object: file, reason }, event) => {
        const name = bucket?.name;
        if (!name) throw new UnexpectedPayload("no bucket");
        const why = reason && !/^(?:Put|Delete)Object$/.test(reason) ? ` (${reason})` : "";
        const statement = {
          of: `${name}:${slug(detailType)}`,
          node: name,
          summary: `S3 object ${says} bucket ${name}${why}${clause(": ", file?.key)}`,
          link: consoleLink(event.region, `s3/buckets/${name}`),
        };
        return severity === 1 ? note("s3", statement) : access.raise(severity, statement);
      },
    }),
  );
