/** Longer lines, in bytes, are not log lines: this limits the memory of an unfinished line. */
export const maxLineBytes = 64 * 1024;

const lineFeed = 10;

/**
 * Splits a stream into blocks of whole lines, whatever its chunks. Each block ends with a line feed: a line that spans
 * chunks is joined, and a last line without a line feed gets one. A line longer than {@link maxLineBytes} is left out,
 * and `tooLong` is called for it. A block is valid until the next one is requested: most are views of their chunk.
 */
export async function* blocks(chunks: AsyncIterable<Uint8Array>, tooLong: () => void): AsyncGenerator<Uint8Array> {
  const unfinished = new UnfinishedLine(tooLong);
  for await (const chunk of chunks) {
    let from = 0;
    if (!unfinished.isEmpty) {
      const end = chunk.indexOf(lineFeed);
      unfinished.add(end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) continue;
      from = end + 1;
      const line = unfinished.finish();
      if (line) yield line;
    }
    const end = chunk.lastIndexOf(lineFeed) + 1;
    // A line that is too long has no line feed within maxLineBytes, nor in the byte after them.
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
    if (end < chunk.length || end === 0) unfinished.add(chunk.subarray(Math.max(from, end)));
  }
  const line = unfinished.isEmpty ? undefined : unfinished.finish();
  if (line) yield line;
}

/** The line at the end of the chunks so far, as long as its line feed has not come. */
class UnfinishedLine {
  /** Copies of the parts; none of a line that is too long. */
  private parts: Uint8Array[] = [];
  private bytes = 0;
  private readonly tooLong: () => void;

  constructor(tooLong: () => void) {
    this.tooLong = tooLong;
  }

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  add(part: Uint8Array): void {
    const wasTooLong = this.bytes > maxLineBytes;
    this.bytes += part.length;
    if (this.bytes <= maxLineBytes) this.parts.push(new Uint8Array(part));
    else this.parts = [];
    if (this.bytes > maxLineBytes && !wasTooLong) this.tooLong();
  }

  /** The line with a line feed, unless it is too long; the next line begins empty. */
  finish(): Uint8Array | undefined {
    const line = this.bytes <= maxLineBytes ? joined([...this.parts, Uint8Array.of(lineFeed)]) : undefined;
    this.parts = [];
    this.bytes = 0;
    return line;
  }
}

/**
 * Splits a block into smaller ones of whole lines, to decode one at a time: to V8 a string of more than 128 kB is a large
 * object, which it frees late.
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
