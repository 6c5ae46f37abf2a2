import { first, tail } from "./fields.ts";
import { states } from "./states.ts";

export const forecast = () =>
  states("aws.forecast", [
    {
      detailType: [
        "Forecast Forecast Export Job State Change",
        "Forecast Predictor Backtest Export Job State Change",
        "Forecast Predictor Creation State Change",
      ],
      means: "A predictor or export was made or failed",
      thing: "Forecast",
      name: [tail("detail.Arn"), tail("resources.0")],
      key: first("detail.Arn", "resources.0"),
      state: "detail.Status",
      problems: { CREATE_FAILED: 3 },
      clears: ["ACTIVE"],
      says: { CREATE_FAILED: "could not be created", ACTIVE: "is ready" },
    },
  ]);
