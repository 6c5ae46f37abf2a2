import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const resource = lastSegmentAt("resources.0");

export const mediapackage = () =>
  states("aws.mediapackage", [
    {
      detailType: "MediaPackage Input Notification",
      means: "A channel's input switched, or hit a limit of ingest",
      thing: "MediaPackage channel",
      name: resource,
      state: "detail.event",
      problems: { MaxIngestStreamsError: 3, MaxIngestBitrateError: 3 },
      outcomes: {
        MaxIngestStreamsError: "has too many ingest streams",
        MaxIngestBitrateError: "has too high an ingest bit rate",
        InputSwitchEvent: "switched its input",
      },
      reason: "detail.message",
    },
    {
      detailType: ["MediaPackage Key Provider Notification", "MediaPackage Key Provider State"],
      means: "An origin endpoint could not get its encryption keys",
      thing: "MediaPackage endpoint",
      name: resource,
      state: "detail.event",
      problems: { KeyProviderError: 4 },
      outcomes: { KeyProviderError: "cannot reach its key provider" },
      reason: "detail.message",
    },
    {
      detailType: "MediaPackage HarvestJob Notification",
      means: "A harvest job, which makes a clip of a live stream, ended",
      thing: "MediaPackage harvest job",
      name: ["detail.harvest_job.id", resource],
      state: "detail.harvest_job.status",
      problems: { FAILED: 3 },
    },
  ]);
