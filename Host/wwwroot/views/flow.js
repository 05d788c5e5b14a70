// Flow: where orders are at this moment, and how fast they go.

import { chart } from '../chart.js';
import { h, keyed, put, text } from '../dom.js';
import { compact, duration, number, percent, rate, time } from '../format.js';
import { SPANS, columns, onSample } from '../history.js';
import { href } from '../route.js';
import { MODULES, isDown, most, on, orders, state, sum } from '../system.js';
import { empty, heading, link, panel, part, pill, table } from '../ui.js';
import { narrowFlow, queuesOf, wideFlow } from './flow/flowchart.js';

/** `limit`: from this value on the tile warns. */
function tile(label, module, value, { to, hint, limit } = {}) {
  const figure = h('span.figure');
  const about = h('span.tile-hint');
  const element = h(to ? 'a.tile' : 'div.tile', to ? { href: to } : {}, h('span.tile-label', label), figure, about);
  return {
    element,
    update() {
      const { shown, raw } = value();
      text(figure, shown);
      text(about, hint ? hint() : '');
      element.classList.toggle('alarm', limit !== undefined && raw >= limit);
      element.classList.toggle('stale', module ? isDown(module) : MODULES.some(one => isDown(one.id)));
    },
  };
}

const lastMinute = name => orders.stats?.lastMinute?.[name] ?? null;

function tiles() {
  const plain = (value, format = compact) => ({ shown: format(value ?? null), raw: value ?? -1 });
  const ended = () => (lastMinute('completed') ?? 0) + (lastMinute('failed') ?? 0) + (lastMinute('cancelled') ?? 0);
  return [
    tile('Orders per minute', 'order', () => plain(lastMinute('created')), {
      to: href('orders'),
      hint: () => (orders.stats ? `${compact(lastMinute('completed'))} completed` : ''),
    }),
    tile('Success', 'order', () => plain(ended() ? lastMinute('completed') / ended() : null, percent), {
      hint: () => (orders.stats ? `of ${compact(ended())} ended` : ''),
    }),
    tile('Time to the end, p50', 'order', () => plain(orders.stats?.durationMs?.p50, duration), { hint: () => 'over 5 minutes' }),
    tile('Time to the end, p95', 'order', () => plain(orders.stats?.durationMs?.p95, duration), {
      hint: () => (orders.stats?.oldestOpenSeconds ? `oldest open ${duration(orders.stats.oldestOpenSeconds * 1_000)}` : 'nothing is open'),
    }),
    tile('Active reservations', 'inventory', () => plain(state.get('inventory').summary?.activeReservations), {
      to: href('stock'),
      hint: () => 'hold stock now',
    }),
    tile('Dead letters', null, () => plain(sum(summary => summary?.deadLetters)), { to: href('dead-letters'), hint: () => 'open', limit: 1 }),
    tile('Unroutable', null, () => plain(most(summary => summary?.unrouted)), {
      to: href('dead-letters', ['unrouted']),
      hint: () => 'without a queue',
      limit: 1,
    }),
    tile('Invariant violations', null, () => plain(sum(summary => summary?.invariantViolations)), {
      to: href('system'),
      hint: () => 'found by the last audit',
      limit: 1,
    }),
  ];
}

function charts(signal) {
  let span = '5m';
  const all = [
    [
      chart(
        'Orders per minute',
        [
          { label: 'created', colour: '--accent' },
          { label: 'completed', colour: '--good' },
          { label: 'failed', colour: '--bad', dash: [5, 3] },
        ],
        compact,
        signal,
      ),
      ['created', 'completed', 'failed'],
    ],
    [
      chart(
        'Time to the end',
        [
          { label: 'p50', colour: '--accent' },
          { label: 'p95', colour: '--warn', dash: [5, 3] },
        ],
        duration,
        signal,
      ),
      ['p50', 'p95'],
    ],
    [chart('Messages waiting', [{ label: 'all queues', colour: '--accent' }], compact, signal), ['waiting']],
  ];
  const update = () => all.forEach(([one, names]) => one.set(columns(span, names)));
  const choice = h(
    'div.segmented',
    { role: 'group', 'aria-label': 'Time span of the charts' },
    SPANS.map(({ id, label }) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': id === span ? 'true' : 'false',
          onclick: event => {
            span = id;
            for (const other of choice.children) other.setAttribute('aria-pressed', other === event.currentTarget ? 'true' : 'false');
            update();
          },
        },
        label,
      ),
    ),
  );
  onSample(update, signal);
  return {
    element: h(
      'section.panel',
      h('div.panel-head', h('h2', 'Over time'), choice),
      part(
        'order',
        h(
          'div.charts',
          all.map(([one]) => one.element),
        ),
      ),
    ),
    update,
  };
}

const seen = [];
on('activity', message => {
  seen.unshift(...(message.orders ?? []).slice().sort((a, b) => new Date(b.at) - new Date(a.at)));
  seen.length = Math.min(seen.length, 40);
});

/** The orders that something happened to last. */
function activity() {
  const list = h('ul.activity');
  const none = empty(
    'Nothing has happened since this page was opened.',
    'Place an order, or let a scenario do it.',
    link(href('orders', ['new']), 'New order'),
  );
  const update = () => {
    const newest = seen.filter((one, i) => seen.findIndex(other => other.orderId === one.orderId) === i).slice(0, 12);
    none.hidden = newest.length > 0;
    keyed(
      list,
      newest,
      one => one.orderId,
      one => {
        const place = h('span');
        const what = h('span.activity-what');
        const at = h('span.num.muted');
        const row = h('li', link(href('orders', [one.orderId]), `#${one.orderId}`), place, what, at);
        row.parts = { place, what, at };
        return row;
      },
      (row, one) => {
        const { place, what, at } = row.parts;
        if (row.status !== one.status) put(place, pill(one.status));
        row.status = one.status;
        text(what, one.reason ?? one.customerId ?? '');
        text(at, time(one.at));
      },
    );
  };
  return { element: panel('Happening now', none, list), update };
}

const QUEUE_COLUMNS = ['Queue', ['Event', 'only-wide'], ['In/s', 'num.only-wide'], ['Done/s', 'num.only-wide'], ['Waiting', 'num'], ['Consumers', 'num']];

function queueTable() {
  const bodies = MODULES.map(module =>
    h('tbody', { 'data-of': module.id }, h('tr.group', h('th', { colspan: 6, scope: 'rowgroup' }, `${module.name} listens to`))),
  );
  const rows = MODULES.map(() => []);
  const update = () =>
    MODULES.forEach((module, i) => {
      const queues = queuesOf(module.id);
      bodies[i].hidden = queues.length === 0;
      bodies[i].classList.toggle('stale', isDown(module.id));
      while (rows[i].length < queues.length) {
        const cells = [h('td.mono'), h('td.mono.only-wide'), h('td.num.only-wide'), h('td.num.only-wide'), h('td.num'), h('td.num')];
        rows[i].push(cells);
        bodies[i].append(h('tr', cells));
      }
      queues.forEach((queue, row) => {
        const cells = rows[i][row];
        [
          queue.queue,
          queue.event ?? '',
          rate(queue.publishPerSecond),
          rate(queue.ackPerSecond),
          number(queue.messages),
          number(queue.consumers),
        ].forEach((value, column) => text(cells[column], value));
        cells[4].classList.toggle('warn-text', queue.messages >= 100);
        cells[5].classList.toggle('bad-text', queue.consumers === 0);
      });
    });
  return { element: panel('Queues', table('Queues', QUEUE_COLUMNS, bodies)), update };
}

export function mount(root, route, signal) {
  const [wide, narrow, over, now, queues] = [wideFlow(), narrowFlow(), charts(signal), activity(), queueTable()];
  const numbers = tiles();
  const update = () => [wide, narrow, now, queues, ...numbers].forEach(one => one.update());
  put(
    root,
    heading('Flow'),
    h('section.panel.flow', { 'aria-label': 'Flow of orders' }, wide.element, narrow.element),
    h(
      'div.tiles',
      numbers.map(one => one.element),
    ),
    over.element,
    h('div.columns', now.element, queues.element),
  );
  update();
  over.update();
  on('modules', update, signal);
  on('stats', update, signal);
  on('activity', now.update, signal);
  return { update() {} };
}
