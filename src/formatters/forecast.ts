import { first, lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

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
      name: [lastSegmentAt("detail.Arn"), lastSegmentAt("resources.0")],
      key: first("detail.Arn", "resources.0"),
      state: "detail.Status",
      problems: { CREATE_FAILED: 3 },
      ends: ["ACTIVE"],
      outcomes: { CREATE_FAILED: "could not be created", ACTIVE: "is ready" },
    })),
  );
