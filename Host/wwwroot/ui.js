// The parts that views are made of.

import { curl } from './api.js';
import { h, put, text } from './dom.js';
import { NONE, seconds, words } from './format.js';
import { href } from './route.js';
import { isDown, moduleOf, state } from './system.js';

const GOOD = new Set(['COMPLETED', 'COMMITTED', 'REPLAYED', 'REFUNDED', 'OK', 'UP', 'SENT']);
const BAD = new Set(['FAILED', 'OPEN', 'ERROR', 'DOWN', 'DECLINED']);
const BUSY = new Set(['PENDING', 'CONFIRMED', 'RUNNING', 'QUEUED', 'ACTIVE', 'UPLOADING']);

const WARN = new Set(['WARNING', 'PAUSED']);

const MARKS = { good: '✓', bad: '✕', busy: '●', warn: '!', calm: '–' };
const kindOf = status => (GOOD.has(status) ? 'good' : BAD.has(status) ? 'bad' : BUSY.has(status) ? 'busy' : WARN.has(status) ? 'warn' : 'calm');

/** A status as a pill; a mark beside the word shows it without its colour. */
export function pill(status, label = words(status)) {
  const kind = kindOf(status);
  return h(`span.pill.${kind}`, h('span.mark', { 'aria-hidden': 'true' }, MARKS[kind]), label);
}

export function button(label, onclick, { kind = '', small = false, type = 'button', ...rest } = {}) {
  return h(`button${kind ? `.${kind}` : ''}${small ? '.small' : ''}`, { type, onclick, ...rest }, label);
}

export const link = (address, ...content) => h('a', { href: address }, ...content);
export const orderLink = id => (id === null ? NONE : link(href('orders', [id]), `#${id}`));

/** Heading of a view, with its actions. */
export const heading = (title, ...actions) => h('div.heading', h('h1', title), actions.length > 0 && h('div.actions', ...actions));

export const panel = (title, ...content) => h('section.panel', title && h('h2', title), ...content);

/** Note of an empty list, with the next step. */
export const empty = (what, next, ...actions) =>
  h('div.empty', h('p.empty-what', what), h('p', next), actions.length > 0 && h('div.actions', ...actions));

export const loading = () => h('p.loading', 'Loading…');

/** A problem, with all that helps to find its cause. */
export function problemBox(problem) {
  if (!('title' in problem)) problem = { title: 'The console failed', detail: problem.message };
  return h(
    'div.problem',
    { role: 'alert' },
    h('p.problem-title', problem.title, problem.code && [' · ', problem.type ? link(problem.type, problem.code) : problem.code]),
    problem.detail && h('p', problem.detail),
    problem.errors &&
      h(
        'ul',
        Object.entries(problem.errors).map(([field, mistakes]) => h('li', h('code', field), ' ', mistakes.join('; '))),
      ),
    problem.traceId &&
      h('p.trace', 'traceId ', h('code', problem.traceId), ' ', copyButton(() => problem.traceId, 'Copy traceId')),
  );
}

function copyButton(content, label = 'Copy') {
  const own = button(
    'Copy',
    async () => {
      try {
        await navigator.clipboard.writeText(content());
        own.textContent = 'Copied';
      } catch {
        own.textContent = 'Select it and copy';
      }
      setTimeout(() => {
        own.textContent = 'Copy';
      }, 2_000);
    },
    { kind: 'quiet', small: true, 'aria-label': label },
  );
  return own;
}

/** Commands that do the same as the actions beside them. Each is { label?, method, path, body, … } or a function that gives it when it is looked at. */
export function curlBox(...commands) {
  const lines = h('div.curl-lines');
  const box = h('details.curl', { ontoggle: () => box.open && show() }, h('summary', 'Same with curl'), lines);
  const show = () =>
    put(
      lines,
      commands.map(command => {
        const wanted = typeof command === 'function' ? command() : command;
        if (!wanted) return null;
        const line = curl(wanted);
        return h(
          'div.curl-line',
          wanted.label && h('span.muted', wanted.label),
          h('pre', { tabindex: '0', 'aria-label': `curl command${wanted.label ? `: ${wanted.label}` : ''}` }, line),
          copyButton(() => line, 'Copy the command'),
        );
      }),
    );
  box.refresh = () => box.open && show();
  return box;
}

/** A field with its label. */
export function field(label, input, hint) {
  const id = input.id || (input.id = `field-${Math.random().toString(36).slice(2, 9)}`);
  const about = hint ? h('small.hint', { id: `${id}-hint` }, hint) : null;
  if (about) input.setAttribute('aria-describedby', about.id);
  return h('div.field', h('label', { htmlFor: id }, label), input, about);
}

export const select = (options, value, properties = {}) =>
  h('select', properties, options.map(([name, label]) => h('option', { value: name, selected: name === value }, label)));

export const searchForm = (search, ...inputs) =>
  h(
    'form.search',
    {
      role: 'search',
      onsubmit: event => {
        event.preventDefault();
        search();
      },
    },
    ...inputs,
    button('Search', null, { type: 'submit' }),
  );

/** A filter that is set, as a button that removes it. */
export const filterChip = (label, remove) =>
  button([label, h('span', { 'aria-hidden': 'true' }, ' ×')], remove, { kind: 'chip', title: 'Remove the filter' });

/** A table that scrolls by itself when it does not fit, also by keyboard. A column is a name, an element, or one of them with a class. */
export function table(label, columns, body) {
  const region = h(
    'div.scroll',
    { role: 'region', 'aria-label': label },
    h(
      'table',
      h(
        'thead',
        h(
          'tr',
          columns.map(column => {
            const [name, kind] = Array.isArray(column) ? column : [column, ''];
            return h(`th${kind ? `.${kind}` : ''}`, { scope: 'col' }, name || h('span.away', 'Actions'));
          }),
        ),
      ),
      body,
    ),
  );
  new ResizeObserver(() => {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute('tabindex');
  }).observe(region);
  return region;
}

/** A row of parts that together are the whole: [{ value, kind, label }]. */
export function bar(parts, whole, label) {
  const total = Math.max(
    whole,
    parts.reduce((all, part) => all + part.value, 0),
    1,
  );
  return h(
    'div.bar',
    { role: 'img', 'aria-label': label },
    parts.map(part => {
      const piece = h(`span.${part.kind}`);
      piece.style.width = `${(100 * part.value) / total}%`;
      return piece;
    }),
  );
}

export const facts = (...pairs) =>
  h('dl.facts', pairs.filter(Boolean).map(([name, ...value]) => h('div', h('dt', name), h('dd', ...value))));

/** Part of a module: it turns grey while the module does not answer, and says since when. */
export function part(module, ...content) {
  const note = h('p.part-note', { hidden: true });
  const element = h('div.part', { 'data-module': module }, note, ...content);
  showPart(element);
  return element;
}

function showPart(element) {
  const id = element.dataset.module;
  const down = isDown(id);
  const note = element.firstChild;
  element.classList.toggle('stale', down);
  note.hidden = !down;
  if (!down) return;
  const { at, since, problem } = state.get(id);
  text(
    note,
    `${moduleOf(id).name} has not answered for ${seconds(Date.now() - since)}${at ? '; what you see is from before' : ''}. ${problem?.detail ?? ''}`,
  );
}

/** Brings all parts up to date; called every second. */
export const showParts = () => document.querySelectorAll('.part[data-module]').forEach(showPart);
