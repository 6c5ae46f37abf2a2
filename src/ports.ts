/** The service on a port, as a sentence names it, and the severity if the internet can reach it. */
export interface SensitivePort {
  readonly name: string;
  readonly severity: 3 | 4;
}

/** Ports that the internet should not reach: remote access, databases, caches and search. */
export const sensitivePorts: ReadonlyMap<number, SensitivePort> = new Map([
  [22, { name: "SSH", severity: 3 }],
  [23, { name: "Telnet", severity: 4 }],
  [445, { name: "SMB", severity: 4 }],
  [1433, { name: "SQL Server", severity: 4 }],
  [1521, { name: "Oracle", severity: 4 }],
  [2375, { name: "the Docker API", severity: 4 }],
  [3306, { name: "MySQL", severity: 4 }],
  [3389, { name: "RDP", severity: 3 }],
  [5432, { name: "PostgreSQL", severity: 4 }],
  [5439, { name: "Redshift", severity: 4 }],
  [5900, { name: "VNC", severity: 3 }],
  [6379, { name: "Redis", severity: 4 }],
  [9042, { name: "Cassandra", severity: 4 }],
  [9200, { name: "Elasticsearch", severity: 4 }],
  [11211, { name: "Memcached", severity: 4 }],
  [27017, { name: "MongoDB", severity: 4 }],
]);
