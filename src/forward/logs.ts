import { type AwsEvent, isFields } from "../event.ts";
import type { LogObject, LogReading } from "../vpclogs/index.ts";
import { logKey } from "../vpclogs/keys.ts";

/** Reads a VPC log file; throws where a later try may succeed. */
export type ReadLog = (object: LogObject) => Promise<Omit<LogReading, "stats">>;

/** The VPC log file that an S3 event announces; `undefined` for any other event, object or bucket. */
export function logObjectOf(event: AwsEvent, logsBucket: string | undefined): LogObject | undefined {
  const { source, detailType, detail, account, region } = event;
  if (!logsBucket || source !== "aws.s3" || detailType !== "Object Created") return undefined;
  const bucket = isFields(detail.bucket) ? detail.bucket.name : undefined;
  const key = isFields(detail.object) ? detail.object.key : undefined;
  if (bucket !== logsBucket || typeof key !== "string") return undefined;
  return logKey(key) && { bucket, key, account, region };
}
