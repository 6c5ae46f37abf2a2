import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const dataSet = ["detail.DataSet.Name", "detail.DataSet.Id", "detail.DataSetIds.0", lastSegmentAt("resources.0")];

export const dataexchange = () =>
  states("aws.dataexchange", [
    {
      detailType: {
        "Redshift Data Share Access Lost": "lost",
        "Action Performed On Redshift Data Share By Provider": "changed",
      },
      means: "The provider of a shared Redshift data set changed it, or access to it is lost",
      thing: "Data Exchange data share",
      name: lastSegmentAt("resources.0"),
      problems: { lost: 4, changed: 2 },
      outcomes: { lost: "can no longer be read", changed: "was changed by its provider" },
      reason: "detail.Message",
    },
    {
      detailType: {
        "Data Set Update Delayed": "delayed",
        "Deprecation Planned for Data Set": "deprecated",
        "Schema Change Planned for Data Set": "schema",
        "Data Updated in Data Set": "updated",
      },
      means: "The provider of a data set updated it, is late, or means to change or end it",
      thing: "Data Exchange data set",
      name: dataSet,
      problems: { delayed: 2, deprecated: 2, schema: 2, updated: 1 },
      outcomes: {
        delayed: "is late with its update",
        deprecated: "will be given up by its provider",
        schema: "will change its schema",
        updated: "was updated",
      },
      reason: "detail.Notification.Comment",
    },
    {
      detailType: { "Data Sets Published To Product": "published" },
      means: "A provider published data sets to a product",
      thing: "Data Exchange product",
      name: lastSegmentAt("resources.0"),
      problems: { published: 1 },
      outcomes: { published: "has new data sets" },
    },
    {
      detailType: { "Revision Published To Redshift Data Shares Data Set": "published" },
      means: "A provider published data",
      thing: "Data Exchange data set",
      name: lastSegmentAt("resources.0"),
      problems: { published: 1 },
      outcomes: { published: "has new data" },
    },
  ]);
