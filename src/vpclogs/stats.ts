/** Counts of what was read of a file and what was left out, with the reasons. */
export interface LogStats {
  /** The file's format, by its bytes. */
  format: "gzip" | "plain" | "parquet" | "empty";
  /** Bytes of text, inflated. */
  bytes: number;
  /** Lines, including headers and blank lines. */
  lines: number;
  records: number;
  headers: number;
  blank: number;
  /** Records of a Transit Gateway. */
  gateway: number;
  /** NODATA records: no traffic, which is normal. */
  noData: number;
  /** SKIPDATA records: AWS lost records. */
  skipData: number;
  /** Lines that could not be read, by reason. */
  malformed: Record<string, number>;
  /** Findings that were impossible in the file, or below one of its headers, and the columns that were missing. */
  notLookedFor: Record<string, readonly string[]>;
  /** The limits that were reached: counts of these keys are lower bounds. */
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
