// Puts the steps' figures together: a table to read, JSON to keep.
//   node tests/bench/report.mjs FOLDER_OF_STEPS OUT.json
// Exit code 1 when something was lost, doubled or wrong.
import { execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

const [folder, out] = process.argv.slice(2);
const step = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
const [produce, throughput, size, latency, latencyHigh, check, raw, whole, meanwhile, outage, wholeCheck, wholeCalls, kills] =
  ['produce', 'throughput', 'size', 'latency', 'latency_high', 'check', 'raw', 'whole', 'meanwhile', 'outage', 'whole_check', 'whole_calls', 'kills'].map(step);
// A run too short for its figure has none.
const round = (value, digits = 0) => (value === null ? null : Number(value.toFixed(digits)));
const commit = execSync('git rev-parse --short HEAD 2>/dev/null || echo unknown', { encoding: 'utf8' });
const sse = latency.event_to_sse_ms;

const figures = {
  at: new Date().toISOString(),
  commit: commit.trim(),
  cores: cpus().length,
  load_average: round(loadavg()[0], 1),
  cases: check.cases,
  events: check.events,
  repeated_events: check.repeats,
  event_bytes: produce.event_bytes,
  transitions_per_s: round(throughput.transitions_per_s),
  sustained_s: round(throughput.sustained_s, 1),
  slowest_second_per_s: round(throughput.slowest_second_per_s),
  events_a_transaction: round(throughput.events_a_transaction),
  raw_postgres_per_s: round(raw.raw_postgres_per_s),
  ratio_to_raw: round(throughput.transitions_per_s / raw.raw_postgres_per_s, 3),
  engine_from_memory_per_s: round(raw.engine_from_memory_per_s),
  processor_us_a_transition: Object.fromEntries(
    Object.entries(throughput.processor_us_a_transition).map(([name, us]) => [name, round(us, 1)])),
  program_peak_mib: round(throughput.peak_mib.program),
  stored_bytes_a_case: round(size.bytes_a_case),
  latency_at_events_per_s: latency.at_events_per_s,
  pages: latency.pages,
  event_to_status_topic_ms: latency.event_to_status_topic_ms,
  event_to_sse_ms: sse,
  at_high_rate: { events_per_s: latencyHigh.at_events_per_s,
    event_to_status_topic_ms: latencyHigh.event_to_status_topic_ms,
    event_to_sse_ms: latencyHigh.event_to_sse_ms },
  whole: {
    cases: wholeCheck.cases,
    transitions_per_s: round(whole.transitions_per_s),
    sustained_s: round(whole.sustained_s, 1),
    processor_us_a_transition: Object.fromEntries(
      Object.entries(whole.processor_us_a_transition).map(([name, us]) => [name, round(us, 1)])),
    timers_fired: wholeCheck.timers_fired,
    register_away: { cases: outage.cases, transitions_per_s_meanwhile: round(meanwhile.transitions_per_s),
      caught_up_s: round(outage.caught_up_ms / 1000, 1) },
    calls: wholeCalls,
    gate: { ...kills, early: wholeCheck.early, repeats: wholeCheck.repeats, poison: wholeCheck.poison,
      overtaken_statuses: wholeCheck.overtaken },
  },
  lost: check.lost + wholeCheck.lost + [latency, latencyHigh].reduce(
    (sum, each) => sum + each.event_to_status_topic_ms.missing + each.event_to_sse_ms.missing, 0),
  // Every case asks the register once: what had an effect there a second time counts as doubled.
  duplicated: check.duplicated + wholeCheck.duplicated + Math.max(0, wholeCalls.effects - wholeCheck.cases),
  wrong: check.wrong + wholeCheck.wrong,
  published_again: check.published_again + wholeCheck.published_again,
  examples: [...check.examples, ...wholeCheck.examples],
};
writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);

const rows = [
  ['transitions/s (backlog, two workers)', figures.transitions_per_s],
  ['  sustained for', `${figures.sustained_s} s${figures.sustained_s < 20 ? ' (short)' : ''}`],
  ['  slowest second', figures.slowest_second_per_s],
  ['  events a transaction', figures.events_a_transaction],
  ['raw PostgreSQL, same statements/s', figures.raw_postgres_per_s],
  ['ratio to raw', figures.ratio_to_raw],
  ['workers fed from memory, without Kafka/s', figures.engine_from_memory_per_s],
  ...Object.entries(figures.processor_us_a_transition)
    .map(([name, us]) => [`processor time of ${name}, µs a transition`, us]),
  [`event → status topic at ${figures.latency_at_events_per_s}/s, p50 / p99 ms`,
    `${round(latency.event_to_status_topic_ms.p50, 1)} / ${round(latency.event_to_status_topic_ms.p99, 1)}`],
  [`event → page at ${figures.latency_at_events_per_s}/s, p50 / p99 ms`,
    `${round(sse.p50, 1)} / ${round(sse.p99, 1)}`],
  [`event → page at ${latencyHigh.at_events_per_s}/s, p50 / p99 ms`,
    `${round(latencyHigh.event_to_sse_ms.p50, 1)} / ${round(latencyHigh.event_to_sse_ms.p99, 1)}`],
  ['  most memory of the program, MiB', figures.program_peak_mib],
  ['  stored for each case with its history, bytes', figures.stored_bytes_a_case],
  ['the whole: transitions/s, with calls and timers', figures.whole.transitions_per_s],
  ['  calls answered / 503 / repeated at the register',
    `${wholeCalls.effects} / ${wholeCalls.unavailable} / ${wholeCalls.repeated}`],
  ['  timers fired', figures.whole.timers_fired],
  ['a register away: transitions/s meanwhile', figures.whole.register_away.transitions_per_s_meanwhile],
  [`  ${outage.cases} calls answered and applied after its return, s`, figures.whole.register_away.caught_up_s],
  ['the gate: kills / too early / repeats / poison',
    [kills.kills, wholeCheck.early, wholeCheck.repeats, wholeCheck.poison].join(' / ')],
  ['lost', figures.lost],
  ['duplicated', figures.duplicated],
  ['wrong', figures.wrong],
];
const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${String(value).padStart(14)}`);
for (const example of figures.examples) console.log(`  ! ${example}`);
console.log(`load average ${figures.load_average} on ${figures.cores} cores; written to ${out}`);
process.exit(figures.lost + figures.duplicated + figures.wrong === 0 ? 0 : 1);
