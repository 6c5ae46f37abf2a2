import { lastSegmentAt } from "../grammar/fields.ts";
import { states } from "../grammar/states.ts";

export const a4b = () =>
  states("aws.a4b", [
    {
      detailType: "Alexa for Business Room State Change",
      means: "A room was reserved, entered or released",
      thing: "Alexa for Business room",
      name: [lastSegmentAt("resources.0"), lastSegmentAt("detail.calendar-event.roomArn")],
      state: lastSegmentAt("detail.event-type"),
      problems: {},
      outcomes: { RoomRelease: "was released", RoomCheckIn: "was entered" },
    },
  ]);
