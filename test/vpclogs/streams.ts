/** A file's bytes as a stream, in chunks that end at the positions `cuts`. */
export async function* stream(content: string | Uint8Array, cuts: readonly number[] = []): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  let from = 0;
  for (const cut of [...cuts].sort((one, other) => one - other)) {
    const end = Math.min(Math.max(cut, from), bytes.length);
    yield bytes.subarray(from, end);
    from = end;
  }
  yield bytes.subarray(from);
}

export async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const v2 =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
export const v5 = `${v2} vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path`;

export interface Flow {
  readonly id?: string;
  readonly from: string;
  readonly to: string;
  readonly ports: readonly [number, number];
  readonly protocol?: number;
  readonly packets?: number;
  readonly action?: string;
}

/** A line of version 2. */
export const flow = ({ id = "eni-0a", from, to, ports, protocol = 6, packets = 1, action = "ACCEPT" }: Flow): string =>
  `2 123456789012 ${id} ${from} ${to} ${ports[0]} ${ports[1]} ${protocol} ${packets} ${packets * 44} 1700000000 1700000060 ${action} OK`;

export const times = <Item>(count: number, make: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => make(at));
