import { first, type Read } from "./fields.ts";

/**
 * The address of a page of the AWS console in the region's partition: commercial, China (`cn-`) or GovCloud
 * (`us-gov-`). `page` is such as `ec2/home`; `fragment` begins with `#` or `?`.
 */
export function consoleLink(region: string, page: string, fragment = ""): string {
  const host = region.startsWith("cn-")
    ? "console.amazonaws.cn"
    : region.startsWith("us-gov-")
      ? "console.amazonaws-us-gov.com"
      : "console.aws.amazon.com";
  return encodeURI(`https://${region}.${host}/${page}?region=${region}${fragment}`.toWellFormed());
}

/**
 * The address of a page about one thing, for a row: `linkTo("lambda/home#/functions/{}", name)`. Each `{}` is filled by
 * the next of `parts`; where one is missing, there is no link.
 */
export function linkTo(template: string, ...parts: readonly (string | Read)[]): Read {
  const reads = parts.map((part) => first(part));
  return (event) => {
    const values = reads.map((read) => read(event));
    if (values.includes(undefined)) return undefined;
    const [page = "", ...fragment] = template.replace(/\{\}/g, () => values.shift() ?? "").split("#");
    return consoleLink(event.region, page, fragment.length > 0 ? `#${fragment.join("#")}` : "");
  };
}
