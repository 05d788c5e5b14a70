// The groups of dead letters that failed in the same way, by module.

import { get } from '../../api.js';
import { h, keyed, put, text } from '../../dom.js';
import { ago, number, typeName } from '../../format.js';
import { poll } from '../../poll.js';
import { href } from '../../route.js';
import { MODULES, isDown } from '../../system.js';
import { button, curlBox, empty, link, part, problemBox, table } from '../../ui.js';
import { pathOf, replay } from './replay.js';

const COLUMNS = ['Failure', ['Event', 'only-wide'], ['Queue', 'only-wide'], ['Count', 'num'], ['Oldest', 'num.only-wide'], ['Newest', 'num.only-wide'], ['', 'num']];

export function showGroups(place, signal) {
  const none = h('div');
  const showNone = () =>
    put(
      none,
      blocks.every(block => block.isEmpty()) &&
        empty('No message has failed.', 'Nothing to do. A message that fails is set aside here with its cause, and can be sent again.'),
    );
  const blocks = MODULES.map(module => groupsOf(module, { loaded: showNone, replayed: () => blocks.forEach(block => block.refresh()) }, signal));
  put(place, none, blocks.map(block => block.element));
}

/** The groups of one module: `loaded` runs after each load, `replayed` after a replay. */
function groupsOf({ id, name }, { loaded, replayed }, signal) {
  const path = `${pathOf(id)}/groups`;
  const rows = h('tbody');
  const failure = h('div');
  const list = table(`Groups of ${name}`, COLUMNS, rows);
  const element = h('section.panel', h('h2', name), part(id, failure, list), curlBox({ path }));
  let groups = null;
  const show = () => {
    element.hidden = !isDown(id) && groups?.length === 0;
    list.hidden = !groups?.length;
    keyed(
      rows,
      groups ?? [],
      ({ exceptionType, eventType, queue }) => JSON.stringify([exceptionType, eventType, queue]),
      group => groupRow(id, group, replayed),
      (row, group) => row.show(group),
    );
    loaded();
  };
  const refresh = poll(3_000, signal, {
    load: () => get(path, signal),
    show: found => {
      groups = found;
      show();
    },
    failure,
    failed: e => {
      if (!groups && !isDown(id)) put(failure, problemBox(e));
      show();
    },
  });
  return { element, refresh, isEmpty: () => groups?.length === 0 };
}

function groupRow(module, { exceptionType, eventType, queue }, replayed) {
  const [count, oldest, newest] = [h('td.num'), h('td.num.only-wide'), h('td.num.only-wide')];
  const row = h(
    'tr',
    h(
      'td',
      link(href('dead-letters', [module], { status: 'OPEN', exceptionType, eventType, queue }), typeName(exceptionType)),
      h('div.muted.small.only-wide', exceptionType),
      h('div.muted.small.only-narrow', queue),
    ),
    h('td.mono.only-wide', eventType),
    h('td.mono.only-wide', queue),
    count,
    oldest,
    newest,
    h(
      'td.num',
      button('Replay…', () => replay(module, { group: { exceptionType, eventType, queue } }, replayed), {
        small: true,
        'aria-label': `Replay ${typeName(exceptionType)} of ${queue}`,
      }),
    ),
  );
  row.show = now => {
    text(count, number(now.count));
    text(oldest, ago(now.oldest));
    text(newest, ago(now.newest));
  };
  return row;
}
