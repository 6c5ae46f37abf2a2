import { isIPv4, isIPv6 } from "node:net";
import { isFields } from "../event.ts";

/**
 * The event without what says whose it is, so that it can be committed as a sample: account ids, keys, ids, names,
 * addresses and the resource parts of ARNs are replaced, the same by the same; what looks like a secret is removed.
 * Structure, keys, times, numbers, states and other fixed words, regions and names of AWS's own services stay. Free text
 * keeps its wording but for what is recognised in it. Equal events give equal samples.
 */
export function sanitise(event: unknown): unknown {
  const source = isFields(event) ? String(event.source ?? "") : "";
  const sanitiser = createSanitiser(!source || source.startsWith("aws."));
  // The first pass learns the names, which the second also finds in free text that stands before them.
  sanitiser.value(event, [], 0);
  return sanitiser.value(event, [], 0);
}

const removed = "(removed)";
const deepest = 100;

/** Keys of secrets; an ARN, id or name of one is none. */
const secretKey =
  /(?:password|passwd|passphrase|secret|secretstring|secretbinary|secretaccesskey|token|privatekey|apikey|authorization|cookie|signature|plaintext|credentialvalue|connectionstring|userdata)$/;
/** Values that are secrets under any key: JSON web tokens, PEM blocks, tokens of known services, passwords in text. */
const secret =
  /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|-----BEGIN [A-Z ]+-----[\s\S]*|\b(?:xox[a-z]-|gh[pousr]_|glpat-|sk_(?:live|test)_)[\w-]{8,}|\b(?:Bearer|Basic) [\w.~+/=-]{8,}|\b(?:password|passwd|secret|token|api[_-]?key)\s*[=:]\s*[^\s,;&]+/gi;
const secretValue =
  /(?<![\w/+=-])(?=[\w/+=]*[A-Z])(?=[\w/+=]*[a-z])(?=[\w/+=]*\d)(?:[A-Za-z0-9/+=]{40}|[A-Za-z0-9]{32})(?![\w/+=-])/g;

/** Keys, without case and separators, whose values are fixed words. */
const fixedKey =
  /(?:state|status|type|kind|code|phase|result|outcome|action|severity|engine|categor(?:y|ies)|class|mode|level|format|protocol|direction|region|regions|zone|zones|time|timestamp|date|at|version|operator|unit|namespace|statistic|event|platform|architecture|partition|size|scope|operation|trigger|method|edition|priority|confidence|progress|runtime|lifecycle|disposition|verdict|tier|currency|locale|language|encoding|algorithm|frequency|availability|severitylabel)$|^(?:event|metric|region|engine|check|state|status|dimension|country)name$|(?:actions|codes|types|statuses|states)$|^(?:detailtype|eventname|eventsource|invokedby|useragent)$/;
/** Keys whose values are names or ids even where they look like a fixed word. */
const nameKey =
  /(?:name|names|id|ids|identifier|identifiers|arn|arns|user|owner|principal|bucket|key|cluster|group|groups|table|queue|topic|stream|function|repository|branch|alias|host|hostname|domain|email|address|path|uri|url|database|instance|volume|snapshot|subnet|vpc|tag|label|author|by|for)$/;

/** Numbers that AWS and others publish: an RDS event, a control, a vulnerability. */
const published = /^(?:RDS-EVENT-\d+|CVE-\d{4}-\d+|GHSA-[\w-]+|[A-Z][A-Za-z]*\d?\.\d{1,3})$/;
const isoTime = /^\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/;
const region = /^(?:us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-[a-z]+-\d[a-f]?$/;
const ofAws =
  /^securityhub-[\w-]+$|^(?:AWS(?: Internal$|$|[:/])|Amazon\b|aws\.|AWSServiceRoleFor|aws-service-role$)|^(?:[a-z\d-]+\.){0,3}(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.com)$/;
const states =
  /^(?:active|inactive|running|stopped|stopping|started|starting|pending|terminated|terminating|shutting-down|rebooting|available|unavailable|creating|created|deleting|deleted|updating|updated|modifying|modified|enabled|disabled|enabling|disabling|success|successful|succeeded|failed|failure|failing|error|complete|completed|incomplete|cancell?ed|cancelling|in-progress|inprogress|attached|detached|attaching|detaching|healthy|unhealthy|ok|alarm|insufficient_data|critical|high|medium|low|info|informational|warning|true|false|yes|no|none|null|unknown|default|open|closed|resolved|new|old|up|down|online|offline|root|all|public|private|internal|external|inbound|outbound|allow|deny|allowed|denied|create|update|delete|insert|modify|remove|add|start|stop|finished|queued|waiting|paused|expired|expiring|revoked|issued|valid|invalid|passed|compliant|noncompliant|user|service|system|aws|amazon|read|write|standard|fargate|ec2|spot|on-demand)$/i;

/** Words of ARNs and paths that are kinds of things rather than things. */
const structural =
  /^(?:aws|app|net|gwy|gateway|lambda|role|user|group|policy|assumed-role|federated-user|instance-profile|service-role|aws-service-role|service|family|task|task-definition|container-instance|capacity-provider|cluster|nodegroup|instance|volume|snapshot|image|vpc|subnet|security-group|network-interface|vpn-connection|loadbalancer|targetgroup|listener|function|layer|table|index|stream|log-group|log-stream|db|secret|parameter|key|alias|stack|stackset|changeSet|domain|project|build|pipeline|execution|stateMachine|express|job|job-queue|job-definition|compute-environment|trail|rule|event-bus|detector|finding|findings|filter|distribution|hostedzone|healthcheck|certificate|server|repository|repo|branch|restapis|stages|autoScalingGroup|autoScalingGroupName|recovery-point|backup-vault|workgroup|catalog|crawler|database|environment|application|applicationversion|configurationtemplate|root|rds|ou|account|hub|product|subscription|control|v|sha256|AWSLogs|vpcflowlogs|vpcdnsquerylogs|CloudTrail|elasticloadbalancing)$/;

const arn = /\barn:aws[\w-]*:[\w-]*:[\w-]*:[\w-]*:[^\s"'<>,;)\]}]+/;
const awsId = /\b[a-z]{1,12}-(?:[\da-f]{17}|[\da-f]{8})(?![\da-zA-Z])/;

/** What is recognised wherever it stands in a text; the order matters, since the first that fits wins. */
const recognised = new RegExp(
  [
    ["url", /\bhttps?:\/\/[^\s"'<>)\]}]+/],
    ["arn", arn],
    ["email", /[\w.+%-]+@(?:[\w-]+\.)+[A-Za-z]{2,}/],
    ["uuid", /(?<![\da-fA-F])[\da-fA-F]{8}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}(?![\da-fA-F])/],
    ["mac", /(?<![\w:])(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}(?![\w:])/],
    ["ipv6", /(?<![\w:.])(?:[\da-fA-F]{0,4}:){2,7}(?:[\da-fA-F]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/],
    ["ipv4", /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/],
    ["dashedIp", /\b(?:ip|ec2)-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\b/],
    [
      "accessKey",
      /(?<![A-Z\d])(?:ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)[A-Z\d]{12,}(?![A-Za-z\d])/,
    ],
    ["awsId", awsId],
    ["hex", /(?<![\da-zA-Z])(?=[\da-f]*\d)(?=\d*[a-f])[\da-f]{16,}(?![\da-zA-Z])/],
    ["phone", /(?<![\w+])\+\d{8,15}(?!\d)/],
    ["account", /(?<![\d.])\d{12}(?![\d.]\d|\d)/],
  ]
    .map(([name, pattern]) => `(?<${name as string}>${(pattern as RegExp).source})`)
    .join("|"),
  "g",
);

const accounts = ["111122223333", "444455556666", "777788889999", "123456789012"];

/** @param ofAwsSource whether AWS wrote the event's texts; where somebody's own software did, free text goes too. */
function createSanitiser(ofAwsSource: boolean) {
  const numbers = new Map<string, Map<string, number>>();
  const names = new Map<string, string>();
  let inText: RegExp | undefined;
  let known = 0;

  /** The number of `value` among its kind, from 1, in the order in which they come. */
  const numberOf = (kind: string, value: string): number => {
    const ofKind = numbers.get(kind) ?? new Map<string, number>();
    numbers.set(kind, ofKind);
    const number = ofKind.get(value) ?? ofKind.size + 1;
    ofKind.set(value, number);
    return number;
  };
  /** `value` with its last characters replaced by its number. */
  const filled = (pattern: string, number: number, length: number, base = 10): string => {
    const digits = number.toString(base);
    return pattern.repeat(Math.ceil(length / pattern.length)).slice(0, Math.max(0, length - digits.length)) + digits;
  };

  const account = (id: string): string => {
    const number = numberOf("account", id);
    return accounts[number - 1] ?? filled("0", number, 12);
  };
  const ipv4 = (address: string): string => {
    if (!isIPv4(address) || /^(?:0\.0\.0\.0|127\.|255\.255\.255\.255|169\.254\.169\.25)/.test(address)) return address;
    const number = numberOf("ipv4", address) - 1;
    const block = ["198.51.100", "203.0.113", "192.0.2"][Math.floor(number / 254)];
    return block ? `${block}.${(number % 254) + 1}` : `198.18.${(number >> 8) & 255}.${number & 255}`;
  };
  const hex = (value: string): string => filled("0a1b2c3d4e5f6789", numberOf("hex", value) + 0x1000, value.length, 16);

  const replacements: Record<string, (value: string) => string> = {
    url: webAddress,
    arn: resourceName,
    email: (value) => `user${numberOf("email", value.toLowerCase())}@example.com`,
    uuid: (value) => `00000000-0000-4000-8000-${filled("0", numberOf("uuid", value.toLowerCase()), 12)}`,
    mac: (value) => `00:00:5e:00:53:${filled("0", numberOf("mac", value.toLowerCase()) % 256, 2, 16)}`,
    ipv6: (value) =>
      !isIPv6(value) || value === "::" || value === "::1"
        ? value
        : `2001:db8::${numberOf("ipv6", value.toLowerCase()).toString(16)}`,
    ipv4,
    dashedIp: (value) => {
      const [prefix, ...parts] = value.split("-");
      return `${prefix}-${ipv4(parts.join(".")).replaceAll(".", "-")}`;
    },
    accessKey: (value) => {
      const prefix = value.slice(0, 4);
      return `${prefix}${filled("EXAMPLE", numberOf("accessKey", value) + 1000, value.length - 4)}`;
    },
    awsId: (value) => {
      const dash = value.lastIndexOf("-");
      return `${value.slice(0, dash + 1)}${hex(value.slice(dash + 1))}`;
    },
    hex,
    phone: (value) => `+1555555${filled("0", numberOf("phone", value), 4)}`,
    account,
  };

  /** `text` with everything that is recognised in it replaced, and `between` applied to the rest. */
  function recognise(text: string, between: (rest: string) => string = (rest) => rest, whole = false): string {
    let result = "";
    let end = 0;
    for (const match of text.matchAll(recognised)) {
      const [kind, value] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
      if (kind === undefined || value === undefined) continue;
      if (whole && !certain.has(kind) && isWithin(text, match.index, value.length)) continue;
      result += between(text.slice(end, match.index)) + (replacements[kind]?.(value) ?? value);
      end = match.index + value.length;
    }
    return result + between(text.slice(end));
  }

  /** Web addresses of AWS's documentation stay; of others only the fact that there was one, as they may hold a key. */
  function webAddress(value: string): string {
    const [, scheme = "", host = "", path = ""] = /^(https?:\/\/)([^/?#]+)([^?#]*)/.exec(value) ?? [];
    if (host === "docs.aws.amazon.com") return value;
    if (ofAws.test(host)) return `${scheme}${host}${segments(path, "path")}`;
    if (host.endsWith(".amazonaws.com")) return `${scheme}${hostName(host)}${segments(path, "path")}`;
    return `https://example.com/${numberOf("url", value)}`;
  }

  const hostName = (host: string): string =>
    host
      .split(".")
      .map((label) =>
        (/^(?:amazonaws|com|cn|[a-z\d]{2,16})$/.test(label) && host.indexOf(label) > 0) || region.test(label)
          ? label
          : segments(label, "host"),
      )
      .join(".");

  function resourceName(value: string): string {
    const [start, partition, service = "", at, owner = "", ...rest] = value.split(":");
    // AWS's own policies; below, its products and standards.
    if (owner === "aws") return value;
    const resource = rest.join(":");
    if (service === "securityhub" && !owner) return value.slice(0, -resource.length) + recognise(resource);
    const type = /^(?:s3|sns|sqs)$/.test(service) ? undefined : /^[A-Za-z][\w-]*(?=[:/])/.exec(resource)?.[0];
    const said = type
      ? type + segments(resource.slice(type.length), type === "assumed-role" ? "role" : type)
      : segments(resource, service === "s3" ? "bucket" : service || "resource");
    return [start, partition, service, at, /^\d{12}$/.test(owner) ? account(owner) : owner, said].join(":");
  }

  /** A path, or names joined by colons or commas, name by name. */
  const segments = (text: string, kind: string): string =>
    recognise(
      text,
      (rest) => rest.replace(/[^\s:/,;|]+/g, (segment) => (isPlain(segment) ? segment : nameOf(segment, kind))),
      true,
    );

  const isPlain = (segment: string): boolean =>
    structural.test(segment) ||
    region.test(segment) ||
    ofAws.test(segment) ||
    /^(?:[\d.]{1,11}|[*$()#=@\-_?&[\]{}]*)$/.test(segment) ||
    /^\$LATEST$/.test(segment);

  function nameOf(name: string, kind: string): string {
    const before = names.get(name);
    if (before) return before;
    const made = `${kind}-${numberOf(`name:${kind}`, name)}`;
    names.set(name, made);
    return made;
  }

  function prose(text: string): string {
    if (known !== names.size) {
      known = names.size;
      const long = [...names.keys()].filter((name) => name.length > 3).sort((a, b) => b.length - a.length);
      inText =
        long.length > 0
          ? new RegExp(
              `(?<![A-Za-z\\d])(?:${long.map((name) => name.replace(/[^\w\s]/g, "\\$&")).join("|")})(?![A-Za-z\\d])`,
              "g",
            )
          : undefined;
    }
    return recognise(text, (rest) => (inText ? rest.replace(inText, (name) => names.get(name) ?? name) : rest));
  }

  function text(value: string, path: readonly string[]): string {
    const name = (path.at(-1) ?? "").replace(/^.*\//, "");
    const above = plainKey(path.at(-2) ?? "");
    // `{"state": {"name": "running"}}` holds a state, not a name.
    const key = plainKey(
      /^(?:name|value|label)$/i.test(name) && /(?:state|status|severity)$/.test(above) ? above : name,
    );
    if (path.length === 1 && key === "source")
      return value.replace(/(?<=^aws\.partner\/[^/]+\/).+/, (rest) => segments(rest, "partner"));
    if (path.length === 1 && /^(?:detailtype|version|time|region)$/.test(key)) return value;
    if (!value.trim() || isoTime.test(value) || (/^[-$]?[\d.,]{1,11}%?$/.test(value) && !isIPv4(value))) return value;
    // Four numbers may be an address or a version.
    if (/version$/.test(key) && isIPv4(value)) return value;
    if (secretKey.test(key) || value === removed) return removed;
    const clean = nameKey.test(key) ? value : value.replace(secret, removed).replace(secretValue, removed);
    if (clean !== value) return prose(clean);
    const inTags = path.some((part) => /^tags?(?:set|list)?$/.test(plainKey(part)));
    const kind = inTags && !/^(?:key|value)$/.test(key) ? "value" : kindOf(path);
    if (region.test(value) || ofAws.test(value) || published.test(value)) return value;
    const embedded = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    if (embedded) return JSON.stringify(sanitised(embedded, path, path.length));
    if (key === "useragent") return "aws-sdk";
    if (!inTags && fixedKey.test(key) && value.length <= 100) return recognise(value);
    if (/\s/.test(value) && !/^\S+$/.test(value) && !(nameKey.test(key) && !ofAwsSource)) {
      return ofAwsSource && !inTags && !nameKey.test(key) ? prose(value) : nameOf(value, kind);
    }
    if (!inTags && !nameKey.test(key) && (states.test(value) || /^[A-Z][A-Z\d]*(?:[_-][A-Z\d]+)*$/.test(value))) {
      return recognise(value);
    }
    return segments(value, kind);
  }

  /** What the thing at such a path is called: `bucket` of `bucketName`, and of `bucket.name`. */
  function kindOf(path: readonly string[]): string {
    const said = path.slice(-2).map((key) =>
      key
        .replace(/([a-z\d])([A-Z])/g, "$1-$2")
        .toLowerCase()
        .replace(/[^a-z]+/g, "-")
        .replace(/^-|-?(?:names?|ids?|identifiers?|arns?)?-?$/g, "")
        .replace(/(?<=[^su])s$/, ""),
    );
    const kind = said.at(-1) || said.at(-2) || "name";
    return kind === "detail" || kind.length > 30 ? "name" : kind;
  }

  function sanitised(given: unknown, path: readonly string[], depth: number, hidden = false): unknown {
    if (depth > deepest) return removed;
    if (typeof given === "string") return hidden && given ? removed : text(given, path);
    if (typeof given === "number") {
      if (hidden) return 0;
      return Number.isInteger(given) && given >= 1e11 && given < 1e12 && /account/i.test(path.at(-1) ?? "")
        ? Number(account(String(given)))
        : given;
    }
    if (Array.isArray(given)) return given.map((item) => sanitised(item, path, depth + 1, hidden));
    if (!isFields(given)) return given;
    const inTags = /^tags?$/.test(plainKey(path.at(-1) ?? ""));
    return Object.fromEntries(
      Object.entries(given).map(([key, inner]) => [
        inTags && !/^(?:key|value|name|aws:.*)$/i.test(key) ? nameOf(key, "tag") : recognise(key),
        sanitised(inner, [...path, key], depth + 1, hidden || (secretKey.test(plainKey(key)) && !isBoolean(inner))),
      ]),
    );
  }

  return { value: sanitised };
}

/** These cannot be a part of a name by chance. */
const certain = new Set(["url", "arn", "email"]);

/** Whether what stands at `start` is only a part of a name: `6e62` of `admin_6e62`. */
const isWithin = (text: string, start: number, length: number): boolean =>
  /[^\s:/,;|]/.test(text.charAt(start - 1) + text.charAt(start + length));

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const plainKey = (key: string): string => key.toLowerCase().replace(/[^a-z\d]/g, "");
