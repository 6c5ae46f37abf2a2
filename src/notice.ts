/** The console's scale: 0 clear, 1 indeterminate, 2 warning, 3 minor, 4 major, 5 critical. */
export type Severity = 0 | ProblemSeverity;
export type ProblemSeverity = 1 | 2 | 3 | 4 | 5;

/**
 * Why a notice is not worth a line unless it is asked for. The setting `drop` names the kinds that are left out:
 * `duplicate` the same thing told twice, `passed` a check that passed and clears nothing, `progress` a step on the way
 * of something that will be told when it ends, `read-only` an API call that changed nothing, `sample` a generated
 * finding, `target-tracking` an alarm that only steers auto scaling.
 */
export const noiseKinds = ["duplicate", "passed", "progress", "read-only", "sample", "target-tracking"] as const;
export type Noise = (typeof noiseKinds)[number];

export interface NoticeFields {
  /** The thing that is monitored: an instance, a database, a bucket; never empty. */
  readonly node: string;
  /** One sentence, most important words first, without times, ids or counts before its point. */
  readonly summary: string;
  /**
   * What is the matter with what, equal for every event about it and free of times, event ids and counts,
   * such as `rds:prod-db:failover`. Account and region need not be in it.
   */
  readonly condition: string;
  /** The console's grouping tag; the detail-type where absent. */
  readonly tag?: string | undefined;
  /** Where to look in the AWS console. */
  readonly link?: string | undefined;
  readonly noise?: Noise | undefined;
}

/** Something is the matter, or happened. */
export interface Problem extends NoticeFields {
  readonly severity: ProblemSeverity;
}

/** A condition ended. `clears` has every grade of the condition, see condition.ts. */
export interface Recovery extends NoticeFields {
  readonly severity: 0;
  readonly clears: readonly ProblemSeverity[];
}

/** What a formatter says of an event; `message.ts` makes of it what the console accepts. */
export type Notice = Problem | Recovery;
