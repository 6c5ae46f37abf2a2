import { sentence, words } from "../words.ts";

/** A caller as the sentence begins: a name stays as it is written, what stands for one gets its capital. */
export const begun = (caller: string): string =>
  /^(?:account \d|another account$|a user whose|someone$)/.test(caller) ? sentence(caller) : caller;

const irregular: Readonly<Record<string, string>> = {
  put: "put",
  set: "set",
  reset: "reset",
  stop: "stopped",
  run: "ran",
  send: "sent",
  leave: "left",
  tag: "tagged",
  untag: "untagged",
  transfer: "transferred",
  cancel: "cancelled",
  submit: "submitted",
  enrol: "enrolled",
  begin: "began",
  swap: "swapped",
};
const regular = new Set(
  "accept activate add allocate apply approve archive assign associate assume attach authorize change close configure confirm copy create deactivate decrease delete deploy deprecate deregister detach disable disassociate enable encrypt export generate import increase initiate install invite invoke merge modify move pause provision publish purge reboot rebuild recover refresh register reject release remove rename renew replace report request reset resize restore resume retire retry revoke rotate schedule share start subscribe suspend switch terminate unarchive unassign unsubscribe update upgrade upload".split(
    " ",
  ),
);

function past(verb: string): string | undefined {
  if (Object.hasOwn(irregular, verb)) return irregular[verb];
  if (!regular.has(verb)) return undefined;
  if (verb.endsWith("e")) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}

export interface Deed {
  /** `deleted`; absent where the call's name does not begin with a verb that is known. */
  readonly verb: string | undefined;
  /** `DB instance` */
  readonly noun: string;
}

/** What an API call does, from its name: `deleted` and `DB instance` of `DeleteDBInstance`. */
export function deedOf(eventName: string): Deed {
  const spaced = eventName.replace(/^Batch(?=[A-Z])/, "").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  const [verb = "", ...noun] = words(spaced).split(" ");
  return { verb: past(verb.toLowerCase()), noun: noun.join(" ").replace(/ with .*/, "") };
}

/** The preposition between what was done and the thing it was done to. */
export function towards(verb: string, kind: string): string {
  if (verb === "attached" || verb === "added") return "to";
  if (verb === "detached" || verb === "removed") return "from";
  if (kind === "user" || kind === "role") return "for";
  return verb === "put" || verb === "created" ? "on" : "of";
}
