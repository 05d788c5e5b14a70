// The modules and the ways between them, with the messages of each: from left to right, and from top to bottom for narrow windows.

import { h, s, text } from '../../dom.js';
import { NONE, compact, plural, rate, seconds } from '../../format.js';
import { MODULES, instancesOf, isDown, moduleOf, state } from '../../system.js';

const WIDTH = 1200;
const NODE = { width: 192, height: 92, top: 128 };
const BOTTOM = NODE.top + NODE.height;
const LEFT = Object.fromEntries(MODULES.map((module, i) => [module.id, 6 + (i * (WIDTH - 12 - NODE.width)) / 3]));

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
const add = (a, b) => (a === null || a === undefined ? (b ?? null) : b === null || b === undefined ? a : a + b);
const total = (queues, what) => queues.reduce((all, queue) => add(all, queue[what]), null);
export const queuesOf = id => state.get(id).summary?.queues ?? [];

/** The messages of an arrow now. */
function load(edge) {
  const queues = queuesOf(edge.to).filter(queue => sourceOf(queue) === edge.from);
  return {
    queues,
    rate: total(queues, 'publishPerSecond'),
    waiting: total(queues, 'messages'),
    down: isDown(edge.to),
    deserted: queues.some(queue => queue.consumers === 0),
  };
}

const waitingText = waiting => (waiting === null ? 'depth unknown' : `${compact(waiting)} waiting`);

function drawArrow(edge) {
  const path = s('path.arrow', { d: edge.d, 'marker-end': 'url(#head)' });
  const moving = s('path.moving', { d: edge.d });
  const speed = s('text.speed', { x: edge.x, y: edge.main ? edge.y - 9 : edge.y + 4, 'text-anchor': 'middle' });
  const depth = s('text.depth', { x: edge.x, y: edge.main ? edge.y + 20 : edge.y + 4, 'text-anchor': 'middle' });
  const back = s('rect.behind', { x: edge.x - 76, y: edge.y - 11, width: 152, height: 22, rx: 6 });
  const about = s('title');
  const group = s(`g.edge${edge.main ? '.main' : ''}`, about, path, moving, !edge.main && back, speed, depth);
  return {
    group,
    update() {
      const now = load(edge);
      group.classList.toggle('stale', now.down);
      group.classList.toggle('bad', !now.down && now.deserted);
      group.classList.toggle('waits', (now.waiting ?? 0) >= 100);
      group.classList.toggle('flows', !now.down && now.rate > 0);
      // Faster with more messages, between 0.4 and 3 seconds for the length of a dash; in steps, because each change lets the dashes jump.
      moving.style.animationDuration = `${Math.min(3, Math.max(0.4, 3 / 2 ** Math.round(Math.log2(now.rate || 1) / 2)))}s`;
      const tempo = now.rate === null ? NONE : `${rate(now.rate)}/s`;
      const waits = now.deserted && !now.down ? 'no consumer' : waitingText(now.waiting);
      text(speed, edge.main ? tempo : `${tempo} · ${waits}`);
      text(depth, edge.main ? waits : '');
      text(about, now.queues.map(queue => `${queue.routingKey}: ${queue.queue}`).join('\n'));
    },
  };
}

const plan = {
  order: summary => (summary.outboxPending === null || summary.outboxPending === undefined ? '' : `${compact(summary.outboxPending)} in the outbox`),
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
    since === null ? plural(instancesOf(id).length, 'instance') : `away for ${seconds(Date.now() - since)}`,
    consumers === null ? plural(queuesOf(id).length, 'queue') : `${plural(consumers, 'consumer')} · ${plural(queuesOf(id).length, 'queue')}`,
    plan[id](summary),
  ];
}

function drawNode(module) {
  const x = LEFT[module.id];
  const lines = [0, 1, 2].map(i => s('text.small', { x: x + 14, y: NODE.top + 46 + i * 17 }));
  const lamp = s('circle.lamp', { cx: x + NODE.width - 17, cy: NODE.top + 19, r: 5 });
  const group = s(
    'g.node',
    s('rect', { x, y: NODE.top, width: NODE.width, height: NODE.height, rx: 8 }),
    s('text.title', { x: x + 14, y: NODE.top + 25 }, module.name),
    lamp,
    ...lines,
  );
  return {
    group,
    update() {
      group.classList.toggle('stale', isDown(module.id));
      group.classList.toggle('unknown', !state.get(module.id).summary);
      nodeTexts(module.id).forEach((line, i) => text(lines[i], line));
    },
  };
}

export function wideFlow() {
  const arrows = EDGES.map(drawArrow);
  const nodes = MODULES.map(drawNode);
  const svg = s(
    'svg.flow-wide',
    {
      viewBox: `0 0 ${WIDTH} 316`,
      role: 'img',
      'aria-label': 'How orders flow from module to module. The table of queues below has the same numbers.',
    },
    s(
      'defs',
      s(
        'marker',
        { id: 'head', viewBox: '0 0 10 10', refX: 1, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' },
        s('path.head', { d: 'M0 0 10 5 0 10z' }),
      ),
    ),
    arrows.map(arrow => arrow.group),
    nodes.map(node => node.group),
  );
  return {
    element: svg,
    update: () => {
      arrows.forEach(arrow => arrow.update());
      nodes.forEach(node => node.update());
    },
  };
}

/** The same from top to bottom, for narrow windows. */
export function narrowFlow() {
  const blocks = MODULES.map(module => {
    const incoming = EDGES.filter(edge => edge.to === module.id).map(edge => {
      const value = h('span.num');
      return { edge, value, element: h('li', h('span', `from ${moduleOf(edge.from).name}`), value) };
    });
    const about = h('p.muted');
    const card = h(
      'li.flow-card',
      h('div.flow-card-head', h('b', module.name), h('span.lamp')),
      about,
      h(
        'ul',
        incoming.map(one => one.element),
      ),
    );
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
  return {
    element: h(
      'ol.flow-narrow',
      blocks.map(block => block.card),
    ),
    update: () => blocks.forEach(block => block.update()),
  };
}
