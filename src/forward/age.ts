import type { AwsEvent } from "../event.ts";

const minute = 60_000;
const maxAge = 15 * 24 * 60 * minute;

/**
 * Whether an event is late: its problem must not land on the row of a live one, and its message states when it was. An
 * event of the retry queue is late after five minutes, any other after 15, since CloudTrail's events take some minutes.
 * AWS keeps no event for 15 days: an older one is a sample.
 */
export function isLate({ time }: AwsEvent, isQueued: boolean, now: number): boolean {
  const age = now - Date.parse(time);
  return age > (isQueued ? 5 : 15) * minute && age < maxAge;
}
