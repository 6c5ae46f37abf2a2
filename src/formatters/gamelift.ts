import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

const name = lastSegmentAt("resources.0");

export const gamelift = () =>
  states("aws.gamelift", [
    {
      detailType: "GameLift Queue Placement Event",
      means: "A queue placed a game session, or could not; one line a queue and outcome",
      thing: "GameLift queue",
      name,
      state: "detail.type",
      problems: { PlacementFailed: 3, PlacementTimedOut: 2 },
      outcomes: {
        PlacementFailed: "failed to place a game session",
        PlacementTimedOut: "found no place for a game session in time",
        PlacementFulfilled: "placed a game session",
        PlacementCancelled: "had a placement cancelled",
      },
    },
    {
      detailType: "GameLift Matchmaking Event",
      means: "A matchmaking configuration matched players, or could not; one line a configuration and outcome",
      thing: "GameLift matchmaking",
      name,
      state: "detail.type",
      problems: { MatchmakingFailed: 2, MatchmakingTimedOut: 1 },
      outcomes: {
        MatchmakingFailed: "failed",
        MatchmakingTimedOut: "found no match in time",
        MatchmakingSucceeded: "made a match",
        MatchmakingCancelled: "was cancelled",
        MatchmakingSearching: "is searching for a match",
        PotentialMatchCreated: "has a match to be accepted",
        AcceptMatch: "had a player answer a match",
        AcceptMatchCompleted: "has the answers to a match",
      },
      reason: ["detail.message", "detail.reason"],
    },
  ]);
