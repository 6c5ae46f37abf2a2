// Ends problems of AWS-Events2Panther when their recovery arrives.
//
// A recovery is a row of severity 0 with the external_id `KEY@TIME`: the condition's key, `<account>:<region>:…`, and
// the event's time. It ends the rows of that condition that are older, in whatever order the messages arrive: the times
// of the events are compared, not their arrival. The time of a problem is in its external_id (`KEY@TIME`), or else it is
// its last_occurrence, which the rule "AWS: an event's own time" in server.rules.yml sets to the event's time. Without
// that rule last_occurrence is the time of arrival, and a recovery spares what arrived less than a minute before it.
//
// In doubt a row stays: a problem that is over may still be shown, but a live problem is never hidden.
//
// This trigger replaces the stock trigger by having its name. Rows of severity 0 are still deleted, but only after they
// were read here. The stock file can stay as it is; the name of this file must sort after it.

const interval = 3; // seconds between two looks
const grace = 10 * 1000; // a recovery's row stays for at least this long
const unreadAfter = 10 * 60 * 1000; // rows are deleted unread if no look succeeds for this long
const memory = 24 * 60 * 60 * 1000; // a recovery ends what arrives within this time after it
const maxConditions = 20000; // conditions that are remembered
const clockMargin = 60 * 1000; // difference between the clocks of the console and of AWS
const sweepInterval = 30 * 1000; // problems are checked this often even if no recovery arrives
const maxRest = 30 * 1000; // a slow database gets half of the time for itself, up to this long
const lookTimeout = 2 * 60 * 1000; // a look that takes longer is given up

const awsKey = /^\d{12}:/;
const withTime = /^(.*)@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/s;

/** @type {Map<string, { at: number, byAws: boolean, until: number }>} the newest recovery of each condition */
const recoveries = new Map();
const loaded = Date.now();
let running = 0; // start of the current look
let lastLook = 0; // start of the last look that succeeded
let lastSweep = 0; // when the problems were last checked
let restUntil = 0; // no look before this time
let lastError = "";

/** The condition's key, the event's time in ms, and whether that is the clock of AWS and not of the console. */
function read(row) {
  const last = row.last_occurrence ? row.last_occurrence.getTime() : NaN;
  const parts = withTime.exec(row.external_id);
  if (parts) return { key: parts[1], at: Date.parse(parts[2]), byAws: true };
  return { key: row.external_id, at: last, byAws: last % 1000 === 0 }; // AWS sends whole seconds
}

/** Whether the recovery is certainly newer than the problem. */
function isOver(problem, recovery) {
  if (problem.byAws === recovery.byAws) return problem.at < recovery.at;
  return problem.at < recovery.at - clockMargin;
}

/** Remembers the recoveries among these rows; returns whether there is a new one. */
function remember(rows, now) {
  let isNew = false;
  for (const row of rows) {
    if (row.history && row.history.length > 0) continue; // a person cleared a problem's row: no recovery
    const { key, at, byAws } = read(row);
    if (!(at <= now + clockMargin)) continue; // no time, or a future one, which would end what has not happened yet
    const known = recoveries.get(key);
    if (known && known.at >= at) continue;
    recoveries.delete(key); // keeps the Map in order of arrival
    recoveries.set(key, { at, byAws, until: now + memory });
    isNew = true;
  }
  for (const [key, { until }] of recoveries) {
    if (until > now && recoveries.size <= maxConditions) break;
    recoveries.delete(key);
  }
  return isNew;
}

/** Leaves out the rows that have a later repeat: a repeat that arrives out of order sets last_occurrence back. */
async function withoutLaterEvents(rows) {
  const dated = rows.filter((row) => !withTime.test(row.external_id));
  if (dated.length === 0) return rows;
  const latest = new Map();
  const occurrences = await Alerts.db
    .model("AlertOccurrence")
    .find({ identifier: { $in: dated.map((row) => row.identifier) } }, { identifier: 1, current: 1 })
    .lean()
    .exec();
  for (const { identifier, current } of occurrences) {
    for (const date of current || []) if (!(date <= latest.get(identifier))) latest.set(identifier, date);
  }
  return rows.filter((row) => {
    if (withTime.test(row.external_id)) return true;
    const last_occurrence = latest.get(row.identifier);
    if (!last_occurrence || last_occurrence <= row.last_occurrence) return true;
    const { key, ...problem } = read({ ...row, last_occurrence });
    return isOver(problem, recoveries.get(key));
  });
}

async function endProblems() {
  const rows = await Alerts.find(
    { severity: { $gt: 0 }, external_id: awsKey },
    { identifier: 1, external_id: 1, last_occurrence: 1, tally: 1 },
  )
    .lean()
    .exec();
  const over = rows.filter((row) => {
    const problem = read(row);
    const recovery = recoveries.get(problem.key);
    return recovery && isOver(problem, recovery);
  });
  let ended = 0;
  for (let i = 0; i < over.length; i += 100) {
    for (const { _id, tally, last_occurrence } of await withoutLaterEvents(over.slice(i, i + 100))) {
      // Only the row as it was read: if a new event has reached it since, it stays.
      const { deletedCount } = await Alerts.deleteOne({ _id, tally, last_occurrence, severity: { $gt: 0 } }).exec();
      ended += deletedCount || 0;
    }
  }
  if (ended > 0) console.log(`aws-clear: ended ${ended} of ${rows.length} problems`);
}

async function look(started) {
  const zero = await Alerts.find(
    { severity: 0, external_id: awsKey },
    { external_id: 1, last_occurrence: 1, history: 1 },
  )
    .lean()
    .exec();
  if (running !== started) return; // given up
  const isNew = remember(zero, started);
  if (isNew || (recoveries.size > 0 && started - lastSweep > sweepInterval)) {
    await endProblems();
    lastSweep = started;
  }
  lastLook = started;
  lastError = "";
}

/** Starts a look unless one is running. Never throws and handles every rejection: either would end the event server. */
function start(now) {
  if (now < restUntil || now - running < lookTimeout) return;
  running = now;
  void look(now)
    .catch((error) => {
      const message = String(error?.message || error);
      if (message !== lastError) console.error(`aws-clear: ${message}`);
      lastError = message;
    })
    .then(() => {
      if (running !== now) return;
      running = 0;
      restUntil = Date.now() + Math.min(Math.max(1000, Date.now() - now), maxRest);
    });
}

module.exports = {
  name: "01_find_and_delete_clears.js",
  query: () => {
    const now = Date.now();
    try {
      start(now);
    } catch (error) {
      console.error(`aws-clear: ${error}`);
    }
    const readBefore = new Date((now - Math.max(lastLook, loaded) > unreadAfter ? now : lastLook) - grace);
    return {
      severity: 0,
      // What a person cleared goes at once: a problem that comes back on such a row would be deleted with it.
      $or: [{ state_change: { $lt: readBefore } }, { "history.0": { $exists: true } }],
    };
  },
  action: "delete",
  when: { periodic: interval },
  activated: true,
};
