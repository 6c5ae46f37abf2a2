import { at, first, lastSegmentAt } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { states } from "../grammar/states.ts";

/** The registry's schema has a list here, the events have a string. */
const state = first("detail.State", "detail.State.0");
const resource = lastSegmentAt("resources.0");
/** `task-1` of `arn:…:task/task-1/execution/exec-2`. */
const task = lastSegmentAt((event) => at("resources.0")(event)?.replace(/\/execution\/.*$/, ""));

export const datasync = () =>
  states("aws.datasync", [
    {
      detailType: "DataSync Task Execution State Change",
      means: "A transfer started, ended or failed",
      thing: "DataSync transfer",
      name: task,
      state,
      problems: { ERROR: 3 },
      ends: ["SUCCESS"],
      outcomes: { ERROR: "failed" },
      link: linkTo("datasync/home#/tasks/{}", task),
    },
    {
      detailType: "DataSync Agent State Change",
      means: "An agent went offline or came back",
      thing: "DataSync agent",
      name: resource,
      state,
      problems: { OFFLINE: 4 },
      ends: ["ONLINE"],
      link: linkTo("datasync/home#/agents/{}", resource),
    },
    {
      detailType: "DataSync Task State Change",
      means: "A task became available or unavailable: an agent that it needs is offline",
      thing: "DataSync task",
      name: resource,
      state,
      problems: { UNAVAILABLE: 3 },
      ends: ["AVAILABLE"],
      link: linkTo("datasync/home#/tasks/{}", resource),
    },
    {
      detailType: "DataSync Location State Change",
      means: "A location was added",
      thing: "DataSync location",
      name: resource,
      state,
      problems: {},
      outcomes: { ADDING: "is being added" },
    },
  ]);
