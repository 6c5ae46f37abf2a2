import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { isFields } from "../event.ts";

export const root = path.resolve(import.meta.dirname, "../..");

export type TemplateName = "template.yaml" | "athena.yaml";
export type ParameterValues = Readonly<Record<string, string>>;

export interface Parameter {
  readonly Default?: string | number;
  readonly NoEcho?: boolean;
  readonly AllowedPattern?: string;
  readonly Description: string;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

const intrinsics = ["Ref", "Sub", "GetAtt", "If", "Not", "And", "Or", "Equals", "Condition", "Join", "Select", "Split"];

/** Parses a template, with short forms such as `!Ref X` expanded to `{ Ref: "X" }`. */
export function parseTemplate(text: string): Record<string, unknown> {
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

/** Reads a template of this project; see `parseTemplate`. */
export const readTemplate = (file: TemplateName = "template.yaml"): Record<string, unknown> =>
  parseTemplate(readFileSync(path.join(root, file), "utf8"));

export const readParameters = (file: TemplateName = "template.yaml"): Readonly<Record<string, Parameter>> =>
  readTemplate(file).Parameters as Record<string, Parameter>;

const pseudoParameters = {
  "AWS::AccountId": "111122223333",
  "AWS::Region": "eu-west-1",
  "AWS::Partition": "aws",
  "AWS::StackName": "AWS-Events2Panther",
};

/** An ARN as CloudFormation gives it to the function's role, for tests and documents. */
export const sampleRoleArn =
  "arn:aws:iam::111122223333:role/AWS-Events2Panther-Events2PantherFunctionRole-1A2B3C4D5E6F";

/**
 * The resources of a template as CloudFormation deploys them with these parameter values, with conditions and intrinsic
 * functions evaluated. `Ref` to a resource gives its logical name, `GetAtt` the names joined by a dot, and the function's
 * role has the ARN `sampleRoleArn`.
 */
export function deployedResources(file: TemplateName, values: ParameterValues = {}): Record<string, Resource> {
  const template = readTemplate(file);
  const defaults = Object.entries(readParameters(file)).map(([name, { Default }]) => [name, Default]);
  const evaluate = evaluator(template.Conditions as Record<string, unknown>, {
    ...pseudoParameters,
    ...Object.fromEntries(defaults),
    ...values,
  });
  const resources = Object.entries(template.Resources as Record<string, Resource & { Condition?: string }>);
  return Object.fromEntries(
    resources
      .filter(([, { Condition }]) => !Condition || evaluate({ Condition }))
      .map(([name, { Type, Properties }]) => [name, { Type, Properties: evaluate(Properties) as typeof Properties }]),
  );
}

function evaluator(conditions: Record<string, unknown>, values: Record<string, unknown>): (value: unknown) => unknown {
  const reference = (name: string): unknown => (name === "AWS::NoValue" ? undefined : (values[name] ?? name));
  const list = (value: unknown): unknown[] => evaluate(value) as unknown[];
  const functions: Record<string, (argument: never) => unknown> = {
    Ref: reference,
    Condition: (name: string) => evaluate(conditions[name]) === true,
    "Fn::GetAtt": ([resource, attribute]: string[]) =>
      resource === "Events2PantherFunctionRole" ? sampleRoleArn : `${resource}.${attribute}`,
    "Fn::Sub": (argument: string | [string, Record<string, unknown>]) => {
      const [text, variables] = typeof argument === "string" ? [argument, {}] : argument;
      return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal, name) =>
        literal ? `\${${name}}` : String(name in variables ? evaluate(variables[name]) : reference(name)),
      );
    },
    "Fn::If": ([condition, yes, no]: [string, unknown, unknown]) =>
      evaluate(evaluate({ Condition: condition }) ? yes : no),
    "Fn::Equals": (pair: unknown) => {
      const [left, right] = list(pair);
      return String(left) === String(right);
    },
    "Fn::Not": (argument: unknown) => !list(argument)[0],
    "Fn::And": (argument: unknown) => list(argument).every(Boolean),
    "Fn::Or": (argument: unknown) => list(argument).some(Boolean),
    "Fn::Select": ([index, items]: [number, unknown]) => list(items)[index],
    "Fn::Join": ([separator, parts]: [string, unknown]) => list(parts).join(separator),
    "Fn::Split": ([separator, text]: [string, unknown]) => String(evaluate(text)).split(separator),
  };
  function evaluate(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== undefined);
    if (!isFields(value)) return value;
    const entries = Object.entries(value);
    const [[name, argument] = ["", undefined]] = entries;
    const intrinsic = entries.length === 1 ? functions[name] : undefined;
    if (intrinsic) return intrinsic(argument as never);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, evaluate(item)]).filter(([, item]) => item !== undefined),
    );
  }
  return evaluate;
}

/** The patterns of the rules in template.yaml that invoke the function, by name without the stack's name. */
export function rulePatterns(values: ParameterValues = { VpcLogsBucket: "acme-logs" }): Record<string, unknown> {
  const resources = deployedResources("template.yaml", values);
  const events = resources.Events2PantherFunction?.Properties.Events as Record<string, Resource>;
  const eventRules = Object.values(events)
    .filter(({ Type }) => Type === "EventBridgeRule")
    .map(({ Properties }) => [Properties.RuleName, Properties.Pattern]);
  const separateRules = Object.values(resources)
    .filter(({ Type }) => Type === "AWS::Events::Rule")
    .map(({ Properties }) => [Properties.Name, Properties.EventPattern]);
  const shortName = (name: unknown): string => String(name).replace(`${pseudoParameters["AWS::StackName"]}-`, "");
  return Object.fromEntries([...eventRules, ...separateRules].map(([name, pattern]) => [shortName(name), pattern]));
}
