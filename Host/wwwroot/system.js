// State of the running system for the whole console: a summary per module, statistics of the orders, and the stream of events.

import { every, get, listen } from './api.js';

export const MODULES = [
  { id: 'order', name: 'Order', prefix: '/api/orders' },
  { id: 'inventory', name: 'Inventory', prefix: '/api/inventory' },
  { id: 'payment', name: 'Payment', prefix: '/api/payments' },
  { id: 'notification', name: 'Notification', prefix: '/api/notifications' },
];
export const moduleOf = id => MODULES.find(module => module.id === id);

const INSTANCE_SECONDS = 60;
const changes = new EventTarget();

/** Per module: { summary, at, problem, since, instances }. `since` is the time of the last answer while it does not answer, null while it does. */
export const state = new Map(MODULES.map(module => [module.id, { summary: null, at: null, problem: null, since: null, instances: new Map() }]));
export const orders = { stats: null, at: null, stream: 'connecting' };

/** Names of changes: 'modules' (a summary), 'stats', 'activity' (detail is the message), 'stream' (state of the connection). */
export function on(name, handle, signal) {
  changes.addEventListener(name, event => handle(event.detail), { signal });
}

const tell = (name, detail) => changes.dispatchEvent(new CustomEvent(name, { detail }));
const opened = Date.now();

export const isDown = id => state.get(id).since !== null;

/** The prefix of the first module that answers, for what all modules know. */
export const anyPrefix = () => (MODULES.find(module => !isDown(module.id)) ?? MODULES[0]).prefix;

export const sum = what => {
  const values = MODULES.map(module => what(state.get(module.id).summary)).filter(value => value !== null && value !== undefined);
  return values.length ? values.reduce((a, b) => a + b, 0) : null;
};

/** Instances of a module that have answered within the last minute; behind a gateway each answer may come from another one. */
export function instancesOf(id) {
  const { instances } = state.get(id);
  for (const [name, seen] of instances) if (Date.now() - seen.at > INSTANCE_SECONDS * 1_000) instances.delete(name);
  return [...instances].map(([name, seen]) => ({ name, ...seen }));
}

/** Largest number that a module reports of a queue that all modules share. */
export const most = what => {
  const values = MODULES.map(module => what(state.get(module.id).summary)).filter(value => typeof value === 'number');
  return values.length ? Math.max(...values) : null;
};

async function lookAt(module) {
  const known = state.get(module.id);
  try {
    const summary = await get(`${module.prefix}/ops/summary`);
    // The broker reports no rate of a queue without messages.
    for (const queue of summary.queues.filter(({ messages }) => messages !== null)) {
      queue.publishPerSecond ??= 0;
      queue.ackPerSecond ??= 0;
    }
    // Of several replicas one audits, and the others do not know its result.
    summary.invariantViolations ??= known.summary?.invariantViolations ?? null;
    Object.assign(known, { summary, at: Date.now(), problem: null, since: null });
    known.instances.set(summary.instance, { at: Date.now(), startedAt: summary.startedAt, version: summary.version, commit: summary.commit });
  } catch (e) {
    Object.assign(known, { problem: e, since: known.at ?? opened });
  }
  tell('modules', module.id);
}

async function lookAtStats() {
  try {
    orders.stats = await get('/api/orders/stats');
    orders.at = Date.now();
    tell('stats');
  } catch {
    /* The summary of Order shows that it does not answer. */
  }
}

/** Starts to follow the system, for as long as the page is open. */
export function follow() {
  for (const module of MODULES) every(2_000, () => lookAt(module));
  every(2_000, lookAtStats);
  listen(
    '/api/orders/stream',
    { activity: message => tell('activity', message) },
    {
      onState: now => {
        orders.stream = now;
        tell('stream');
      },
    },
  );
}
