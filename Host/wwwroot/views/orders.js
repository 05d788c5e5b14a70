// Orders: a table whose filters stand in the address, and the order that was picked beside it.

import { linkedAbort, throttle, withQuery } from '../api.js';
import { h, put } from '../dom.js';
import { go, href } from '../route.js';
import { on } from '../system.js';
import { curlBox, heading, link, part } from '../ui.js';
import { openOrder } from './orders/drawer.js';
import { filterOf, orderFilters } from './orders/filters.js';
import { PAGE, orderList } from './orders/list.js';
import { newOrder } from './orders/neworder.js';
import { scenarios } from './orders/scenarios.js';

export function mount(root, route, signal) {
  let query = filterOf(route.query);
  let pick = null;
  let formOpen = false;
  const close = () => go('orders', [], query);
  const filters = orderFilters(query, {
    filter: change => go('orders', pick ? [pick.id] : [], { ...query, ...change }),
    open: id => go('orders', [id], query),
  });
  const list = orderList(query, { clearFilters: () => go('orders', pick ? [pick.id] : []) }, signal);
  const side = h('aside.drawer', { hidden: true, 'aria-label': 'Order' });
  const newOrderLink = link(href('orders', ['new'], query), 'New order');
  put(
    root,
    heading('Orders', newOrderLink),
    scenarios({ changed: list.refresh }, signal),
    h('div.toolbar', filters.status, filters.search),
    filters.chips,
    h('div.with-drawer', part('order', ...list.content), side),
    curlBox(() => ({ path: withQuery('/api/orders', { ...query, limit: PAGE }) })),
  );
  newOrderLink.classList.add('primary', 'button');

  function showPick(id) {
    if (pick?.id === id) return;
    // After an order is closed by keyboard, the focus returns to the place where it was opened.
    const back = side.contains(document.activeElement) && list.linkOf(pick?.id);
    pick?.abort.abort();
    pick = null;
    side.hidden = true;
    if (back && !id) back.focus();
    if (id && id !== 'new') {
      pick = { id, abort: linkedAbort(signal) };
      side.hidden = false;
      openOrder(side, id, { close, changed: list.refresh, signal: pick.abort.signal });
    }
    list.pick(pick?.id);
  }

  function openForm() {
    if (formOpen) return;
    formOpen = true;
    newOrder({
      closed: placed => {
        formOpen = false;
        if (location.hash.startsWith('#/orders/new')) go('orders', placed ? [placed] : [], query);
      },
    });
  }

  function update(now) {
    const filtered = filterOf(now.query);
    if (JSON.stringify(filtered) !== JSON.stringify(query)) {
      query = filtered;
      list.filter(query);
    }
    filters.show(query);
    showPick(now.args[0]);
    if (now.args[0] === 'new') openForm();
  }

  // Events are shown at once, though never more often than once in half a second.
  on('activity', throttle(500, list.refresh, signal), signal);
  addEventListener(
    'keydown',
    event => {
      if (event.key === 'Escape' && pick && !document.querySelector('dialog[open]')) close();
    },
    { signal },
  );
  update(route);
  return { update };
}
