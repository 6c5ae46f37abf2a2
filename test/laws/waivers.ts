/**
 * Values that sound as if they said how it went, and do not: law 8 leaves them out. Each path is that of detail, below
 * the source that it is waived for.
 */
export const waivers: readonly { readonly source: string; readonly path: RegExp; readonly because: string }[] = [
  { source: "aws.access-analyzer", path: /^status$/, because: "isDeleted wins over it" },
  { source: "aws.airflow", path: /^lastUpdate\.status$/, because: "of an earlier change; the environment has its own" },
  {
    source: "aws.autoscaling",
    path: /^StatusCode$/,
    because: "the detail-type says it; AWS writes InProgress on success",
  },
  { source: "aws.backup", path: /^(?:state|scanResult\.scanResultStatus)$/, because: "the worse of the two decides" },
  { source: "aws.batch", path: /^status$/, because: "of the job; the detail-type says that its queue is blocked" },
  { source: "aws.bedrock", path: /^job_status$/, because: "the detail-type says it" },
  { source: "aws.cloudformation", path: /^status-details\./, because: "one of two or three states decides" },
  { source: "aws.codecommit", path: /^(?:pullRequest|approval|override)Status$/, because: "the event's name says it" },
  { source: "aws.config", path: /configurationItemStatus$/, because: "the change's type says it" },
  { source: "aws.controltower", path: /Status\.message$/, because: "repeats the outcome" },
  { source: "aws.ec2", path: /^snapshots\.0\.status$/, because: "the cause names the snapshot that failed" },
  { source: "aws.elasticbeanstalk", path: /^Status$/, because: "always that the health changed" },
  { source: "aws.glue", path: /^message$/, because: "repeats the state" },
  { source: "aws.guardduty", path: /^scanStatus$/, because: "the scan's result says more" },
  {
    source: "aws.guardduty",
    path: /^(?:resourceStatus|currentStatus|postScanActions.*)$/,
    because: "the detail-type says it",
  },
  { source: "aws.guardduty", path: /addonStatus$/, because: "beside the matter, which has a state of its own" },
  { source: "aws.health", path: /^affectedEntities\.0\.status$/, because: "the event's own status decides" },
  { source: "aws.health", path: /^statusCode$/, because: "endTime says too that it is over" },
  { source: "aws.savingsplans", path: /^(?:currentState|message)$/, because: "the alert says what comes, and when" },
  { source: "aws.securityhub", path: /\.WorkflowState$/, because: "deprecated by AWS" },
  {
    source: "aws.securityhub",
    path: /\.(?:RecordState|Workflow\.Status|Compliance\.Status)$/,
    because: "one of them decides",
  },
  { source: "aws.securityhub", path: /\.(?:status|compliance\.status)$/, because: "their ids say the same" },
  { source: "aws.ses", path: /^data\.record\.status$/, because: "the detail-type says it" },
  { source: "aws.ssm", path: /^detailed-status$/, because: "repeats status" },
  { source: "aws.states", path: /^redriveStatus$/, because: "whether it can be run again, not how it went" },
  { source: "aws.swf", path: /(?:execution|close)Status$/, because: "the event's type says it" },
  { source: "aws.synthetics", path: /^(?:test-run-status|message)$/, because: "the detail-type or the status says it" },
  { source: "aws.transfer", path: /^status-code$/, because: "the detail-type says it" },
  { source: "aws.translate", path: /^status$/, because: "of the resource before; its latest update has its own" },
  { source: "aws.trustedadvisor", path: /^check-item-detail\.Status$/, because: "the colour of its status" },
];

/** Samples whose success ends nothing, although the same thing failed in another: law 7 leaves them out. */
export const endsNothing: Readonly<Record<string, string>> = {
  "backup/job-running": "a step: its end clears",
  "backup/restore-completed": "one of its resources failed to restore; another restore does not mend that",
  "backup/vault-created": "a vault that was deleted does not come back with its backups",
  "cloudformation/stack-set-operation-running": "a step: its end clears",
  "dataexchange/data-updated": "new data does not undo what was revoked or failed",
  "ec2/ami-available": "an AMI that could not be created or copied has another id",
  "ec2/volume-created": "a volume that could not be created has another id",
  "ecr/image-push": "a push that failed is made again by who pushed",
  "ecs/task-running": "a step: the service's steady state clears",
  "healthlake/store-active": "a store that was deleted does not come back: another has its name",
  "mediaconvert/job-complete": "one job of the queue; the job that failed stays failed",
  "securityir/membership-created": "a membership that was cancelled does not come back",
  "securityir/membership-updated": "a membership that was cancelled does not come back",
  "stepfunctions/execution-running": "a step: its end clears",
  "transcribe/job-completed": "the names of jobs are unique: a job that failed never completes",
};
