/** An IP address as a number, and how many bits it has: 32 or 128. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A block of addresses, such as 10.0.0.0/8. */
export interface Block extends Address {
  readonly maskBits: number;
}

/**
 * The address in a text, if it is one. As in AWS's engine, numbers with leading zeros are decimal, an IPv6 address cannot
 * end in an IPv4 one, and an IPv4-mapped IPv6 address (::ffff:a00:1) is the IPv4 address.
 */
export function parseAddress(text: string): Address | undefined {
  if (/^\d+(?:\.\d+){3}$/.test(text)) {
    const value = number(text.split("."), /^0*\d{1,3}$/, 255, 8n, "");
    return value === undefined ? undefined : { bits: 32, value };
  }
  if (!/^[\da-fA-F:]*:[\da-fA-F:]*$/.test(text)) return undefined;
  const [head = "", rest, ...more] = text.split("::");
  const groups = head ? head.split(":") : [];
  if (more.length > 0) return undefined;
  if (rest !== undefined) {
    const after = rest ? rest.split(":") : [];
    const missing = 8 - groups.length - after.length;
    if (missing < 1) return undefined;
    groups.push(...Array<string>(missing).fill("0"), ...after);
  }
  const value = groups.length === 8 ? number(groups, /^[\da-fA-F]{1,4}$/, 0xffff, 16n, "0x") : undefined;
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** Groups of digits as one number, or `undefined` where a group is malformed or too large. */
function number(groups: string[], form: RegExp, max: number, bits: bigint, base: "" | "0x"): bigint | undefined {
  let value = 0n;
  for (const group of groups) {
    const part = form.test(group) ? Number(base + group) : Number.NaN;
    if (!(part <= max)) return undefined;
    value = (value << bits) | BigInt(part);
  }
  return value;
}

/** The block in CIDR notation in a text, if it is one. As in AWS's engine, a mask of all bits is invalid. */
export function parseBlock(text: string): Block | undefined {
  const [, start = "", mask = ""] = /^([^/]+)\/\+?(\d{1,9})\/*$/.exec(text) ?? [];
  const address = parseAddress(start);
  const maskBits = Number(mask || Number.NaN);
  return address && maskBits < address.bits ? { ...address, maskBits } : undefined;
}

export function contains(block: Block, text: string): boolean {
  const address = parseAddress(text);
  const shift = BigInt(block.bits - block.maskBits);
  return address?.bits === block.bits && address.value >> shift === block.value >> shift;
}

export const sameAddress = (one: Address, text: string): boolean => contains({ ...one, maskBits: one.bits }, text);
