/** Where an address is, as far as findings distinguish it. */
export const scopes = { none: 0, inside: 1, internet: 2, other: 3 } as const;
export type Scope = (typeof scopes)[keyof typeof scopes];

/** The IPv4 address in `bytes` from `start` to before `end` as an unsigned integer, or -1. */
export function ipv4(bytes: Uint8Array, start: number, end: number): number {
  let address = 0;
  let octet = 0;
  let digits = 0;
  let octets = 1;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit >= 0 && digit <= 9) {
      octet = octet * 10 + digit;
      if (++digits > 3 || octet > 255) return -1;
    } else {
      if (digit !== -2 || digits === 0 || ++octets > 4) return -1;
      address = address * 256 + octet;
      octet = 0;
      digits = 0;
    }
  }
  return octets === 4 && digits > 0 ? address * 256 + octet : -1;
}

/**
 * The scope of an IPv4 address as a 32-bit integer: `inside` for RFC 1918 and for RFC 6598's shared space, `other` for
 * addresses that are not routed (this network, loopback, link-local, multicast, broadcast), else `internet`.
 */
export function scopeOf4(address: number): Scope {
  const first = address >>> 24;
  const second = (address >>> 16) & 255;
  switch (first) {
    case 10:
      return scopes.inside;
    case 172:
      return (second & 0xf0) === 16 ? scopes.inside : scopes.internet;
    case 192:
      return second === 168 ? scopes.inside : scopes.internet;
    case 100:
      return (second & 0xc0) === 64 ? scopes.inside : scopes.internet;
    case 169:
      return second === 254 ? scopes.other : scopes.internet;
    case 0:
    case 127:
      return scopes.other;
    default:
      return first >= 224 ? scopes.other : scopes.internet;
  }
}

/**
 * The scope of the IPv6 address in `bytes` from `start` to before `end`: `inside` for unique local addresses, `internet`
 * for global unicast, which includes the addresses of a VPC; `none` for other text.
 */
export function scopeOf6(bytes: Uint8Array, start: number, end: number): Scope {
  let colon = start;
  while (colon < end && bytes[colon] !== 58) if (!isHex(bytes[colon++] as number)) return scopes.none;
  if (colon === end || colon - start > 4) return scopes.none;
  const first = bytes[start];
  if (first === 102 && (bytes[start + 1] === 99 || bytes[start + 1] === 100)) return scopes.inside;
  return colon - start === 4 && (first === 50 || first === 51) ? scopes.internet : scopes.other;
}

const isHex = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70);

/** An IPv4 address in dotted notation. */
export const text4 = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
