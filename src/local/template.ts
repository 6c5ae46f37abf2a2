import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";

export const root = path.resolve(import.meta.dirname, "../..");

const intrinsics = ["Ref", "Sub", "GetAtt", "If", "Not", "And", "Or", "Equals", "Condition", "Join", "Select", "Split"];

/** template.yaml, or a text like it, as an object, with short forms such as `!Ref X` written out as `{ Ref: "X" }`. */
export function readTemplate(text = readFileSync(path.join(root, "template.yaml"), "utf8")): Record<string, unknown> {
  const nameOf = (tag: string): string => (tag === "Ref" || tag === "Condition" ? tag : `Fn::${tag}`);
  const customTags = intrinsics.flatMap((tag) => [
    { tag: `!${tag}`, resolve: (value: string) => ({ [nameOf(tag)]: tag === "GetAtt" ? value.split(".") : value }) },
    {
      tag: `!${tag}`,
      collection: "seq" as const,
      resolve: (value: { toJSON(): unknown }) => ({ [nameOf(tag)]: value.toJSON() }),
    },
  ]);
  const document = parseDocument(text, { customTags: customTags as never });
  if (document.errors[0]) throw document.errors[0];
  return document.toJS() as Record<string, unknown>;
}
