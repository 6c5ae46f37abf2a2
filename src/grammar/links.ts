import { first, type Read } from "./fields.ts";

/**
 * The URL of a page in the AWS console of the region's partition: commercial, China (`cn-`) or GovCloud (`us-gov-`).
 * `page` is a path such as `ec2/home`; `fragment` begins with `#` or `?`.
 */
export function consoleLink(region: string, page: string, fragment = ""): string {
  // Any other region would put a host of its own choice into the link.
  if (!/^[a-z\d-]{1,40}$/.test(region)) return encoded(`https://console.aws.amazon.com/${page}${fragment}`);
  const host = region.startsWith("cn-")
    ? "console.amazonaws.cn"
    : region.startsWith("us-gov-")
      ? "console.amazonaws-us-gov.com"
      : "console.aws.amazon.com";
  return encoded(`https://${region}.${host}/${page}?region=${region}${fragment}`);
}

const encoded = (url: string): string => encodeURI(url.toWellFormed()).replaceAll("'", "%27");

/**
 * The URL of a page about one thing, for a row of `states`: `linkTo("lambda/home#/functions/{}", name)`. Each `{}` is
 * replaced by the next of `parts`; if one is missing, there is no link.
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
