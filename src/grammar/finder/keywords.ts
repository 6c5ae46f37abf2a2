/** Words with the sample of events/ that needs them: without any one of them the fallback reads it differently. */
const neededBy = (sample: string, words: string): Record<string, string> =>
  Object.fromEntries(words.split(" ").map((word) => [word, sample]));

/**
 * The words of keys from which the fallback understands a detail whose type it does not know. A word stands under each
 * of its meanings; a test removes each one and expects its sample to be read differently.
 */
export const keyWords = {
  /** Its value is the thing's name: `widgetName`. */
  name: { name: "other/partner-monitor", slug: "other/buildkite-build-failed" },
  /** Its value is the thing's id, which says less than a name. */
  id: { id: "other/aws-new-service", identifier: "other/custom-door-forced" },
  arn: { arn: "backup/copy-completed" },
  /** Alone, its value is the thing's name: `pipeline: "nightly"`. */
  holder: {
    app: "other/custom-app-crash",
    application: "other/custom-subscription",
    cluster: "other/custom-render-farm",
    hostname: "other/custom-health-check",
    pipeline: "other/custom-sync-failed",
    project: "other/custom-budget",
    queue: "other/custom-print-queue",
    repository: "other/custom-checks-failed",
    service: "health/issue",
    table: "other/custom-load-failed",
  },
  /** Its id is new every time, so that the identity must not depend on it: `runId`. */
  run: {
    ...neededBy("other/custom-checks-failed", "attempt build command deployment job notification"),
    ...neededBy("other/custom-checks-failed", "report run scan step upload"),
    ...neededBy("other/custom-load-failed", "execution export import invocation operation query refresh"),
    ...neededBy("other/custom-sync-failed", "activity call contact meeting"),
    ...neededBy("other/custom-budget", "anomaly recommendation"),
    ...neededBy("other/custom-app-crash", "finding insight"),
    ...neededBy("other/custom-change-request", "change request"),
    ...neededBy("other/custom-till-balance", "event session"),
    ...neededBy("other/custom-card-declined", "message transaction"),
  },
  /** Its name or id is not the thing's, but says who did it, in which run or with what: `userName`, `traceId`. */
  beside: {
    ...neededBy("other/custom-till-balance", "change correlation delivery event message replay request"),
    ...neededBy("other/custom-till-balance", "sequence session trace transaction webhook"),
    ...neededBy("other/custom-sync-failed", "account attendee company display first last owner product user"),
    ...neededBy("other/custom-subscription", "caller client generator old previous principal provider token trigger"),
    ...neededBy(
      "other/custom-render-farm",
      "host image key kms log managed region role rule security subnet trail vpc",
    ),
    ...neededBy("other/custom-load-failed", "field format parent schema source type version"),
    ...neededBy("health/issue", "communication"),
  },
  /** An object under it describes something else than the thing: `requester: { name }`. */
  aside: {
    ...neededBy("other/custom-change-request", "before parameter parameters principal requester"),
    ...neededBy("other/custom-card-declined", "caller client header headers requestcontext"),
    ...neededBy("other/custom-order-delayed", "address location"),
    actor: "other/partner-sign-in",
    tag: "other/custom-door-forced",
    tags: "other/custom-render-farm",
    useridentity: "other/custom-subscription",
  },
  /** So does an object under a key that begins with it: `oldOwner`, `geoIp`. */
  asideFirst: {
    ...neededBy("other/custom-change-request", "old prev prior"),
    geo: "other/custom-door-forced",
    geoip: "other/custom-card-declined",
    previous: "cloudwatch/alarm-severity-p4",
  },
  /** Says nothing alone: the key of its object is read with it, as in `monitor: { id }`. */
  bare: {
    ...neededBy("other/custom-health-check", "result state status"),
    arn: "cloudtrail/user-created",
    code: "other/custom-upload-error",
    id: "cloudwatch/alarm-severity-by-name",
    identifier: "other/custom-door-forced",
    key: "other/custom-issue-escalated",
    name: "dataexchange/data-updated",
    type: "other/custom-budget",
    value: "cloudwatch/alarm-anomaly",
  },
  /** A number under it is an id. */
  numbered: { ...neededBy("other/custom-upload-error", "code id"), number: "other/custom-build-waits" },
  /** `false` under it is a failure. */
  verdict: {
    healthy: "other/custom-health-check",
    ok: "other/custom-print-queue",
    passed: "other/custom-till-balance",
    succeeded: "other/custom-sync-failed",
    success: "other/custom-load-failed",
    successful: "other/custom-change-request",
  },
  /** Describes the thing rather than naming it, although the type's word stands before it: `widgetType`. */
  attribute: {
    ...neededBy("other/custom-print-queue", "alert date detail message severity time type version"),
    ...neededBy("other/custom-order-delayed", "action change description event reason result source"),
    state: "cloudtrail/insight-calls-start",
    status: "other/custom-subscription",
  },
  /** How it is now. */
  state: { state: "other/custom-batch", status: "other/custom-order-failed" },
  /** How it ended. */
  result: {
    conclusion: "other/custom-checks-failed",
    outcome: "other/custom-card-declined",
    result: "other/partner-sign-in",
  },
  /** How it was or should be rather than how it is: `previousState`. */
  former: {
    desired: "ecs/task-crashed",
    expected: "other/custom-order-delayed",
    last: "other/custom-load-failed",
    old: "other/custom-card-declined",
    previous: "other/custom-checks-failed",
    prior: "other/custom-change-request",
    target: "other/custom-health-check",
  },
  /** May stand before `state` without narrowing it: `newState` is the state of the thing, `lockState` of a part. */
  latest: {
    current: "other/custom-door-forced",
    new: "other/custom-render-farm",
    updated: "other/custom-subscription",
  },
  /** What was done. */
  action: {
    action: "acm/available-renewed",
    event: "codecommit/branch-updated",
    operation: "ssm/parameter-deleted",
  },
  /** What was done, before `Name` or `Type`: `eventName`, `changeType`. */
  actionName: {
    activity: "other/custom-app-crash",
    change: "networkmanager/segment-changed",
    detail: "other/custom-issue-escalated",
    event: "other/custom-budget",
  },
  /** Why. */
  reason: {
    cause: "other/custom-health-check",
    description: "other/custom-sync-failed",
    error: "other/custom-load-failed",
    message: "other/custom-order-failed",
    reason: "other/custom-render-farm",
    subject: "other/custom-issue-escalated",
    summary: "other/custom-checks-failed",
    title: "other/aws-change-request",
  },
  /** Why, also with the thing's word before it: `errorMessage`. */
  reasonOfThing: {
    description: "health/notification",
    message: "other/custom-print-queue",
    subject: "transfer/as2-mdn-send-failed",
    title: "other/partner-monitor",
  },
  /** Narrows a reason that is still the thing's: `failureReason`; `cancelReason` may be a person's note. */
  beforeReason: {
    failure: "transcribe/job-failed",
    state: "synthetics/test-run-failure",
    status: "other/custom-subscription",
  },
  /** How bad it is. */
  level: {
    level: "other/custom-app-crash",
    priority: "other/custom-budget",
    severity: "other/custom-door-forced",
    urgency: "other/custom-issue-escalated",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Meaning = keyof typeof keyWords;

/** Whether a word of a key has a meaning. */
export const has = (meaning: Meaning, word: string | undefined): boolean =>
  word !== undefined && Object.hasOwn(keyWords[meaning], word);
