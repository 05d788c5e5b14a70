// The checks of the invariants of each module.

import { get } from '../../api.js';
import { h, put } from '../../dom.js';
import { ago, number, plural } from '../../format.js';
import { poll } from '../../poll.js';
import { MODULES, isDown } from '../../system.js';
import { button, curlBox, loading, part, pill, problemBox } from '../../ui.js';

const CHECK_EVERY = 30_000;

export function invariants(signal) {
  const blocks = MODULES.map(module => invariantsOf(module, signal));
  return h(
    'section.panel',
    h(
      'div.panel-head',
      h('h2', 'Invariants'),
      button('Check now', () => blocks.forEach(({ check }) => check()), { small: true }),
    ),
    h('p.muted', 'Statements about the database of each module that are always true. A violation is a bug, or a database was changed by hand.'),
    h('div.invariants', blocks.map(({ element }) => element)),
    curlBox(...blocks.map(({ command }) => command)),
  );
}

function invariantsOf({ id, name, prefix }, signal) {
  const command = { label: name, path: `${prefix}/ops/invariants` };
  const content = h('div', loading());
  const check = poll(CHECK_EVERY, signal, {
    load: () => get(command.path, signal),
    show: result => put(content, report(result)),
    failed: e => isDown(id) || put(content, problemBox(e)),
  });
  return { element: h('div', h('h3', name), part(id, content)), command, check };
}

function report({ checks, checkedAt }) {
  const violated = checks.filter(check => check.violations > 0);
  const unchecked = checks.filter(check => check.notChecked);
  return [
    h(
      'p',
      pill(
        violated.length ? 'ERROR' : 'OK',
        violated.length ? `${plural(violated.length, 'sentence')} violated` : unchecked.length ? `${number(checks.length - unchecked.length)} hold, ${number(unchecked.length)} not checked` : `All ${number(checks.length)} hold`,
      ),
      h('span.muted', ` checked ${ago(checkedAt)}`),
    ),
    h(
      'details.checks',
      { open: violated.length > 0 },
      h('summary', 'Each of them'),
      h('ul', [...violated, ...checks.filter(check => check.violations === 0)].map(checkItem)),
    ),
  ];
}

const checkItem = check =>
  h(
    'li',
    h('span.mark', { 'aria-hidden': 'true' }, check.violations ? '✕' : check.notChecked ? '?' : '✓'),
    h(
      'div',
      h('code', check.name),
      check.violations > 0 && h('b.bad-text', ` ${plural(check.violations, 'violation')}`),
      h('div.muted', check.description),
      check.notChecked && h('div.muted', `Not checked: ${check.notChecked}`),
      check.covered < 1 && !check.notChecked && h('div.muted', `${Math.floor(check.covered * 100)} % of the rows are checked so far`),
      check.examples?.length > 0 &&
        h('ul.examples', check.examples.map(example => h('li', h('code', example.key), ' ', example.what))),
    ),
  );
