import type * as z from "zod";
import { arnResource, lastSegment } from "../../arn.ts";
import { object, text } from "../../grammar/fields.ts";

/** CloudTrail's `userIdentity`, as far as it tells who it was; any of it can be missing. */
export const userIdentity = () =>
  object({
    type: text,
    userName: text,
    arn: text,
    principalId: text,
    accountId: text,
    invokedBy: text,
    identityProvider: text,
    onBehalfOf: object({ userId: text }),
    sessionContext: object({ sessionIssuer: object({ userName: text, arn: text }) }),
  });

export type UserIdentity = z.infer<ReturnType<typeof userIdentity>>;

export interface Caller {
  /** As a sentence ends: `alice`, `root`, `AWS service autoscaling`. */
  readonly name: string;
  /** The same without session names, for conditions. */
  readonly key: string;
  /** The root user in person: with `invokedBy` it is a service that acts for the account. */
  readonly root: boolean;
  /** Not a person or a role, but a service of AWS. */
  readonly service: boolean;
}

/**
 * Who did it, by the identity types of CloudTrail's record reference. A role is known by its own name, never by its
 * session, except for IAM Identity Center's roles, whose session is the person.
 */
export function callerOf(identity: UserIdentity): Caller {
  const called = (name: string, key = name): Caller => ({ name, key, root: false, service: false });
  const {
    type = "",
    userName: given,
    arn,
    principalId,
    accountId,
    invokedBy,
    identityProvider,
    onBehalfOf,
  } = identity ?? {};
  const userName = given?.startsWith("HIDDEN_") ? "a user whose name AWS hides" : given;
  const issuer = identity?.sessionContext?.sessionIssuer;
  const resource = arnResource(arn) ?? "";
  switch (type) {
    case "Root":
      return { ...called("root"), root: !invokedBy };
    case "AssumedRole":
    case "Role":
      return (
        roleOf(issuer?.userName ?? resource.split("/")[1] ?? lastSegment(issuer?.arn), resource) ?? called("a role")
      );
    case "FederatedUser":
      return called(lastSegment(resource) ?? lastSegment(principalId) ?? userName ?? "a federated user");
    case "SAMLUser":
    case "WebIdentityUser": {
      const user = userName ?? lastSegment(principalId) ?? "someone";
      // Of SAML it is a hash.
      const provider = lastSegment(identityProvider);
      return called(provider?.includes(".") ? `${user} of ${provider}` : user);
    }
    case "IdentityCenterUser":
      return called(userName ?? `Identity Center user ${onBehalfOf?.userId ?? principalId ?? ""}`.trim());
    case "AWSAccount":
      return called(userName ?? (accountId ? `account ${accountId}` : "another account"));
    case "AWSService":
      return serviceOf(invokedBy);
    default: {
      const user = userName ?? (type === "IAMUser" ? lastSegment(resource) : undefined);
      if (user) return called(user);
      if (invokedBy) return serviceOf(invokedBy);
      return called(
        lastSegment(resource) ?? principalId?.split(":")[0] ?? (accountId ? `account ${accountId}` : "someone"),
      );
    }
  }
}

function roleOf(role: string | undefined, resource: string): Caller | undefined {
  if (!role) return undefined;
  const person = resource.split("/").slice(2).join("/");
  const permissionSet = /^AWSReservedSSO_(.+)_[\da-f]{16}$/i.exec(role)?.[1];
  const name = permissionSet && person ? `${person} (${permissionSet})` : (permissionSet ?? role);
  return { name, key: permissionSet ?? role, root: false, service: false };
}

function serviceOf(invokedBy = ""): Caller {
  const service = invokedBy.replace(/\.amazonaws\.com(?:\.cn)?$/, "");
  const name = !service || service === "AWS Internal" ? "AWS" : `AWS service ${service}`;
  return { name, key: name, root: false, service: true };
}
