// System: instances and versions of the modules, and checks of the topology and of the invariants.

import { every, get, isAbort } from '../api.js';
import { h, put, text } from '../dom.js';
import { ago, dateTime, number, plural, when } from '../format.js';
import { MODULES, instancesOf, isDown, on, state } from '../system.js';
import { act, button, curlBox, facts, field, heading, loading, panel, part, pill, problemBox, table } from '../ui.js';

const AUDIT_EVERY = 30_000;
const DOCS = [
  ['/scalar', 'API reference'],
  ['/errors', 'Error codes'],
];

export function mount(root, route, signal) {
  const links = h('ul.links');
  const cards = MODULES.map(module => moduleCard(module));
  const showLinks = () => {
    const found = new Map(DOCS);
    for (const module of MODULES)
      for (const [name, address] of Object.entries(state.get(module.id).summary?.links ?? {}))
        if (safe(address) && name !== 'apiDocs') found.set(address, name === 'rabbitMq' ? 'RabbitMQ' : name);
    for (const module of MODULES) found.set(`/openapi/${module.id}.json`, `OpenAPI: ${module.name}`);
    const now = JSON.stringify([...found]);
    if (links.now === now) return;
    links.now = now;
    put(
      links,
      [...found].map(([address, label]) => h('li', h('a', { href: address, target: '_blank', rel: 'noopener' }, label))),
    );
  };
  const update = () => {
    cards.forEach(card => card.update());
    showLinks();
  };
  put(
    root,
    heading('System'),
    h(
      'div.cards',
      cards.map(card => card.element),
    ),
    topology(signal),
    invariants(signal),
    simulator(signal),
    panel('Elsewhere', links),
  );
  update();
  on('modules', update, signal);
  return { update() {} };
}

/** Addresses that come from the API are followed only when they lead to a web page. */
const safe = address => typeof address === 'string' && (/^https?:\/\//.test(address) || /^\/(?!\/)/.test(address));

function moduleCard(module) {
  const light = h('span.lamp', { 'aria-hidden': 'true' });
  const content = h('div', loading());
  const settingRows = h('tbody');
  const box = h('details', h('summary', 'Settings'), table(`Settings of ${module.name}`, ['Name', 'Value'], settingRows));
  const element = h(
    'section.panel.module',
    h('div.panel-head', h('h2', module.name), light),
    part(module.id, content, box),
    curlBox({ path: `${module.prefix}/ops/summary` }),
  );
  let shown = '';
  return {
    element,
    update() {
      const { summary, problem } = state.get(module.id);
      element.classList.toggle('down', isDown(module.id));
      box.hidden = !summary;
      if (!summary) {
        if (problem) put(content, problemBox(problem));
        return;
      }
      const { version, commit, modules, outboxPending, deadLetters, settings } = summary;
      const instances = instancesOf(module.id);
      // Only changed parts are drawn again, so that text in the others can be selected and copied.
      const now = JSON.stringify([version, commit, modules, outboxPending, deadLetters, settings, instances.map(one => one.name)]);
      if (now === shown) return;
      shown = now;
      put(
        content,
        facts(
          ['Version', version, ' ', commit && h('code', String(commit).slice(0, 10))],
          ['Modules of the process', (modules ?? []).join(', ')],
          ['Instances', instances.map(one => h('div', h('code', one.name), h('span.muted', ` since ${when(one.startedAt)}`)))],
          typeof outboxPending === 'number' && ['Outbox', `${number(outboxPending)} pending`],
          ['Dead letters', number(deadLetters)],
        ),
      );
      put(
        settingRows,
        Object.entries(settings ?? {}).map(([name, value]) =>
          h('tr', h('td.mono', name), h('td.mono.wrap', typeof value === 'string' ? value : JSON.stringify(value))),
        ),
      );
    },
  };
}

/** The first module that answers is asked: all of them know the whole topology. */
const anyPrefix = () => (MODULES.find(module => !isDown(module.id)) ?? MODULES[0]).prefix;

function topology(signal) {
  const content = h('div', loading());
  const check = every(
    AUDIT_EVERY,
    async () => {
      try {
        const report = await get(`${anyPrefix()}/ops/topology`, signal);
        put(
          content,
          h('p', pill(report.ok ? 'OK' : 'ERROR', report.ok ? 'As declared' : 'Differs'), h('span.muted', ` checked ${dateTime(report.checkedAt)}`)),
          report.differences.length > 0
            ? table(
                'Differences',
                ['Severity', 'Kind', 'Name', 'Declared', 'Found'],
                h(
                  'tbody',
                  report.differences.map(one =>
                    h(
                      'tr',
                      h('td', pill(one.severity)),
                      h('td', one.kind),
                      h('td.mono', one.name),
                      h('td.wide-text', one.expected),
                      h('td.wide-text', one.actual),
                    ),
                  ),
                ),
              )
            : h('p.muted', 'Exchanges, queues, arguments and bindings of the broker match the declarations of this version.'),
        );
      } catch (e) {
        if (!isAbort(e)) put(content, problemBox(e));
      }
    },
    signal,
  );
  return h(
    'section.panel',
    h('div.panel-head', h('h2', 'Topology'), button('Check now', check, { small: true })),
    content,
    curlBox(() => ({ path: `${anyPrefix()}/ops/topology` })),
  );
}

function invariants(signal) {
  const checks = [];
  const blocks = MODULES.map(module => {
    const content = h('div', loading());
    checks.push(
      every(
        AUDIT_EVERY,
        async () => {
          try {
            put(content, report(await get(`${module.prefix}/ops/invariants`, signal)));
          } catch (e) {
            if (!isAbort(e) && !isDown(module.id)) put(content, problemBox(e));
          }
        },
        signal,
      ),
    );
    return h('div', h('h3', module.name), part(module.id, content));
  });
  return h(
    'section.panel',
    h(
      'div.panel-head',
      h('h2', 'Invariants'),
      button('Check now', () => checks.forEach(check => check()), { small: true }),
    ),
    h('p.muted', 'Statements about the database of each module that are always true. A violation is a bug, or a database was changed by hand.'),
    h('div.invariants', blocks),
    curlBox(...MODULES.map(module => ({ label: module.name, path: `${module.prefix}/ops/invariants` }))),
  );
}

function report({ checks, checkedAt }) {
  const violated = checks.filter(check => check.violations > 0);
  const unchecked = checks.filter(check => check.notChecked);
  const row = check =>
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
          h(
            'ul.examples',
            check.examples.map(example => h('li', h('code', example.key), ' ', example.what)),
          ),
      ),
    );
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
      h('ul', [...violated, ...checks.filter(check => check.violations === 0)].map(row)),
    ),
  ];
}

function simulator(signal) {
  const path = '/api/payments/simulator';
  const share = h('input', { type: 'number', min: 0, max: 1, step: 'any', required: true, oninput: touched });
  const least = h('input', { type: 'number', min: 0, step: 1, required: true, oninput: touched });
  const most = h('input', { type: 'number', min: 0, step: 1, required: true, oninput: touched });
  const seed = h('input', { type: 'number', step: 1, required: true, oninput: touched });
  const failed = h('div');
  const note = h('p.muted');
  let dirty = false;
  const command = () => ({
    method: 'PUT',
    path,
    body: {
      successRate: Number(share.value),
      latencyMs: { min: Number(least.value), max: Number(most.value) },
      seed: Number(seed.value),
    },
  });
  const commands = curlBox({ label: 'Look', path }, () => ({ label: 'Set', ...command() }));
  function touched() {
    dirty = true;
    text(note, 'Changed, not set yet.');
    commands.refresh();
  }
  const show = now => {
    [share.value, least.value, most.value, seed.value] = [now.successRate, now.latencyMs.min, now.latencyMs.max, now.seed];
    text(note, 'Every replica follows within a second.');
  };
  every(
    5_000,
    async () => {
      try {
        const now = await get(path, signal);
        if (!dirty) show(now);
      } catch (e) {
        if (!isAbort(e) && !isDown('payment')) put(failed, problemBox(e));
      }
    },
    signal,
  );
  return h(
    'section.panel',
    h('h2', 'Payment simulator'),
    part(
      'payment',
      h(
        'form',
        {
          onsubmit: async event => {
            event.preventDefault();
            const answer = await act(event.submitter, command(), 'The simulator is set.', failed);
            if (answer) {
              dirty = false;
              show(answer.body);
            }
          },
        },
        h(
          'div.fields',
          field('Success share', share, '0 to 1, of customers that are neither CUST-APPROVE… nor CUST-DECLINE…'),
          field('Latency from, ms', least),
          field('Latency to, ms', most),
          field('Seed', seed, 'the same seed decides the same way'),
        ),
        failed,
        note,
        h('div.actions', button('Set', null, { type: 'submit', kind: 'primary' })),
      ),
    ),
    commands,
  );
}
