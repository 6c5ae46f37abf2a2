import type { Condition, ProblemSeverity } from "../../condition.ts";
import type { GradeBy } from "./grades.ts";

/** API calls that are graded alike, and the calls that undo them. */
export interface CallRow {
  /** What the calls endanger, as the documents print it beside their grade. */
  readonly area: string;
  /** `eventSource` without `.amazonaws.com`. */
  readonly service: string;
  /** Separated by spaces; without the API version that Lambda and CloudFront append to a name. */
  readonly calls: string;
  readonly severity: ProblemSeverity;
  /** The severities that `gradeBy` gives beside `severity`. */
  readonly moreGrades?: readonly ProblemSeverity[];
  /** Decides by the request, where the call's name does not. */
  readonly gradeBy?: GradeBy;
  /** What the root user's call is worth, where that is more than 4. */
  readonly root?: ProblemSeverity;
  /** Left at severity 1 when a service did it on a person's behalf or on its own, as scaling does. */
  readonly people?: true;

  /**
   * The paths, separated by spaces, of the resource in `requestParameters`; the first that is there counts. With `and`
   * it is part of the condition's key: a call of `undo` ends only what has the same values.
   */
  readonly on?: string;
  /** The path of what is put on the resource or removed from it, where one resource can have several conditions. */
  readonly and?: string;
  /** The calls that undo `calls`. */
  readonly undo?: string;
  /** One condition for all of `calls`, since one of them can also undo it. */
  readonly together?: true;
  /** The condition, where another formatter shares it; one named for the first of `calls` where absent. */
  readonly condition?: Condition;

  /** The kind of thing and what was done to it, where the call's name says it badly. */
  readonly thing?: string;
  readonly done?: Outcome;
  /** What was done by a call of `undo`. */
  readonly undone?: Outcome;
}

/** An outcome and its context, where `{name}` is the resource, which then no longer follows the thing, and `{part}` `and`. */
export type Outcome = readonly [outcome: string, context?: string];
