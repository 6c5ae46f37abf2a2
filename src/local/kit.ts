import type { Row } from "./rows.ts";

/** A model of console/automations/triggers/10-aws-clear.js, for the local console. */
export interface Kit {
  /** The rows that the trigger deletes when it looks at `rows` at the time `now`. */
  look(rows: readonly Row[], now: number): Row[];
}

/** When something happened, and whether the event says so or only the console, which knows when it arrived. */
interface Moment {
  readonly at: number;
  readonly byEvent: boolean;
}

/** Seconds between two looks. */
export const lookInterval = 3;

/** A row of severity 0 stays at least this long. */
const grace = 10_000;
/** Between the clocks of the console and of AWS. */
const clockMargin = 60_000;

const withTime = /^(?<key>.*)@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/s;

/** The key of the condition that a message or row is about: its external_id without a time. */
export const conditionKey = (externalId: string): string => withTime.exec(externalId)?.groups?.key ?? externalId;

export function createKit(): Kit {
  const recoveries = new Map<string, Moment>();

  const remember = (row: Row, now: number): void => {
    const key = conditionKey(row.external_id);
    const moment = momentOf(row);
    const known = recoveries.get(key);
    const isFuture = moment.at > now + clockMargin;
    if (!isFuture && (!known || known.at < moment.at)) recoveries.set(key, moment);
  };
  const isOver = (row: Row): boolean => {
    const recovery = recoveries.get(conditionKey(row.external_id));
    return recovery !== undefined && isBefore(momentOf(row), recovery);
  };

  return {
    look(rows, now) {
      const ofAws = rows.filter(({ external_id }) => /^\d{12}:/.test(external_id));
      for (const row of ofAws) if (row.severity === 0) remember(row, now);
      const ended = ofAws.filter((row) => row.severity > 0 && isOver(row));
      const read = rows.filter(({ severity, last }) => severity === 0 && last < now - grace);
      return [...ended, ...read];
    },
  };
}

const momentOf = ({ happened, last }: Row): Moment => ({ at: happened ?? last, byEvent: happened !== undefined });

/** Whether `a` was certainly before `b`. */
const isBefore = (a: Moment, b: Moment): boolean => a.at < (a.byEvent === b.byEvent ? b.at : b.at - clockMargin);
