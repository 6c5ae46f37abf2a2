/** The text after the last `/` or `:` of an ARN, a path or a name. */
export function lastSegment(arn: string | undefined): string | undefined {
  if (!arn) return undefined;
  const trimmed = arn.replace(/[/:]+$/, "");
  return trimmed.slice(Math.max(trimmed.lastIndexOf("/"), trimmed.lastIndexOf(":")) + 1).trim() || undefined;
}

/** The resource part of an ARN: `function:orders` of `arn:aws:lambda:eu-west-1:111122223333:function:orders`. */
export function arnResource(arn: string | undefined): string | undefined {
  if (!arn?.startsWith("arn:")) return undefined;
  return arn.split(":").slice(5).join(":").trim() || undefined;
}

/** The name in an ARN, with its path but not the kind of resource: `prod/db` of `arn:…:secret:prod/db`; other text unchanged. */
export function arnName(arn: string | undefined): string | undefined {
  const resource = arnResource(arn);
  if (!resource) return arn;
  if (/^arn:[\w-]+:s3:::/.test(arn ?? "")) return resource;
  const name = resource.replace(/^[\w-]+[:/](?=.)/, "").replace(/:\*$/, "");
  // Secrets Manager adds a hyphen and six characters to the names in its ARNs.
  return /^arn:[\w-]+:secretsmanager:/.test(arn ?? "") ? name.replace(/-[A-Za-z\d]{6}$/, "") : name;
}
