import { tail } from "./fields.ts";
import { states } from "./states.ts";

const dataSet = ["detail.DataSet.Name", "detail.DataSet.Id", "detail.DataSetIds.0", tail("resources.0")];

export const dataexchange = () =>
  states("aws.dataexchange", [
    {
      detailType: {
        "Redshift Data Share Access Lost": "lost",
        "Action Performed On Redshift Data Share By Provider": "changed",
      },
      means: "The provider of a shared Redshift data set changed it, or access to it is lost",
      thing: "Data Exchange data share",
      name: tail("resources.0"),
      problems: { lost: 4, changed: 2 },
      says: { lost: "can no longer be read", changed: "was changed by its provider" },
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
      says: {
        delayed: "is late with its update",
        deprecated: "will be given up by its provider",
        schema: "will change its schema",
        updated: "was updated",
      },
    },
    {
      detailType: { "Data Sets Published To Product": "published" },
      means: "A provider published data sets to a product",
      thing: "Data Exchange product",
      name: tail("resources.0"),
      problems: { published: 1 },
      says: { published: "has new data sets" },
    },
    {
      detailType: { "Revision Published To Redshift Data Shares Data Set": "published" },
      means: "A provider published data",
      thing: "Data Exchange data set",
      name: tail("resources.0"),
      problems: { published: 1 },
      says: { published: "has new data" },
    },
  ]);
