import { asString, isFields } from "../../event.ts";
import { words } from "../words.ts";
import { has } from "./keywords.ts";

/** A short string of an event's detail, with the words of its key. */
export interface Text {
  /** The words of the key; those of the one above it come before a bare `name`, `id` or `status`. */
  readonly key: readonly string[];
  readonly value: string;
  /** 0 at the top of the detail. */
  readonly depth: number;
}

// An event has up to 256 kB: enough is read to find what it is about, and no more.
const maxDepth = 4;
const maxNodes = 3000;
const maxTexts = 400;
const maxKeys = 300;
const maxValue = 400;

/** The lower-case words of a key or a name, whatever its spelling. */
export const tokensOf = (name: string): string[] =>
  words(name.slice(0, 200).replace(/[^A-Za-z\d]+/g, " "))
    .toLowerCase()
    .split(" ")
    .filter(Boolean);

/** An object or a list of the detail, with the words of its own key. */
interface Branch {
  readonly key: readonly string[];
  readonly value: object;
}

/** The short strings of the detail, the upper levels first. */
export function textsOf(detail: object): Text[] {
  const texts: Text[] = [];
  let level: Branch[] = [{ key: [], value: detail }];
  let nodes = 0;
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth++) {
    const below: Branch[] = [];
    for (const branch of level) {
      for (const name of keysOf(branch.value)) {
        if (++nodes > maxNodes || texts.length >= maxTexts) break;
        const key = keyIn(branch, name);
        const value = (branch.value as Record<string, unknown>)[name];
        const text = textOf(key, name, value);
        if (text !== undefined) texts.push({ ...text, depth });
        else if (isWalked(name, value)) below.push({ key, value: value as object });
      }
    }
    level = below;
  }
  return texts;
}

function* keysOf(value: object): Generator<string> {
  let keys = 0;
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    if (++keys > maxKeys) return;
    yield name;
  }
}

function keyIn({ key, value }: Branch, name: string): readonly string[] {
  if (Array.isArray(value)) return key;
  const tokens = tokensOf(name);
  return tokens.length === 1 && has("bare", tokens[0]) ? [...key, ...tokens] : tokens;
}

function textOf(key: readonly string[], name: string, value: unknown): Omit<Text, "depth"> | undefined {
  if (typeof value === "string") {
    const text = value.length <= maxValue ? asString(value) : undefined;
    return text === undefined ? undefined : { key, value: text };
  }
  // `healthy: false` says that something failed.
  if (value === false && has("verdict", tokensOf(name).at(-1))) return { key: ["result"], value: "failed" };
  if (typeof value === "number" && has("numbered", key.at(-1))) return { key, value: String(value) };
  return undefined;
}

function isWalked(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return true;
  const tokens = tokensOf(name);
  return isFields(value) && !has("aside", tokens.join("")) && !has("asideFirst", tokens[0]);
}
