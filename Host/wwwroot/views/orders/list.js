// The list of orders: the newest page is refreshed, and older pages are added to it.

import { request, withQuery } from '../../api.js';
import { h, put } from '../../dom.js';
import { poll, showFailure } from '../../poll.js';
import { href } from '../../route.js';
import { button, empty, link } from '../../ui.js';
import { orderTable } from './table.js';

export const PAGE = 50;

const without = (orders, others) => {
  const ids = new Set(others.map(order => order.orderId));
  return orders.filter(order => !ids.has(order.orderId));
};

function noOrders(query, clearFilters) {
  if (Object.values(query).some(Boolean))
    return empty('No order matches.', 'Remove a filter, or search for another order.', button('Clear the filters', clearFilters));
  return empty('There are no orders yet.', 'Place one, or let a scenario place some.', link(href('orders', ['new']), 'New order'));
}

export function orderList(query, { clearFilters }, signal) {
  let [newest, older, next, picked] = [[], [], null, undefined];
  const failure = h('div');
  const none = h('div');
  const orders = orderTable();
  const more = button('Show older orders', showMore, { kind: 'quiet' });

  function show() {
    const all = [...newest, ...older];
    more.parentElement.hidden = next === null;
    put(none, all.length === 0 && noOrders(query, clearFilters));
    orders.show(all, query, picked);
  }

  async function showMore() {
    try {
      const response = await request('GET', next, { signal });
      older = [...older, ...response.body];
      next = response.next;
      show();
    } catch (e) {
      showFailure(failure, e, 0, 'order');
    }
  }

  const content = [failure, none, orders.element, h('div.more', more)];
  const refresh = poll(3_000, signal, {
    load: async () => ({ asked: query, ...(await request('GET', withQuery('/api/orders', { ...query, limit: PAGE }), { signal })) }),
    show: response => {
      if (response.asked !== query) return;
      // Orders that fell off the first page while older ones are shown stay in the list.
      if (older.length) older = [...without(newest, response.body), ...without(older, response.body)];
      else next = response.next;
      newest = response.body;
      show();
    },
    failure,
    module: 'order',
  });
  return {
    content,
    refresh,
    linkOf: orders.linkOf,
    pick(id) {
      picked = id;
      show();
    },
    filter(now) {
      query = now;
      [newest, older, next] = [[], [], null];
      orders.clear();
      refresh();
    },
  };
}
