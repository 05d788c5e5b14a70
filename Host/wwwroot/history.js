// Data of the charts: five minutes in steps of two seconds, and an hour in steps of fifteen. A reload of the page keeps it.

import { MODULES, isDown, on, orders, state } from './system.js';

const SPANS = [
  { id: '5m', label: '5 minutes', step: 2_000, length: 150 },
  { id: '1h', label: '1 hour', step: 15_000, length: 240 },
];
const STORE = 'history';
const samples = Object.fromEntries(SPANS.map(span => [span.id, load(span)]));
const listeners = new Set();

export { SPANS };

function load(span) {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORE))?.[span.id] ?? [];
    return stored.filter(sample => Date.now() - sample.t < span.step * span.length);
  } catch {
    return [];
  }
}

function save() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(samples));
  } catch {
    /* Without storage the charts begin anew. */
  }
}

/** Messages that wait in all queues; null while a module is unavailable, because the numbers of its queues are unknown. */
function waiting() {
  if (MODULES.some(module => isDown(module.id))) return null;
  const queues = MODULES.flatMap(module => state.get(module.id).summary?.queues ?? []);
  const depths = queues.map(queue => queue.messages).filter(count => typeof count === 'number');
  return depths.length ? depths.reduce((a, b) => a + b, 0) : null;
}

function sample() {
  const { lastMinute, durationMs } = orders.stats;
  const now = {
    t: Date.now(),
    created: lastMinute.created,
    completed: lastMinute.completed,
    failed: lastMinute.failed + (lastMinute.cancelled ?? 0),
    p50: durationMs?.p50 ?? null,
    p95: durationMs?.p95 ?? null,
    waiting: waiting(),
  };
  for (const span of SPANS) {
    const kept = samples[span.id];
    if (kept.length && now.t - kept.at(-1).t < span.step * 0.75) continue;
    kept.push(now);
    while (kept.length > span.length || now.t - kept[0].t > span.step * span.length) kept.shift();
  }
  for (const listener of listeners) listener();
}

/** Collects as long as the page is open. */
export function collect() {
  on('stats', sample);
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', save);
}

export function onSample(listener, signal) {
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
}

/** Columns for a chart: times in seconds, then each of the series. A gap (hidden tab, no answer) is a hole, not a line. */
export function columns(spanId, names) {
  const span = SPANS.find(candidate => candidate.id === spanId);
  const result = [[], ...names.map(() => [])];
  let last = null;
  for (const one of samples[spanId]) {
    if (last && one.t - last > span.step * 4) {
      result[0].push((last + span.step) / 1_000);
      names.forEach((_, i) => result[i + 1].push(null));
    }
    result[0].push(one.t / 1_000);
    names.forEach((name, i) => result[i + 1].push(one[name]));
    last = one.t;
  }
  return { data: result, from: (Date.now() - span.step * span.length) / 1_000, to: Date.now() / 1_000 };
}
