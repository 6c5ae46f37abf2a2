import { tail } from "./fields.ts";
import { states } from "./states.ts";

export const a4b = () =>
  states("aws.a4b", [
    {
      detailType: "Alexa for Business Room State Change",
      means: "A room was reserved, entered or released",
      thing: "Alexa for Business room",
      name: [tail("resources.0"), tail("detail.calendar-event.roomArn")],
      state: tail("detail.event-type"),
      problems: {},
      says: { RoomRelease: "was released", RoomCheckIn: "was entered" },
    },
  ]);
