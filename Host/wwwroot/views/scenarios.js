// Scenarios: orders that show what the system does, with a tally of how they end.

import { every, get, isAbort, newKey, request, withQuery } from '../api.js';
import { h, put, text } from '../dom.js';
import { number, plural, words } from '../format.js';
import { href } from '../route.js';
import { button, curlBox, link, problemBox } from '../ui.js';

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
const PATIENCE = 120_000;
const ENDED = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

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

async function placeAll(orders, placed, told) {
  const queue = [...orders];
  await Promise.all(
    repeat(Math.min(AT_A_TIME, queue.length), async () => {
      while (queue.length) {
        placed.push(await place(queue.shift()));
        told();
      }
    }),
  );
}

/** How orders ended: the newest page has most of them, and the others are read one by one. */
async function endings(ids, known, signal) {
  const open = new Set(ids.filter(id => !known.has(id)));
  for (const order of await get(withQuery('/api/orders', { limit: 200 }), signal)) {
    if (!open.delete(order.orderId)) continue;
    if (ENDED.has(order.status)) known.set(order.orderId, order);
  }
  for (const id of [...open].slice(0, 20)) {
    const order = await get(`/api/orders/${id}`, signal);
    if (ENDED.has(order.status)) known.set(id, order);
  }
}

function tally(known) {
  const counts = new Map();
  for (const order of known.values()) {
    const how = order.statusReason ? `${words(order.status)}: ${order.statusReason}` : words(order.status);
    counts.set(how, (counts.get(how) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

export function scenarios({ changed }, signal) {
  const result = h('div.run', { hidden: true, role: 'status' });
  let watching = null;

  async function run(scenario, pressed) {
    watching?.abort();
    const abort = (watching = new AbortController());
    signal.addEventListener('abort', () => abort.abort(), { signal: abort.signal });
    const orders = scenario.orders();
    const [ids, known] = [[], new Map()];
    const [line, endedLine] = [h('p'), h('ul.tally')];
    const progress = h('progress', { max: orders.length, value: 0, 'aria-label': 'Orders that have ended' });
    result.hidden = false;
    put(result, h('b', scenario.name), line, progress, endedLine);
    const show = () => {
      text(line, `${number(ids.length)} of ${plural(orders.length, 'order')} placed, ${number(known.size)} ended`);
      progress.value = known.size;
      put(
        endedLine,
        tally(known).map(([how, count]) => h('li', h('b.num', number(count)), ' ', how)),
      );
      if (ids.length === orders.length && known.size === orders.length) {
        abort.abort();
        if (ids.length === 1) put(endedLine, ...endedLine.childNodes, h('li', link(href('orders', ids), `Look at #${ids[0]}`)));
      }
    };
    pressed.disabled = true;
    try {
      if (scenario.before) await request(scenario.before.method, scenario.before.path, { body: scenario.before.body });
      show();
      const started = Date.now();
      every(
        700,
        async () => {
          if (Date.now() - started > PATIENCE) {
            abort.abort();
            text(line, `${line.textContent}; the console does not wait for the rest any longer`);
            return;
          }
          if (ids.length) await endings(ids, known, abort.signal);
          show();
        },
        abort.signal,
      );
      await placeAll(orders, ids, show);
      changed();
    } catch (e) {
      if (!isAbort(e)) put(result, h('b', scenario.name), problemBox(e));
    } finally {
      pressed.disabled = false;
    }
  }

  const commandsOf = scenario =>
    [
      scenario.before && { ...scenario.before, label: `${scenario.name}: first` },
      {
        method: 'POST',
        path: '/api/orders',
        body: scenario.orders()[0],
        label: `${scenario.name}${scenario.orders().length > 1 ? `, ${scenario.orders().length} times` : ''}`,
      },
    ].filter(Boolean);
  return h(
    'details.scenarios.panel',
    h('summary', h('h2', 'Scenarios'), h('span.muted', 'orders that show what the system does')),
    h(
      'ul.scenario-list',
      SCENARIOS.map(scenario =>
        h(
          'li',
          button(scenario.name, event => run(scenario, event.currentTarget)),
          h('span.muted', scenario.about),
        ),
      ),
    ),
    result,
    curlBox(...SCENARIOS.flatMap(commandsOf)),
  );
}
