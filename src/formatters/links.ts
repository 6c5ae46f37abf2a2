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
  return `https://${region}.${host}/${page}?region=${region}${encodeURI(fragment)}`;
}
