// Dead letters: groups that failed in the same way, and each of them; and the unroutable messages.

import { linkedAbort } from '../api.js';
import { h, put, text } from '../dom.js';
import { number } from '../format.js';
import { href } from '../route.js';
import { MODULES, most, on, state } from '../system.js';
import { empty, heading } from '../ui.js';
import { showDeadLetter } from './deadletters/deadletter.js';
import { showGroups } from './deadletters/groups.js';
import { showList } from './deadletters/list.js';
import { showUnroutable } from './deadletters/unroutable.js';

const TABS = [['', 'All groups'], ...MODULES.map(module => [module.id, module.name]), ['unrouted', 'Unroutable']];
const known = id => MODULES.some(module => module.id === id);

function tab([id, label]) {
  const count = h('span.badge', { hidden: true });
  return { id, count, element: h('a', { href: href('dead-letters', id ? [id] : [], known(id) ? { status: 'OPEN' } : {}) }, label, count) };
}

const countOf = id => (known(id) ? state.get(id).summary?.deadLetters : id === 'unrouted' ? most(summary => summary?.unrouted) : 0);

function showCounts(tabs) {
  for (const { id, count } of tabs) {
    const letters = countOf(id);
    count.hidden = !letters;
    text(count, number(letters ?? 0));
  }
}

/** #/dead-letters, #/dead-letters/{module}?filters, #/dead-letters/{module}/{id}, #/dead-letters/unrouted */
export function mount(root, route, signal) {
  let page = null;
  const tabs = TABS.map(tab);
  const place = h('div.stack');
  put(
    root,
    heading('Dead letters'),
    h('nav.tabs', { 'aria-label': 'Dead letters by module' }, tabs.map(({ element }) => element)),
    place,
  );
  showCounts(tabs);
  on('modules', () => showCounts(tabs), signal);

  function update(now) {
    const [where = '', id] = now.args;
    for (const { id: tabId, element } of tabs)
      if (tabId === where) element.setAttribute('aria-current', 'page');
      else element.removeAttribute('aria-current');
    page?.abort();
    page = linkedAbort(signal);
    put(place);
    if (!where) showGroups(place, page.signal);
    else if (where === 'unrouted') showUnroutable(place, page.signal);
    else if (!known(where)) put(place, empty('There is no such module.', 'Take one of the tabs.'));
    else if (id) showDeadLetter(place, where, id, page.signal);
    else showList(place, where, now.query, page.signal);
  }

  update(route);
  return { update };
}
