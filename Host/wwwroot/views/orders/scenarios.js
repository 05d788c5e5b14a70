// Scenarios: orders that show what the system does, with a tally of how they end.

import { every, get, isAbort, linkedAbort, newKey, request, withQuery } from '../../api.js';
import { h, put, text } from '../../dom.js';
import { number, plural, words } from '../../format.js';
import { href } from '../../route.js';
import { button, curlBox, link, problemBox } from '../../ui.js';
import { hasEnded } from './details.js';

const mouse = { productId: 'PROD-002', productName: 'Mouse', quantity: 1, price: 29.99 };
const laptop = { productId: 'PROD-001', productName: 'Laptop', quantity: 1, price: 999.99 };
const keyboard = { productId: 'PROD-003', productName: 'Keyboard', quantity: 1, price: 49.99 };
const repeat = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const two = i => String(i + 1).padStart(2, '0');

const SCENARIOS = [
  {
    name: 'Paid',
    about: 'One mouse. Reserved, charged, sold; one payment in five is declined.',
    orders: () => [{ customerId: 'CUST-001', items: [mouse] }],
  },
  {
    name: 'Out of stock',
    about: 'A hundred laptops, more than there are in stock. Fails, and nothing is held.',
    orders: () => [{ customerId: 'CUST-002', items: [{ ...laptop, quantity: 100 }] }],
  },
  {
    name: 'Declined',
    about: 'Five keyboards for a customer whose card never works. The reserved stock comes back.',
    orders: () => repeat(5, () => ({ customerId: 'CUST-DECLINE-003', items: [keyboard] })),
  },
  {
    name: '100 orders',
    about: 'Sets the stock to two hundred mice; a hundred customers buy one each, ten at a time.',
    before: { method: 'PUT', path: '/api/inventory/items/PROD-002', body: { productName: 'Mouse', availableQuantity: 200 } },
    orders: () => repeat(100, i => ({ customerId: `CUST-${String(i + 1).padStart(3, '0')}`, items: [mouse] })),
  },
  {
    name: '50 buyers, last 10 laptops',
    about: 'Sets the stock to ten laptops; fifty customers want one each. Exactly ten get one.',
    before: { method: 'PUT', path: '/api/inventory/items/PROD-001', body: { productName: 'Laptop', availableQuantity: 10 } },
    orders: () => repeat(50, i => ({ customerId: `CUST-APPROVE-${two(i)}`, items: [laptop] })),
  },
];
const AT_A_TIME = 10;
const TIMEOUT = 120_000;

const sleep = ms =>
  new Promise(resolve => {
    setTimeout(resolve, ms);
  });

/** Places an order; one that the gateway asks to wait, or whose answer was lost, is sent again under its key. */
async function place(order) {
  const headers = { 'Idempotency-Key': newKey() };
  for (let attempt = 1; ; attempt++) {
    try {
      return (await request('POST', '/api/orders', { body: order, headers })).body.orderId;
    } catch (e) {
      if (attempt === 5 || ![0, 429, 502, 503].includes(e.status)) throw e;
      await sleep((e.retryAfter || 1) * 1_000);
    }
  }
}

/** Adds the numbers of the orders to `ids`. */
async function placeAll(orders, ids, changed) {
  const queue = [...orders];
  const worker = async () => {
    while (queue.length) {
      ids.push(await place(queue.shift()));
      changed();
    }
  };
  await Promise.all(repeat(Math.min(AT_A_TIME, queue.length), worker));
}

/** Adds the orders that have ended to `ended`: the newest page has most of them, and the others are read one by one. */
async function findEnded(ids, ended, signal) {
  const open = new Set(ids.filter(id => !ended.has(id)));
  for (const order of await get(withQuery('/api/orders', { limit: 200 }), signal)) {
    if (open.delete(order.orderId) && hasEnded(order)) ended.set(order.orderId, order);
  }
  for (const id of [...open].slice(0, 20)) {
    const order = await get(`/api/orders/${id}`, signal);
    if (hasEnded(order)) ended.set(id, order);
  }
}

/** [outcome, count] of the orders, the most frequent first. */
function tally(ended) {
  const counts = new Map();
  for (const order of ended.values()) {
    const outcome = order.statusReason ? `${words(order.status)}: ${order.statusReason}` : words(order.status);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Runs the scenario, and shows its progress in `result`. */
async function run(scenario, result, changed, abort) {
  const orders = scenario.orders();
  const [ids, ended] = [[], new Map()];
  const [line, outcomes] = [h('p'), h('ul.tally')];
  const progress = h('progress', { max: orders.length, value: 0, 'aria-label': 'Orders that have ended' });
  result.hidden = false;
  put(result, h('b', scenario.name), line, progress, outcomes);
  const show = () => {
    text(line, `${number(ids.length)} of ${plural(orders.length, 'order')} placed, ${number(ended.size)} ended`);
    progress.value = ended.size;
    const all = ids.length === orders.length && ended.size === orders.length;
    if (all) abort.abort();
    put(
      outcomes,
      tally(ended).map(([outcome, count]) => h('li', h('b.num', number(count)), ' ', outcome)),
      all && ids.length === 1 && h('li', link(href('orders', ids), `Look at #${ids[0]}`)),
    );
  };
  try {
    if (scenario.before) await request(scenario.before.method, scenario.before.path, { body: scenario.before.body });
    show();
    const started = Date.now();
    every(
      700,
      async () => {
        if (Date.now() - started > TIMEOUT) {
          abort.abort();
          text(line, `${line.textContent}; the console does not wait for the rest any longer`);
          return;
        }
        if (ids.length) await findEnded(ids, ended, abort.signal);
        show();
      },
      abort.signal,
    );
    await placeAll(orders, ids, show);
    changed();
  } catch (e) {
    if (!isAbort(e)) put(result, h('b', scenario.name), problemBox(e));
  }
}

function commandsOf({ name, before, orders }) {
  const [first, ...others] = orders();
  const times = others.length ? `, ${others.length + 1} times` : '';
  return [before && { ...before, label: `${name}: first` }, { method: 'POST', path: '/api/orders', body: first, label: `${name}${times}` }].filter(Boolean);
}

export function scenarios({ changed }, signal) {
  const result = h('div.run', { hidden: true, role: 'status' });
  let abort = null;
  const start = async (scenario, pressed) => {
    abort?.abort();
    abort = linkedAbort(signal);
    pressed.disabled = true;
    await run(scenario, result, changed, abort);
    pressed.disabled = false;
  };
  return h(
    'details.scenarios.panel',
    h('summary', h('h2', 'Scenarios'), h('span.muted', 'orders that show what the system does')),
    h(
      'ul.scenario-list',
      SCENARIOS.map(scenario =>
        h('li', button(scenario.name, event => start(scenario, event.currentTarget)), h('span.muted', scenario.about)),
      ),
    ),
    result,
    curlBox(...SCENARIOS.flatMap(commandsOf)),
  );
}
