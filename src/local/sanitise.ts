import { isIPv4, isIPv6 } from "node:net";
import { asString, type Fields, isFields } from "../event.ts";

/**
 * The event as a sample that can be committed: account ids, keys, ids, names, addresses and the resource parts of ARNs
 * are replaced, equal values by equal values, and secrets are removed. Structure, keys, times, numbers, states and other
 * fixed words, regions and names of AWS services stay. Free text keeps its wording except for what is recognised in it.
 * Equal events give equal samples.
 */
export function sanitise(event: unknown): unknown {
  const source = (isFields(event) && asString(event.source)) || "";
  const sanitiser = new Sanitiser(!source || source.startsWith("aws."));
  // The first pass collects the names, so that the second finds them also in free text that comes before them.
  sanitiser.value(event);
  return sanitiser.value(event);
}

const removed = "(removed)";
const maxDepth = 100;

/** Keys of secrets, but not of their ARNs, ids or names. */
const secretKey =
  /(?:password|passwd|pwd|passphrase|passcode|secret|secretstring|secretbinary|secretaccesskey|token|privatekey|apikey|authorization|cookie|signature|plaintext|credentialvalue|connectionstring|userdata)$/;
/** Names of secrets in lists of names and values, of which environments and parameters consist. */
const secretName =
  /(?:(?:^|[^a-z])pass|(?:access|account|auth|encryption|master|private|shared|signing)[_-]?key|credentials?|dsn|salt|(?:database|db|mongo(?:db)?|redis|amqp|broker)[_-]?ur[il])$/i;
const nameOfPair = /(?:name|key|variable)$/;
const valueOfPair = /values?$/;

/** Secrets under any key: JSON web tokens, PEM blocks, tokens of known services, passwords in text and in addresses. */
const secret = new RegExp(
  [
    /\beyJ[\w-]{10,8000}\.[\w-]{10,8000}\.[\w-]*/,
    /-----BEGIN [A-Z ]+-----[\s\S]*/,
    // GitHub, GitLab, Slack, Stripe, npm, PyPI, OpenAI and others, Google, SendGrid, Hugging Face, DigitalOcean, Shopify.
    /\b(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-|xox[a-z]-|xapp-|[prs]k_(?:live|test)_|whsec_|npm_|pypi-)[\w-]{8,}/,
    /\b(?:sk-(?=[\w-]{0,60}\d)[\w-]{20,}|AIza[\w-]{30,}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,})/,
    /\b(?:hf_|dop_v1_|shp[a-z]{2}_)[\w-]{20,}/,
    /\b(?:Bearer|Basic) [\w.~+/=-]{8,}/,
    /(?<=:\/\/)[^\s:@/]{0,100}:[^\s@/]{1,200}(?=@)/,
    /--?[\w-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api-?key)\s+[^\s,;&]+/,
    // `secret:` after a colon is part of an ARN.
    /(?:password|passwd|passphrase|passcode|pwd|(?<!:)secret|token|(?:access|account|api|auth|private|shared)[_-]?key)["'\\]*\s*(?:[=:]|=>)\s*(?:\\?"[^"\\]*|'[^']*|[^\s,;&"'\\]+)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gi",
);
/** Random text of letters of both cases and digits, or of hexadecimal digits in upper case: AWS writes ids in lower case. */
const secretValue =
  /(?<![\w/+=-])(?:(?=[\w/+=]*[A-Z])(?=[\w/+=]*[a-z])(?=[\w/+=]*\d)(?:[A-Za-z0-9/+=]{40}|[A-Za-z0-9]{32})|(?=[A-F]*\d)(?=\d*[A-F])[A-F\d]{32,})(?![\w/+=-])/g;

/** Keys of fixed words, in lower case without separators. */
const fixedKey =
  /(?:state|status|type|kind|code|phase|result|outcome|action|severity|engine|categor(?:y|ies)|class|mode|level|format|protocol|direction|region|regions|zone|zones|time|timestamp|date|at|version|operator|unit|namespace|statistic|event|platform|architecture|partition|size|scope|operation|trigger|method|edition|priority|confidence|progress|runtime|lifecycle|disposition|verdict|tier|currency|locale|language|encoding|algorithm|frequency|availability|severitylabel)$|^(?:event|metric|region|engine|check|state|status|dimension|country)name$|(?:actions|codes|types|statuses|states)$|^(?:detailtype|eventname|eventsource|invokedby|useragent)$/;
/** Keys of names and ids, which may look like fixed words. */
const nameKey =
  /(?:name|names|id|ids|identifier|identifiers|arn|arns|user|owner|principal|bucket|key|cluster|group|groups|table|queue|topic|stream|function|repository|branch|alias|host|hostname|domain|email|address|path|uri|url|database|instance|volume|snapshot|subnet|vpc|tag|label|author|by|for)$/;

/** Published identifiers: an RDS event, a control, a vulnerability. */
const published = /^(?:RDS-EVENT-\d+|CVE-\d{4}-\d+|GHSA-[\w-]+|[A-Z][A-Za-z]*\d?\.\d{1,3})$/;
const isoTime = /^\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/;
const region = /^(?:us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-[a-z]+-\d[a-f]?$/;
const ofAws =
  /^securityhub-[\w-]+$|^(?:AWS(?: Internal$|$|[:/])|Amazon\b|aws\.|AWSServiceRoleFor|aws-service-role$)|^(?:[a-z\d-]+\.){0,3}(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.com)$/;
const states =
  /^(?:active|inactive|running|stopped|stopping|started|starting|pending|terminated|terminating|shutting-down|rebooting|available|unavailable|creating|created|deleting|deleted|updating|updated|modifying|modified|enabled|disabled|enabling|disabling|success|successful|succeeded|failed|failure|failing|error|complete|completed|incomplete|cancell?ed|cancelling|in-progress|inprogress|attached|detached|attaching|detaching|healthy|unhealthy|ok|alarm|insufficient_data|critical|high|medium|low|info|informational|warning|true|false|yes|no|none|null|unknown|default|open|closed|resolved|new|old|up|down|online|offline|root|all|public|private|internal|external|inbound|outbound|allow|deny|allowed|denied|create|update|delete|insert|modify|remove|add|start|stop|finished|queued|waiting|paused|expired|expiring|revoked|issued|valid|invalid|passed|compliant|noncompliant|user|service|system|aws|amazon|read|write|standard|fargate|ec2|spot|on-demand)$/i;

/** Words in ARNs and paths that name a kind of thing rather than a thing. */
const structural =
  /^(?:aws|app|net|gwy|gateway|lambda|role|user|group|policy|assumed-role|federated-user|instance-profile|service-role|aws-service-role|service|family|task|task-definition|container-instance|capacity-provider|cluster|nodegroup|instance|volume|snapshot|image|vpc|subnet|security-group|network-interface|vpn-connection|loadbalancer|targetgroup|listener|function|layer|table|index|stream|log-group|log-stream|db|secret|parameter|key|alias|stack|stackset|changeSet|domain|project|build|pipeline|execution|stateMachine|express|job|job-queue|job-definition|compute-environment|trail|rule|event-bus|detector|finding|findings|filter|distribution|hostedzone|healthcheck|certificate|server|repository|repo|branch|restapis|stages|autoScalingGroup|autoScalingGroupName|recovery-point|backup-vault|workgroup|catalog|crawler|database|environment|application|applicationversion|configurationtemplate|root|rds|ou|account|hub|product|subscription|control|v|sha256|AWSLogs|vpcflowlogs|vpcdnsquerylogs|CloudTrail|elasticloadbalancing)$/;

const arn = /\barn:aws[\w-]*:[\w-]*:[\w-]*:[\w-]*:[^\s"'<>,;)\]}]+/;
const awsId = /\b[a-z]{1,12}-(?:[\da-f]{17}|[\da-f]{8})(?![\da-zA-Z])/;

/** What is recognised anywhere in a text. The first alternative that matches wins. */
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

/** Numbers the values of each kind from 1, in order of appearance. */
class Numbers {
  private readonly byKind = new Map<string, Map<string, number>>();

  of(kind: string, value: string): number {
    const numbers = this.byKind.get(kind) ?? new Map<string, number>();
    this.byKind.set(kind, numbers);
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    return number;
  }
}

/** `length` characters: the repeated `pattern`, its end replaced by the number. */
function padded(pattern: string, number: number, length: number, base = 10): string {
  const digits = number.toString(base);
  return pattern.repeat(Math.ceil(length / pattern.length)).slice(0, Math.max(0, length - digits.length)) + digits;
}

/** Replaces ids and addresses, by the kinds of `recognised`. */
class Ids {
  private readonly numbers = new Numbers();
  private readonly byKind: Readonly<Record<string, (value: string) => string>> = {
    email: (value) => `user${this.numbers.of("email", value.toLowerCase())}@example.com`,
    uuid: (value) => `00000000-0000-4000-8000-${padded("0", this.numbers.of("uuid", value.toLowerCase()), 12)}`,
    mac: (value) => `00:00:5e:00:53:${padded("0", this.numbers.of("mac", value.toLowerCase()) % 256, 2, 16)}`,
    ipv6: (value) => this.ipv6(value),
    ipv4: (value) => this.ipv4(value),
    dashedIp: (value) => {
      const [prefix, ...parts] = value.split("-");
      return `${prefix}-${this.ipv4(parts.join(".")).replaceAll(".", "-")}`;
    },
    accessKey: (value) => {
      const prefix = value.slice(0, 4);
      return `${prefix}${padded("EXAMPLE", this.numbers.of("accessKey", value) + 1000, value.length - 4)}`;
    },
    awsId: (value) => {
      const dash = value.lastIndexOf("-");
      return `${value.slice(0, dash + 1)}${this.hex(value.slice(dash + 1))}`;
    },
    hex: (value) => this.hex(value),
    phone: (value) => `+1555555${padded("0", this.numbers.of("phone", value), 4)}`,
    account: (value) => this.account(value),
  };

  replace(kind: string, value: string): string {
    return this.byKind[kind]?.(value) ?? value;
  }

  account(id: string): string {
    const number = this.numbers.of("account", id);
    return accounts[number - 1] ?? padded("0", number, 12);
  }

  url(value: string): string {
    return `https://example.com/${this.numbers.of("url", value)}`;
  }

  private ipv4(address: string): string {
    if (!isIPv4(address) || /^(?:0\.0\.0\.0|127\.|255\.255\.255\.255|169\.254\.169\.25)/.test(address)) return address;
    const number = this.numbers.of("ipv4", address) - 1;
    const block = ["198.51.100", "203.0.113", "192.0.2"][Math.floor(number / 254)];
    return block ? `${block}.${(number % 254) + 1}` : `198.18.${(number >> 8) & 255}.${number & 255}`;
  }

  private ipv6(address: string): string {
    if (!isIPv6(address) || address === "::" || address === "::1") return address;
    return `2001:db8::${this.numbers.of("ipv6", address.toLowerCase()).toString(16)}`;
  }

  private hex(value: string): string {
    return padded("0a1b2c3d4e5f6789", this.numbers.of("hex", value) + 0x1000, value.length, 16);
  }
}

/** Replaces names, and remembers them in order to find them in free text. */
class Names {
  private readonly numbers = new Numbers();
  private readonly replacements = new Map<string, string>();
  /** Matches the names known when it was compiled. */
  private pattern: RegExp | undefined;
  private patternSize = 0;

  replace(name: string, kind: string): string {
    const known = this.replacements.get(name);
    if (known) return known;
    const replacement = `${kind}-${this.numbers.of(kind, name)}`;
    this.replacements.set(name, replacement);
    return replacement;
  }

  replaceIn(text: string): string {
    if (this.patternSize !== this.replacements.size) {
      this.patternSize = this.replacements.size;
      this.pattern = patternOf([...this.replacements.keys()].filter((name) => name.length > 3));
    }
    return this.pattern ? text.replace(this.pattern, (name) => this.replacements.get(name) ?? name) : text;
  }
}

/** Matches any of the names as whole words, longer ones first. */
function patternOf(names: readonly string[]): RegExp | undefined {
  if (names.length === 0) return undefined;
  const escaped = names.toSorted((a, b) => b.length - a.length).map((name) => name.replace(/[^\w\s]/g, "\\$&"));
  return new RegExp(`(?<![A-Za-z\\d])(?:${escaped.join("|")})(?![A-Za-z\\d])`, "g");
}

class Sanitiser {
  /** AWS wrote the event's texts. Free text of anyone else is replaced too. */
  private readonly isFromAws: boolean;
  private readonly ids = new Ids();
  private readonly names = new Names();

  constructor(isFromAws: boolean) {
    this.isFromAws = isFromAws;
  }

  /** @param isSecret the value is inside a field that holds a secret */
  value(value: unknown, path: readonly string[] = [], depth = 0, isSecret = false): unknown {
    if (depth > maxDepth) return removed;
    if (typeof value === "string") return isSecret && value ? removed : this.text(value, path);
    if (typeof value === "number") return isSecret ? 0 : this.number(value, path);
    if (Array.isArray(value)) return value.map((item) => this.value(item, path, depth + 1, isSecret));
    if (!isFields(value)) return value;
    const isInTags = /^tags?$/.test(normalizedKey(path.at(-1) ?? ""));
    const isSecretPair = namesSecret(value);
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        isInTags && !/^(?:key|value|name|aws:.*)$/i.test(key) ? this.names.replace(key, "tag") : this.recognise(key),
        this.value(
          inner,
          [...path, key],
          depth + 1,
          isSecret || isSecretField(key, inner) || (isSecretPair && valueOfPair.test(normalizedKey(key))),
        ),
      ]),
    );
  }

  private number(value: number, path: readonly string[]): number {
    const isAccount = Number.isInteger(value) && value >= 1e11 && value < 1e12 && /account/i.test(path.at(-1) ?? "");
    return isAccount ? Number(this.ids.account(String(value))) : value;
  }

  private text(value: string, path: readonly string[]): string {
    const key = keyOf(path);
    if (path.length === 1 && key === "source")
      return value.replace(/(?<=^aws\.partner\/[^/]+\/).+/, (rest) => this.segments(rest, "partner"));
    if (path.length === 1 && /^(?:detailtype|version|time|region)$/.test(key)) return value;
    if (isNumeric(value, key)) return value;
    if (secretKey.test(key) || value === removed) return removed;
    const withoutSecrets = nameKey.test(key) ? value : value.replace(secret, removed).replace(secretValue, removed);
    if (withoutSecrets !== value) return this.prose(withoutSecrets);
    if (region.test(value) || ofAws.test(value) || published.test(value)) return value;
    const embedded = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    if (embedded) return JSON.stringify(this.value(embedded, path, path.length));
    if (key === "useragent") return "aws-sdk";
    return this.wordsOrName(value, key, path);
  }

  /** Text that is a fixed word, prose or a name. */
  private wordsOrName(value: string, key: string, path: readonly string[]): string {
    const isInTags = path.some((part) => /^tags?(?:set|list)?$/.test(normalizedKey(part)));
    const isName = nameKey.test(key);
    const kind = isInTags && !/^(?:key|value)$/.test(key) ? "value" : kindOf(path);
    if (!isInTags && fixedKey.test(key) && value.length <= 100) return this.recognise(value);
    if (/\s/.test(value) && (this.isFromAws || !isName)) {
      return this.isFromAws && !isInTags && !isName ? this.prose(value) : this.names.replace(value, kind);
    }
    const isFixedWord = states.test(value) || /^[A-Z][A-Z\d]*(?:[_-][A-Z\d]+)*$/.test(value);
    return isFixedWord && !isInTags && !isName ? this.recognise(value) : this.segments(value, kind);
  }

  /** Free text: only what is recognised in it is replaced. */
  private prose(text: string): string {
    return this.recognise(text, (rest) => this.names.replaceIn(rest));
  }

  /** A path, or names joined by colons or commas, name by name. */
  private segments(text: string, kind: string): string {
    const sanitised = (rest: string): string =>
      rest.replace(/[^\s:/,;|]+/g, (segment) => (isFixed(segment) ? segment : this.names.replace(segment, kind)));
    return this.recognise(text, sanitised, true);
  }

  /**
   * Replaces what is recognised in `text`, and applies `between` to the rest.
   * @param isName ids are not looked for inside a segment of the text
   */
  private recognise(text: string, between: (rest: string) => string = (rest) => rest, isName = false): string {
    let result = "";
    let end = 0;
    for (const match of text.matchAll(recognised)) {
      const [kind, value] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
      if (kind === undefined || value === undefined) continue;
      if (isName && !certain.has(kind) && isWithin(text, match.index, value.length)) continue;
      result += between(text.slice(end, match.index)) + this.replacement(kind, value);
      end = match.index + value.length;
    }
    return result + between(text.slice(end));
  }

  private replacement(kind: string, value: string): string {
    if (kind === "url") return this.webAddress(value);
    return kind === "arn" ? this.resourceName(value) : this.ids.replace(kind, value);
  }

  /** Addresses of AWS's documentation stay. Any other address may hold a key, so nothing of it stays. */
  private webAddress(value: string): string {
    const [, scheme = "", host = "", path = ""] = /^(https?:\/\/)([^/?#]+)([^?#]*)/.exec(value) ?? [];
    if (host === "docs.aws.amazon.com") return value;
    if (ofAws.test(host)) return `${scheme}${host}${this.segments(path, "path")}`;
    if (host.endsWith(".amazonaws.com")) return `${scheme}${this.hostName(host)}${this.segments(path, "path")}`;
    return this.ids.url(value);
  }

  private hostName(host: string): string {
    const isFixedLabel = (label: string): boolean =>
      (/^(?:amazonaws|com|cn|[a-z\d]{2,16})$/.test(label) && host.indexOf(label) > 0) || region.test(label);
    return host
      .split(".")
      .map((label) => (isFixedLabel(label) ? label : this.segments(label, "host")))
      .join(".");
  }

  private resourceName(value: string): string {
    const [start, partition, service = "", location, owner = "", ...rest] = value.split(":");
    // AWS's own policies; below, its products and standards.
    if (owner === "aws") return value;
    const resource = rest.join(":");
    if (service === "securityhub" && !owner) return value.slice(0, -resource.length) + this.recognise(resource);
    const type = /^(?:s3|sns|sqs)$/.test(service) ? undefined : /^[A-Za-z][\w-]*(?=[:/])/.exec(resource)?.[0];
    const name = type
      ? type + this.segments(resource.slice(type.length), type === "assumed-role" ? "role" : type)
      : this.segments(resource, service === "s3" ? "bucket" : service || "resource");
    const account = /^\d{12}$/.test(owner) ? this.ids.account(owner) : owner;
    return [start, partition, service, location, account, name].join(":");
  }
}

/** The last key of a path, normalized. `{"state": {"name": "running"}}` holds a state, not a name. */
function keyOf(path: readonly string[]): string {
  const name = (path.at(-1) ?? "").replace(/^.*\//, "");
  const parent = normalizedKey(path.at(-2) ?? "");
  const isPartOfState = /^(?:name|value|label)$/i.test(name) && /(?:state|status|severity)$/.test(parent);
  return normalizedKey(isPartOfState ? parent : name);
}

/** What the thing at such a path is called: `bucket` for `bucketName` and for `bucket.name`. */
function kindOf(path: readonly string[]): string {
  const kinds = path.slice(-2).map((key) =>
    key
      .replace(/([a-z\d])([A-Z])/g, "$1-$2")
      .toLowerCase()
      .replace(/[^a-z]+/g, "-")
      .replace(/^-|-?(?:names?|ids?|identifiers?|arns?)?-?$/g, "")
      .replace(/(?<=[^su])s$/, ""),
  );
  const kind = kinds.at(-1) || kinds.at(-2) || "name";
  return kind === "detail" || kind.length > 30 ? "name" : kind;
}

/** Blank, a time, a number or a version. */
const isNumeric = (value: string, key: string): boolean =>
  !value.trim() ||
  isoTime.test(value) ||
  (/^[-$]?[\d.,]{1,11}%?$/.test(value) && !isIPv4(value)) ||
  // Four numbers are an address or a version.
  (/version$/.test(key) && isIPv4(value));

/** A segment that names a kind of thing, a region, a service or a number. */
const isFixed = (segment: string): boolean =>
  structural.test(segment) ||
  region.test(segment) ||
  ofAws.test(segment) ||
  /^(?:[\d.]{1,11}|[*$()#=@\-_?&[\]{}]*)$/.test(segment) ||
  /^\$LATEST$/.test(segment);

const isSecretField = (key: string, value: unknown): boolean =>
  (secretKey.test(normalizedKey(key)) || /(?:^|[^a-z])pass$/i.test(key)) && typeof value !== "boolean";

/** Whether an object names a secret, as `{"Name": "DB_PASSWORD", "Value": …}` does. */
const namesSecret = (fields: Fields): boolean =>
  Object.entries(fields).some(
    ([key, name]) =>
      typeof name === "string" &&
      nameOfPair.test(normalizedKey(key)) &&
      (secretKey.test(normalizedKey(name)) || secretName.test(name)),
  );

/** Kinds that cannot be part of a name by chance. */
const certain = new Set(["url", "arn", "email"]);

/** Whether the match is only part of a name: `6e62` of `admin_6e62`. */
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

const normalizedKey = (key: string): string => key.toLowerCase().replace(/[^a-z\d]/g, "");
