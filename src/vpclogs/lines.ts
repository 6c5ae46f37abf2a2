/** Lines longer than this, in bytes, are no log lines: what is held of an unfinished line stays within bounds. */
export const maxLineBytes = 64 * 1024;

const lineFeed = 10;

/**
 * Cuts a stream into blocks of whole lines, whatever its chunks: the last byte of each block is a line feed, a line
 * that spans chunks is joined, a last line without its line feed gets one. A line longer than {@link maxLineBytes} is
 * left out, and `tooLong` called for it. Most blocks are views of their chunk: read them before the next one.
 */
export async function* blocks(chunks: AsyncIterable<Uint8Array>, tooLong: () => void): AsyncGenerator<Uint8Array> {
  /** The line that the chunks so far left unfinished; of a line too long, its length only. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  const hold = (piece: Uint8Array): void => {
    const before = heldBytes;
    heldBytes += piece.length;
    if (heldBytes <= maxLineBytes) held.push(new Uint8Array(piece));
    else held = [];
    if (heldBytes > maxLineBytes && before <= maxLineBytes) tooLong();
  };
  const release = (): Uint8Array | undefined => {
    const line = heldBytes <= maxLineBytes ? joined([...held, Uint8Array.of(lineFeed)]) : undefined;
    held = [];
    heldBytes = 0;
    return line;
  };

  for await (const chunk of chunks) {
    let from = 0;
    if (heldBytes > 0) {
      const end = chunk.indexOf(lineFeed);
      hold(end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) continue;
      from = end + 1;
      const line = release();
      if (line) yield line;
    }
    const end = chunk.lastIndexOf(lineFeed) + 1;
    // A line too long has no line feed within its first bytes, nor in the byte after them.
    for (let start = from, at = from; at < end; ) {
      const last = chunk.lastIndexOf(lineFeed, Math.min(at + maxLineBytes, end - 1));
      if (last >= at) {
        at = last + 1;
        if (at === end) yield chunk.subarray(start, end);
        continue;
      }
      if (at > start) yield chunk.subarray(start, at);
      tooLong();
      start = at = chunk.indexOf(lineFeed, at) + 1;
    }
    if (end < chunk.length || end === 0) hold(chunk.subarray(Math.max(from, end)));
  }
  const line = heldBytes > 0 ? release() : undefined;
  if (line) yield line;
}

/**
 * Cuts a block into smaller ones of whole lines, to be decoded one by one: a text of over 128 kB is a large object to
 * V8, which frees it late.
 */
export function* pieces(block: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < block.length; ) {
    const end = block.lastIndexOf(lineFeed, Math.min(start + maxLineBytes, block.length - 1)) + 1;
    yield block.subarray(start, end);
    start = end;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
