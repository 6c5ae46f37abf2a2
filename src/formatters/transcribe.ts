import { first } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const transcribe = () =>
  states("aws.transcribe", [
    {
      detailType: "Transcribe Job State Change",
      means: "A transcription ended or failed",
      thing: "Transcription job",
      name: "detail.TranscriptionJobName",
      state: first("detail.TranscriptionJobStatus", "detail.TranscriptionJobStatus.0"),
      problems: { FAILED: 3 },
      reason: "detail.FailureReason",
    },
    {
      detailType: "Call Analytics Job State Change",
      means: "The analysis of recorded calls ended or failed",
      thing: "Call analytics job",
      name: "detail.JobName",
      state: "detail.JobStatus",
      problems: { FAILED: 3 },
      reason: "detail.FailureReason",
    },
    {
      detailType: "Call Analytics Post Call Job State Change",
      means: "The analysis after a call ended or failed; one line for all sessions",
      thing: "Post-call analytics",
      name: [],
      state: "detail.PostCallStatus",
      problems: { FAILED: 3 },
      reason: "detail.FailureReason",
    },
    {
      detailType: "Vocabulary State Change",
      means: "A custom vocabulary became ready or failed",
      thing: "Transcribe vocabulary",
      name: "detail.VocabularyName",
      state: "detail.VocabularyState",
      problems: { FAILED: 3 },
      ends: ["READY"],
      reason: "detail.FailureReason",
    },
  ]);
