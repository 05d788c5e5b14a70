// Dead letters: groups that failed in the same way, and each of them; and the unroutable messages.

import { every, get, isAbort, request, withQuery } from '../api.js';
import { h, keyed, put, text } from '../dom.js';
import { ago, number, plural, typeName, when } from '../format.js';
import { go, href } from '../route.js';
import { MODULES, isDown, moduleOf, most, on, state } from '../system.js';
import { button, curlBox, empty, field, heading, link, loading, panel, part, pill, problemBox, select, showFailure, table } from '../ui.js';
import { showLetter } from './letter.js';
import { ops, replay } from './replay.js';
import { showUnrouted } from './unrouted.js';

const PAGE = 50;
const STATUSES = [
  ['', 'Any status'],
  ['OPEN', 'Open'],
  ['QUEUED', 'Queued'],
  ['REPLAYED', 'Replayed'],
];
const known = id => MODULES.some(module => module.id === id);
const filterOf = query => ({
  status: query.status,
  queue: query.queue,
  exceptionType: query.exceptionType,
  eventType: query.eventType,
  orderId: query.orderId,
});

/** #/dead-letters, #/dead-letters/{module}?filters, #/dead-letters/{module}/{id}, #/dead-letters/unrouted */
export function mount(root, route, signal) {
  let page = null;
  const tabs = h('nav.tabs', { 'aria-label': 'Dead letters by module' });
  const place = h('div.stack');
  put(root, heading('Dead letters'), tabs, place);
  const all = [['', 'All groups'], ...MODULES.map(module => [module.id, module.name]), ['unrouted', 'Unroutable']].map(([id, label]) => {
    const count = h('span.badge', { hidden: true });
    return { id, count, element: h('a', { href: href('dead-letters', id ? [id] : [], known(id) ? { status: 'OPEN' } : {}) }, label, count) };
  });
  put(
    tabs,
    all.map(tab => tab.element),
  );

  const showCounts = () => {
    for (const { id, count } of all) {
      const letters = known(id) ? state.get(id).summary?.deadLetters : id === 'unrouted' ? most(summary => summary?.unrouted) : 0;
      count.hidden = !letters;
      text(count, number(letters ?? 0));
    }
  };
  showCounts();
  on('modules', showCounts, signal);

  function update(now) {
    const [where = '', id] = now.args;
    for (const tab of all)
      if (tab.id === where) tab.element.setAttribute('aria-current', 'page');
      else tab.element.removeAttribute('aria-current');
    page?.abort();
    page = new AbortController();
    signal.addEventListener('abort', () => page.abort(), { signal: page.signal });
    put(place);
    if (!where) showGroups(place, page.signal);
    else if (where === 'unrouted') showUnrouted(place, page.signal);
    else if (!known(where)) put(place, empty('There is no such module.', 'Take one of the tabs.'));
    else if (id) showLetter(place, where, id, page.signal);
    else showList(place, where, now.query, page.signal);
  }

  update(route);
  return { update };
}

function showGroups(place, signal) {
  const blocks = MODULES.map(module => ({ module, groups: null, body: h('tbody'), failure: h('div') }));
  const none = h('div');
  const refreshAll = [];
  const show = () => {
    const asked = blocks.filter(block => block.groups);
    put(
      none,
      asked.length === MODULES.length &&
        asked.every(block => block.groups.length === 0) &&
        empty('No message has failed.', 'Nothing to do. A message that fails is set aside here with its cause, and can be sent again.'),
    );
  };
  put(
    place,
    none,
    blocks.map(({ module, body, failure }) => {
      const list = table(
        `Groups of ${module.name}`,
        ['Failure', ['Event', 'only-wide'], ['Queue', 'only-wide'], ['Count', 'num'], ['Oldest', 'num.only-wide'], ['Newest', 'num.only-wide'], ['', 'num']],
        body,
      );
      const section = h(
        'section.panel',
        h('h2', module.name),
        part(module.id, failure, list),
        curlBox({ path: `${ops(module.id)}/dead-letters/groups` }),
      );
      const block = blocks.find(candidate => candidate.module === module);
      refreshAll.push(
        every(
          3_000,
          async () => {
            try {
              block.groups = await get(`${ops(module.id)}/dead-letters/groups`, signal);
              put(failure);
            } catch (e) {
              if (isAbort(e)) return;
              if (!block.groups && !isDown(module.id)) put(failure, problemBox(e));
            }
            section.hidden = !isDown(module.id) && block.groups !== null && block.groups.length === 0;
            list.hidden = !block.groups?.length;
            keyed(
              body,
              block.groups ?? [],
              group => JSON.stringify([group.exceptionType, group.eventType, group.queue]),
              group => groupRow(module.id, group, () => refreshAll.forEach(refresh => refresh())),
              (row, group) => row.show(group),
            );
            show();
          },
          signal,
        ),
      );
      return section;
    }),
  );
}

function groupRow(module, group, changed) {
  const { exceptionType, eventType, queue } = group;
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
      button('Replay…', () => replay(module, { group: { exceptionType, eventType, queue } }, changed), {
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

function showList(place, module, query, signal) {
  const filter = filterOf(query);
  const picked = new Set();
  let letters = [];
  let loadedAt = 0;
  let next = null;
  let pages = 1;
  const command = () => ({ path: withQuery(`${ops(module)}/dead-letters`, { ...filter, limit: PAGE }) });
  const status = select(STATUSES, filter.status ?? '', {
    id: 'letter-status',
    onchange: () => go('dead-letters', [module], { ...filter, status: status.value }),
  });
  const order = h('input', { type: 'search', inputmode: 'numeric', id: 'letter-order', value: filter.orderId ?? '', placeholder: 'for example 42' });
  const chips = h(
    'div.chips',
    Object.entries(filter)
      .filter(([name, value]) => value && name !== 'status' && name !== 'orderId')
      .map(([name, value]) =>
        button(
          [name === 'exceptionType' ? typeName(value) : value, h('span', { 'aria-hidden': 'true' }, ' ×')],
          () => go('dead-letters', [module], { ...filter, [name]: undefined }),
          { kind: 'chip', title: 'Remove the filter' },
        ),
      ),
  );
  const body = h('tbody');
  const failure = h('div', loading());
  const pickAll = h('input', {
    type: 'checkbox',
    'aria-label': 'Pick all',
    onchange: () => {
      letters.filter(canPick).forEach(letter => (pickAll.checked ? picked.add(letter.id) : picked.delete(letter.id)));
      show();
    },
  });
  const list = table(
    'Dead letters',
    [pickAll, 'Id', 'Status', 'Failure', ['Event', 'only-wide'], ['Queue', 'only-wide'], ['Order', 'only-wide'], ['Times', 'num.only-wide'], ['Failed', 'num.only-wide']],
    body,
  );
  const more = button(
    'Show older dead letters',
    () => {
      pages++;
      refresh();
    },
    { kind: 'quiet' },
  );
  const replayPicked = button('Replay…', () => replay(module, { ids: [...picked] }, refreshNow), { kind: 'primary' });
  const replayAll = button('Replay all that match…', () =>
    replay(
      module,
      {
        filter: {
          queue: filter.queue,
          exceptionType: filter.exceptionType,
          eventType: filter.eventType,
          orderId: filter.orderId ? Number(filter.orderId) : undefined,
        },
      },
      refreshNow,
    ),
  );
  const canPick = letter => letter.status !== 'QUEUED';

  function show() {
    put(
      failure,
      letters.length === 0 &&
        (filter.status === 'OPEN' && !filter.queue && !filter.orderId && !filter.exceptionType
          ? empty(`${moduleOf(module).name} has no open dead letter.`, 'Nothing to do.', link(href('dead-letters', [module]), 'Show earlier ones'))
          : empty('No dead letter matches.', 'Remove a filter.', link(href('dead-letters', [module]), 'Show all'))),
    );
    list.hidden = letters.length === 0;
    more.parentElement.hidden = !next;
    replayPicked.disabled = picked.size === 0;
    text(replayPicked, picked.size ? `Replay ${plural(picked.size, 'dead letter')}…` : 'Replay the selection…');
    replayAll.disabled = letters.length === 0;
    keyed(
      body,
      letters,
      letter => letter.id,
      letter => {
        const box = h('input', {
          type: 'checkbox',
          'aria-label': `Pick dead letter ${letter.id}`,
          onchange: () => {
            if (box.checked) picked.add(letter.id);
            else picked.delete(letter.id);
            show();
          },
        });
        const [now, times] = [h('td'), h('td.num.only-wide')];
        const row = h(
          'tr',
          h('td', box),
          h('td', link(href('dead-letters', [module, letter.id]), `#${letter.id}`)),
          now,
          h('td', typeName(letter.exceptionType), h('div.muted.small.ellipsis', letter.exceptionMessage)),
          h('td.mono.only-wide', letter.eventType),
          h('td.mono.only-wide', letter.queue),
          h('td.only-wide', letter.orderId === null ? '–' : link(href('orders', [letter.orderId]), `#${letter.orderId}`)),
          times,
          h('td.num.only-wide', when(letter.failedAt)),
        );
        Object.assign(row, { box, now, times });
        return row;
      },
      (row, letter) => {
        row.box.checked = picked.has(letter.id);
        row.box.disabled = !canPick(letter);
        if (row.status !== letter.status) put(row.now, pill(letter.status));
        row.status = letter.status;
        text(row.times, number(letter.occurrences));
      },
    );
  }

  async function refresh() {
    try {
      let address = command().path;
      const found = [];
      for (let page = 0; page < pages && address; page++) {
        const answer = await request('GET', address, { signal });
        found.push(...answer.body);
        address = answer.next;
      }
      letters = found;
      loadedAt = Date.now();
      next = address;
      for (const id of picked) if (!letters.some(letter => letter.id === id)) picked.delete(id);
      show();
    } catch (e) {
      showFailure(failure, e, loadedAt, module);
    }
  }

  put(
    place,
    panel(
      null,
      h(
        'div.toolbar',
        field('Status', status),
        h(
          'form.field',
          {
            onsubmit: event => {
              event.preventDefault();
              go('dead-letters', [module], { ...filter, orderId: order.value.trim() });
            },
          },
          h('label', { htmlFor: 'letter-order' }, 'Order'),
          h('div.search', order, button('Search', null, { type: 'submit' })),
        ),
        h('div.actions.push', replayPicked, replayAll),
      ),
      chips.children.length > 0 && chips,
      part(module, failure, list, h('div.more', more)),
      curlBox(command),
    ),
  );
  list.hidden = true;
  more.parentElement.hidden = true;
  replayPicked.disabled = replayAll.disabled = true;
  const refreshNow = every(3_000, refresh, signal);
}
