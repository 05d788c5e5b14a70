// The check of the broker's topology.

import { get } from '../../api.js';
import { h, put } from '../../dom.js';
import { dateTime } from '../../format.js';
import { poll } from '../../poll.js';
import { anyPrefix } from '../../system.js';
import { button, curlBox, loading, pill, problemBox, table } from '../../ui.js';

const CHECK_EVERY = 30_000;
const COLUMNS = ['Severity', 'Kind', 'Name', 'Declared', 'Found'];

/** All modules know the whole topology. */
export function topology(signal) {
  const content = h('div', loading());
  const check = poll(CHECK_EVERY, signal, {
    load: () => get(`${anyPrefix()}/ops/topology`, signal),
    show: report =>
      put(
        content,
        h('p', pill(report.ok ? 'OK' : 'ERROR', report.ok ? 'As declared' : 'Differs'), h('span.muted', ` checked ${dateTime(report.checkedAt)}`)),
        report.differences.length > 0
          ? table('Differences', COLUMNS, h('tbody', report.differences.map(differenceRow)))
          : h('p.muted', 'Exchanges, queues, arguments and bindings of the broker match the declarations of this version.'),
      ),
    failed: e => put(content, problemBox(e)),
  });
  return h(
    'section.panel',
    h('div.panel-head', h('h2', 'Topology'), button('Check now', check, { small: true })),
    content,
    curlBox(() => ({ path: `${anyPrefix()}/ops/topology` })),
  );
}

const differenceRow = one =>
  h('tr', h('td', pill(one.severity)), h('td', one.kind), h('td.mono', one.name), h('td.wide-text', one.expected), h('td.wide-text', one.actual));
