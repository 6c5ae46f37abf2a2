import { condition } from "../condition.ts";
import { first, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states } from "../grammar/states.ts";

/** CloudTrail's calls of the same name raise and clear it too. */
export const material = condition("kms:material", {
  grades: { 5: "expired", 4: "deleted by the API call DeleteImportedKeyMaterial" },
  ends: "the API call ImportKeyMaterial of the same key",
});

const id: Read = first("detail.key-id", lastSegmentAt("resources.0"));

const key = {
  thing: "KMS key",
  name: id,
  link: linkTo("kms/home#/kms/keys/{}", id),
} satisfies Partial<StateRow>;

export const kms = () =>
  states("aws.kms", [
    {
      ...key,
      detailType: { "KMS Imported Key Material Expiration": "expired", "Imported Key Material Expiration": "expired" },
      means: "The imported material of a key expired: what it encrypts cannot be read",
      condition: material,
      problems: { expired: 5 },
      outcomes: { expired: "is unusable" },
      reason: () => "its imported key material expired",
    },
    {
      ...key,
      detailType: { "KMS CMK Deletion": "deleted", "CMK Deletion": "deleted" },
      means: "A key was deleted: what it encrypts is lost",
      condition: "deleted",
      problems: { deleted: 5 },
      outcomes: { deleted: "was deleted" },
      reason: () => "what it encrypts is lost",
    },
    {
      ...key,
      detailType: { "KMS CMK Rotation": "rotated", "CMK Rotation": "rotated" },
      means: "A key was rotated",
      condition: "rotation",
      problems: {},
      outcomes: { rotated: "was rotated" },
    },
  ]);
