/** What was read of a file, and what was left out and why. */
export interface LogStats {
  /** How the file was written, as its bytes show. */
  format: "gzip" | "plain" | "parquet" | "empty";
  /** Bytes of text, inflated. */
  bytes: number;
  /** Lines, headers and blank ones included. */
  lines: number;
  records: number;
  headers: number;
  blank: number;
  /** Records of Transit Gateway. */
  gateway: number;
  /** Records that say that nothing was seen, which is normal. */
  noData: number;
  /** Records that say that AWS lost some. */
  skipData: number;
  /** Lines that could not be read, by reason. */
  malformed: Record<string, number>;
  /** Findings that were not looked for, in all of the file or under one of its headers, and the columns they lack. */
  notLookedFor: Record<string, readonly string[]>;
  /** What held more distinct keys than are counted: what is said of it is a lower bound. */
  limits: string[];
}

export const newStats = (): LogStats => ({
  format: "plain",
  bytes: 0,
  lines: 0,
  records: 0,
  headers: 0,
  blank: 0,
  gateway: 0,
  noData: 0,
  skipData: 0,
  malformed: {},
  notLookedFor: {},
  limits: [],
});

export function countMalformed(stats: LogStats, reason: string): void {
  stats.malformed[reason] = (stats.malformed[reason] ?? 0) + 1;
}

export const malformedLines = (stats: LogStats): number =>
  Object.values(stats.malformed).reduce((sum, lines) => sum + lines, 0);
