import { states } from "../grammar/states.ts";

export const schemas = () =>
  states("aws.schemas", [
    {
      detailType: { "Schema Created": "created", "Schema Version Created": "new version" },
      means: "A schema registry got a schema, or a version of one",
      thing: "Schema",
      name: "detail.SchemaName",
      problems: {},
      outcomes: { created: "was created", "new version": "got a new version" },
    },
  ]);
