// The shell: which view is shown, the navigation, the theme, and whether the console is up to date.

import { h, put, s, text } from './dom.js';
import { compact } from './format.js';
import { collect } from './history.js';
import { current, href } from './route.js';
import { MODULES, follow, isDown, on, orders, sum } from './system.js';
import { empty, link, problemBox, showParts } from './ui.js';
import * as flow from './views/flow.js';
import * as ordersView from './views/orders.js';
import * as imports from './views/imports.js';
import * as deadLetters from './views/deadletters.js';
import * as stock from './views/stock.js';
import * as system from './views/system.js';

const VIEWS = [
  { id: 'flow', view: flow, label: 'Flow', icon: 'M2 10h4m3 0h4M13 10h5M6 7.5h3v5H6zM13 7.5h3v5h-3z' },
  { id: 'orders', view: ordersView, label: 'Orders', icon: 'M4 3h12v14l-2-1.3-2 1.3-2-1.3L8 17l-2-1.3L4 17zM7 7h6M7 10.5h6' },
  { id: 'imports', view: imports, label: 'Imports', icon: 'M10 3v9m0 0L6.5 8.5M10 12l3.5-3.5M3 13v4h14v-4' },
  {
    id: 'dead-letters',
    view: deadLetters,
    label: 'Dead letters',
    short: 'Letters',
    icon: 'M2.5 5h15v10h-15zM2.5 5.5 10 11l7.5-5.5',
    count: () => sum(summary => summary?.deadLetters),
  },
  { id: 'stock', view: stock, label: 'Stock', icon: 'M3 6.5 10 3l7 3.5v7L10 17l-7-3.5zM3 6.5 10 10l7-3.5M10 10v7' },
  {
    id: 'system',
    view: system,
    label: 'System',
    icon: 'M3 4h14v4.5H3zM3 11.5h14V16H3zM6 6.2h.1M6 13.7h.1',
    count: () => sum(summary => summary?.invariantViolations),
  },
];

const main = document.getElementById('main');
const live = document.getElementById('live');
let shown = null;

const entries = VIEWS.map(entry => {
  const badge = h('span.badge', { hidden: true });
  const name = h('span.name', entry.short ? [h('span.long', entry.label), h('span.short', entry.short)] : entry.label);
  const element = h(
    'a',
    { href: href(entry.id) },
    s(
      'svg',
      { viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true' },
      s('path', { d: entry.icon, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-linejoin': 'round', 'stroke-linecap': 'round' }),
    ),
    name,
    badge,
  );
  return { ...entry, element, badge };
});

function route() {
  const wanted = current();
  const entry = entries.find(candidate => candidate.id === wanted.view);
  for (const each of entries) {
    if (each === entry) each.element.setAttribute('aria-current', 'page');
    else each.element.removeAttribute('aria-current');
  }
  document.title = `${entry?.label ?? 'Not found'} · Fulfillment`;
  if (shown?.entry === entry && entry) return shown.mounted.update(wanted);

  shown?.abort.abort();
  const abort = new AbortController();
  const first = shown === null;
  shown = { entry, abort, mounted: { update() {} } };
  put(main);
  scrollTo(0, 0);
  if (!entry) {
    put(main, empty('There is no such view.', 'Take one from the navigation.', link(href('flow'), 'Open the flow')));
    return undefined;
  }
  try {
    shown.mounted = entry.view.mount(main, wanted, abort.signal);
  } catch (e) {
    put(main, problemBox(e));
    throw e;
  }
  if (!first) main.focus({ preventScroll: true });
  return undefined;
}

const STREAM = {
  connecting: ['Connecting', 'Opening the stream of events'],
  live: ['Live', 'Events arrive as they happen'],
  polling: ['Polling', 'The stream of events is unavailable; the console polls every few seconds'],
  paused: ['Paused', 'The console does not poll while the tab is hidden'],
};

function showState() {
  const down = MODULES.filter(module => isDown(module.id));
  const [label, about] = STREAM[orders.stream];
  live.className = `live ${down.length ? 'bad' : orders.stream}`;
  live.title = about;
  text(live, down.length === MODULES.length ? 'No answer' : down.length ? `${down.map(module => module.name).join(', ')} away` : label);
  for (const { badge, count } of entries) {
    const number = count?.() ?? 0;
    badge.hidden = !number;
    text(badge, compact(number));
  }
}

const THEMES = { auto: 'Auto', light: 'Light', dark: 'Dark' };
const themeButton = document.getElementById('theme');

function showTheme() {
  const now = document.documentElement.dataset.theme ?? 'auto';
  put(themeButton, h('span.only-wide', 'Theme: '), THEMES[now]);
  themeButton.setAttribute('aria-label', `Theme: ${THEMES[now]}. Change it`);
}

themeButton.addEventListener('click', () => {
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(document.documentElement.dataset.theme ?? 'auto') + 1) % names.length];
  if (next === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem('theme', next);
  } catch {
    /* It holds until the page is left. */
  }
  showTheme();
  dispatchEvent(new Event('themechange'));
});

// The address has the view, so it cannot hold the target of a skip link.
document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});

put(
  document.getElementById('nav'),
  entries.map(entry => entry.element),
);
showTheme();
follow();
collect();
on('modules', showState);
on('stream', showState);
setInterval(() => {
  if (!document.hidden) {
    showParts();
    showState();
  }
}, 1_000);
addEventListener('hashchange', route);
showState();
route();
