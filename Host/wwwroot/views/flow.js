// Flow: where orders are at this moment, and how fast they go.

import { chart } from '../chart.js';
import { h, keyed, put, s, text } from '../dom.js';
import { NONE, compact, duration, number, percent, plural, rate, time } from '../format.js';
import { SPANS, columns, onSample } from '../history.js';
import { href } from '../route.js';
import { MODULES, instancesOf, isDown, most, moduleOf, on, orders, state, sum } from '../system.js';
import { empty, heading, link, panel, part, pill, table } from '../ui.js';

const WIDTH = 1200;
const NODE = { width: 178, height: 92, top: 128 };
const BOTTOM = NODE.top + NODE.height;
const LEFT = Object.fromEntries(MODULES.map((module, i) => [module.id, 6 + i * (WIDTH - 12 - NODE.width) / 3]));

/** Way of an arrow and the place of its label. Straight ways run beside each other; the others go in lanes above (forward) and below (back). */
const straight = (from, to) => {
  const [x1, x2, y] = [LEFT[from] + NODE.width, LEFT[to], NODE.top + NODE.height / 2];
  return { d: `M${x1} ${y}H${x2 - 9}`, x: (x1 + x2) / 2, y, main: true };
};
const lane = (from, out, to, into, y) => {
  const [x1, x2] = [LEFT[from] + out, LEFT[to] + into];
  const [start, end] = y < NODE.top ? [NODE.top, NODE.top - 9] : [BOTTOM, BOTTOM + 9];
  const [turn, way] = [y < NODE.top ? 8 : -8, x2 > x1 ? 8 : -8];
  return { d: `M${x1} ${start}V${y + turn}Q${x1} ${y} ${x1 + way} ${y}H${x2 - way}Q${x2} ${y} ${x2} ${y + turn}V${end}`, x: (x1 + x2) / 2, y };
};

const EDGES = [
  { from: 'order', to: 'inventory', ...straight('order', 'inventory') },
  { from: 'inventory', to: 'payment', ...straight('inventory', 'payment') },
  { from: 'payment', to: 'notification', ...straight('payment', 'notification') },
  { from: 'order', to: 'notification', ...lane('order', 50, 'notification', 130, 20) },
  { from: 'inventory', to: 'notification', ...lane('inventory', 120, 'notification', 60, 57) },
  { from: 'order', to: 'payment', ...lane('order', 110, 'payment', 60, 94) },
  { from: 'inventory', to: 'order', ...lane('inventory', 50, 'order', 120, 256) },
  { from: 'payment', to: 'inventory', ...lane('payment', 50, 'inventory', 120, 256) },
  { from: 'payment', to: 'order', ...lane('payment', 120, 'order', 50, 296) },
];

const sourceOf = queue => (queue.exchange ?? '').split('.')[0];
const add = (a, b) => a === null || a === undefined ? b ?? null : b === null || b === undefined ? a : a + b;
const total = (queues, what) => queues.reduce((all, queue) => add(all, queue[what]), null);
const queuesOf = id => state.get(id).summary?.queues ?? [];

/** What goes over an arrow now. */
function load(edge) {
  const queues = queuesOf(edge.to).filter(queue => sourceOf(queue) === edge.from);
  return {
    queues, rate: total(queues, 'publishPerSecond'), waiting: total(queues, 'messages'), down: isDown(edge.to),
    deserted: queues.some(queue => queue.consumers === 0),
  };
}

const waitingText = waiting => waiting === null ? 'depth unknown' : `${compact(waiting)} waiting`;

function drawArrow(edge) {
  const path = s('path.arrow', { d: edge.d, 'marker-end': 'url(#head)' });
  const moving = s('path.moving', { d: edge.d });
  const speed = s('text.speed', { x: edge.x, y: edge.main ? edge.y - 9 : edge.y + 4, 'text-anchor': 'middle' });
  const depth = s('text.depth', { x: edge.x, y: edge.main ? edge.y + 20 : edge.y + 4, 'text-anchor': 'middle' });
  const back = s('rect.behind', { x: edge.x - 76, y: edge.y - 11, width: 152, height: 22, rx: 6 });
  const group = s(`g.edge${edge.main ? '.main' : ''}`, path, moving, !edge.main && back, speed, depth);
  return {
    group,
    update() {
      const now = load(edge);
      group.classList.toggle('stale', now.down);
      group.classList.toggle('bad', !now.down && now.deserted);
      group.classList.toggle('waits', (now.waiting ?? 0) >= 100);
      group.classList.toggle('flows', !now.down && now.rate > 0);
      // Faster when more goes by, between 0.4 and 3 seconds for the length of a dash.
      moving.style.animationDuration = `${Math.min(3, Math.max(0.4, 3 / Math.sqrt(now.rate || 1)))}s`;
      const tempo = now.rate === null ? NONE : `${rate(now.rate)}/s`;
      text(speed, edge.main ? tempo : `${tempo} · ${waitingText(now.waiting)}`);
      text(depth, edge.main ? (now.deserted && !now.down ? 'nobody listens' : waitingText(now.waiting)) : '');
    },
  };
}

const plan = {
  order: summary => summary.outboxPending === null || summary.outboxPending === undefined ? '' : `${compact(summary.outboxPending)} in the outbox`,
  inventory: summary => `${compact(summary.activeReservations)} reserved now`,
  payment: () => 'charges and refunds',
  notification: () => 'e-mail and SMS',
};

const consumersOf = id => {
  const queues = queuesOf(id);
  return queues.some(queue => queue.consumers !== null && queue.consumers !== undefined) ? total(queues, 'consumers') : null;
};

function nodeTexts(id) {
  const { summary, since } = state.get(id);
  if (!summary) return [isDown(id) ? 'does not answer' : 'asking…', '', ''];
  const consumers = consumersOf(id);
  return [
    since === null ? plural(instancesOf(id).length, 'instance') : `away for ${duration(Math.max(1_000, Math.round((Date.now() - since) / 1_000) * 1_000))}`,
    consumers === null ? plural(queuesOf(id).length, 'queue') : `${plural(consumers, 'consumer')} · ${plural(queuesOf(id).length, 'queue')}`,
    plan[id](summary),
  ];
}

function drawNode(module) {
  const x = LEFT[module.id];
  const lines = [0, 1, 2].map(i => s('text.small', { x: x + 14, y: NODE.top + 46 + i * 17 }));
  const lamp = s('circle.lamp', { cx: x + NODE.width - 17, cy: NODE.top + 19, r: 5 });
  const group = s('g.node',
    s('rect', { x, y: NODE.top, width: NODE.width, height: NODE.height, rx: 8 }),
    s('text.title', { x: x + 14, y: NODE.top + 25 }, module.name), lamp, ...lines);
  return {
    group,
    update() {
      group.classList.toggle('stale', isDown(module.id));
      group.classList.toggle('unknown', !state.get(module.id).summary);
      nodeTexts(module.id).forEach((line, i) => text(lines[i], line));
    },
  };
}

function wideFlow() {
  const arrows = EDGES.map(drawArrow);
  const nodes = MODULES.map(drawNode);
  const svg = s('svg.flow-wide', { viewBox: `0 0 ${WIDTH} 316`, role: 'img', 'aria-label': 'How orders flow from module to module. The table of queues below has the same numbers.' },
    s('defs', s('marker', { id: 'head', viewBox: '0 0 10 10', refX: 1, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' },
      s('path.head', { d: 'M0 0 10 5 0 10z' }))),
    arrows.map(arrow => arrow.group), nodes.map(node => node.group));
  return { element: svg, update: () => { arrows.forEach(arrow => arrow.update()); nodes.forEach(node => node.update()); } };
}

/** The same from top to bottom, for narrow windows. */
function narrowFlow() {
  const blocks = MODULES.map(module => {
    const incoming = EDGES.filter(edge => edge.to === module.id).map(edge => {
      const value = h('span.num');
      return { edge, value, element: h('li', h('span', `from ${moduleOf(edge.from).name}`), value) };
    });
    const about = h('p.muted');
    const card = h('li.flow-card', h('div.flow-card-head', h('b', module.name), h('span.lamp')), about, h('ul', incoming.map(one => one.element)));
    return {
      card,
      update() {
        card.classList.toggle('stale', isDown(module.id));
        card.classList.toggle('unknown', !state.get(module.id).summary);
        text(about, nodeTexts(module.id).filter(Boolean).join(' · '));
        for (const { edge, value } of incoming) {
          const now = load(edge);
          text(value, `${now.rate === null ? NONE : `${rate(now.rate)}/s`} · ${waitingText(now.waiting)}`);
        }
      },
    };
  });
  return { element: h('ol.flow-narrow', blocks.map(block => block.card)), update: () => blocks.forEach(block => block.update()) };
}

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
    tile('Orders per minute', 'order', () => plain(lastMinute('created')), { to: href('orders'), hint: () => orders.stats ? `${compact(lastMinute('completed'))} completed` : '' }),
    tile('Success', 'order', () => plain(ended() ? lastMinute('completed') / ended() : null, percent), { hint: () => orders.stats ? `of ${compact(ended())} ended in a minute` : '' }),
    tile('Time to the end, p50', 'order', () => plain(orders.stats?.durationMs?.p50, duration), { hint: () => 'over 5 minutes' }),
    tile('Time to the end, p95', 'order', () => plain(orders.stats?.durationMs?.p95, duration), { hint: () => orders.stats?.oldestOpenSeconds ? `oldest open ${duration(orders.stats.oldestOpenSeconds * 1_000)}` : 'nothing is open' }),
    tile('Active reservations', 'inventory', () => plain(state.get('inventory').summary?.activeReservations), { to: href('stock'), hint: () => 'hold stock now' }),
    tile('Dead letters', null, () => plain(sum(summary => summary?.deadLetters)), { to: href('dead-letters'), hint: () => 'open', limit: 1 }),
    tile('Unrouted', null, () => plain(most(summary => summary?.unrouted)), { to: href('dead-letters', ['unrouted']), hint: () => 'without a queue', limit: 1 }),
    tile('Invariant violations', null, () => plain(sum(summary => summary?.invariantViolations)), { to: href('system'), hint: () => 'books that disagree', limit: 1 }),
  ];
}

function charts(signal) {
  let span = '5m';
  const all = [
    [chart('Orders per minute', [{ label: 'created', colour: '--accent' }, { label: 'completed', colour: '--good' }, { label: 'failed', colour: '--bad', dash: [5, 3] }], compact, signal), ['created', 'completed', 'failed']],
    [chart('Time to the end', [{ label: 'p50', colour: '--accent' }, { label: 'p95', colour: '--warn', dash: [5, 3] }], duration, signal), ['p50', 'p95']],
    [chart('Messages waiting', [{ label: 'all queues', colour: '--accent' }], compact, signal), ['waiting']],
  ];
  const update = () => all.forEach(([one, names]) => one.set(columns(span, names)));
  const choice = h('div.segmented', { role: 'group', 'aria-label': 'Time span of the charts' }, SPANS.map(({ id, label }) =>
    h('button', {
      type: 'button', 'aria-pressed': id === span ? 'true' : 'false',
      onclick: event => {
        span = id;
        for (const other of choice.children) other.setAttribute('aria-pressed', other === event.currentTarget ? 'true' : 'false');
        update();
      },
    }, label)));
  onSample(update, signal);
  return { element: h('section.panel', h('div.panel-head', h('h2', 'Over time'), choice), part('order', h('div.charts', all.map(([one]) => one.element)))), update };
}

const seen = [];
on('activity', message => {
  seen.unshift(...(message.orders ?? []).slice().sort((a, b) => new Date(b.at) - new Date(a.at)));
  seen.length = Math.min(seen.length, 40);
});

/** The orders that something happened to last. */
function activity() {
  const list = h('ul.activity');
  const none = empty('Nothing has happened since this page was opened.', 'Place an order, or let a scenario do it.', link(href('orders', ['new']), 'New order'));
  const update = () => {
    const newest = [...new Map(seen.map(one => [one.orderId, one]).reverse()).values()].reverse().slice(0, 12);
    none.hidden = newest.length > 0;
    keyed(list, newest, one => one.orderId, one => {
      const place = h('span');
      const what = h('span.activity-what');
      const at = h('span.num.muted');
      const row = h('li', link(href('orders', [one.orderId]), `#${one.orderId}`), place, what, at);
      row.parts = { place, what, at };
      return row;
    }, (row, one) => {
      const { place, what, at } = row.parts;
      if (row.status !== one.status) put(place, pill(one.status));
      row.status = one.status;
      text(what, one.reason ?? one.customerId ?? '');
      text(at, time(one.at));
    });
  };
  return { element: panel('Happening now', none, list), update };
}

const QUEUE_COLUMNS = ['Queue', 'Event', ['In/s', 'num'], ['Done/s', 'num'], ['Waiting', 'num'], ['Consumers', 'num']];

function queueTable() {
  const bodies = MODULES.map(module => h('tbody', { 'data-of': module.id }, h('tr.group', h('th', { colspan: 6, scope: 'rowgroup' }, `${module.name} listens to`))));
  const rows = MODULES.map(() => []);
  const update = () => MODULES.forEach((module, i) => {
    const queues = queuesOf(module.id);
    bodies[i].hidden = queues.length === 0;
    bodies[i].classList.toggle('stale', isDown(module.id));
    while (rows[i].length < queues.length) {
      const cells = [h('td.mono'), h('td.mono'), h('td.num'), h('td.num'), h('td.num'), h('td.num')];
      rows[i].push(cells);
      bodies[i].append(h('tr', cells));
    }
    queues.forEach((queue, row) => {
      const cells = rows[i][row];
      [queue.queue, queue.event ?? '', rate(queue.publishPerSecond), rate(queue.ackPerSecond), number(queue.messages), number(queue.consumers)]
        .forEach((value, column) => text(cells[column], value));
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
  put(root, heading('Flow'),
    h('section.panel.flow', { 'aria-label': 'Flow of orders' }, wide.element, narrow.element),
    h('div.tiles', numbers.map(one => one.element)),
    over.element, h('div.columns', now.element, queues.element));
  update();
  over.update();
  on('modules', update, signal);
  on('stats', update, signal);
  on('activity', now.update, signal);
  return { update() {} };
}
