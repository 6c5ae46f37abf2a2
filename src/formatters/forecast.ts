import { first, tail } from "./fields.ts";
import { states } from "./states.ts";

export const forecast = () =>
  states(
    "aws.forecast",
    (
      [
        ["Forecast Forecast Export Job State Change", "An export of a forecast was made or failed", "Forecast export"],
        [
          "Forecast Predictor Backtest Export Job State Change",
          "An export of a predictor's backtest was made or failed",
          "Forecast backtest export",
        ],
        ["Forecast Predictor Creation State Change", "A predictor was made or failed", "Forecast predictor"],
      ] as const
    ).map(([detailType, means, thing]) => ({
      detailType,
      means,
      thing,
      name: [tail("detail.Arn"), tail("resources.0")],
      key: first("detail.Arn", "resources.0"),
      state: "detail.Status",
      problems: { CREATE_FAILED: 3 },
      ends: ["ACTIVE"],
      says: { CREATE_FAILED: "could not be created", ACTIVE: "is ready" },
    })),
  );
