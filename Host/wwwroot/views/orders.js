// Orders: a table whose filters stand in the address, and the order that was picked beside it.

import { every, request, withQuery } from '../api.js';
import { h, keyed, put, text } from '../dom.js';
import { money, plural, when } from '../format.js';
import { go, href } from '../route.js';
import { on } from '../system.js';
import { button, curlBox, empty, field, heading, link, part, pill, select, showFailure, table } from '../ui.js';
import { openOrder } from './order.js';
import { newOrder } from './neworder.js';
import { scenarios } from './scenarios.js';

const STATUSES = [
  ['', 'Any status'],
  ['PENDING', 'Pending'],
  ['CONFIRMED', 'Confirmed'],
  ['COMPLETED', 'Completed'],
  ['FAILED', 'Failed'],
  ['CANCELLED', 'Cancelled'],
];
const KINDS = [
  ['order', 'Order'],
  ['customerId', 'Customer'],
  ['productId', 'Product'],
];
const PAGE = 50;

const filterOf = ({ status, customerId, productId }) => ({ status, customerId, productId });

export function mount(root, route, signal) {
  let query = filterOf(route.query);
  let first = [];
  let older = [];
  let next = null;
  let pick = null;
  let loadedAt = 0;
  let dialogOpen = false;

  const status = select(STATUSES, query.status ?? '', { id: 'order-status', onchange: () => filter({ status: status.value }) });
  const kind = select(KINDS, query.productId ? 'productId' : query.customerId ? 'customerId' : 'order', {
    id: 'order-kind',
    'aria-label': 'Search by',
    onchange: () => {
      wanted.value = '';
      hintSearch();
    },
  });
  const wanted = h('input', { type: 'search', id: 'order-search', 'aria-label': 'Search for', autocomplete: 'off' });
  const search = h(
    'form.search',
    {
      role: 'search',
      onsubmit: event => {
        event.preventDefault();
        find();
      },
    },
    kind,
    wanted,
    button('Search', null, { type: 'submit' }),
  );
  const chips = h('div.chips');
  const rows = h('tbody');
  const failure = h('div');
  const none = h('div');
  const list = table('Orders', ['Order', 'Status', 'Customer', ['Items', 'only-wide.spare'], ['Total', 'num.only-wide'], ['Placed', 'num.only-wide']], rows);
  const more = button('Show older orders', showMore, { kind: 'quiet' });
  const side = h('aside.drawer', { hidden: true, 'aria-label': 'Order' });
  const body = h('div.with-drawer', part('order', failure, none, list, h('div.more', more)), side);

  const hintSearch = () => {
    wanted.placeholder = { order: 'for example 42', customerId: 'for example CUST-001', productId: 'for example PROD-001' }[kind.value];
  };
  const filter = change => go('orders', pick ? [pick.id] : [], { ...query, ...change });

  function find() {
    const value = wanted.value.trim().replace(/^#/, '');
    if (kind.value === 'order') {
      if (value) go('orders', [value], query);
      return;
    }
    filter({ customerId: undefined, productId: undefined, [kind.value]: value });
  }

  function showChips() {
    const set = Object.entries(query).filter(([, value]) => value);
    chips.hidden = set.length === 0;
    put(
      chips,
      set.map(([name, value]) =>
        button(
          [`${{ status: 'Status', customerId: 'Customer', productId: 'Product' }[name]}: ${value}`, h('span', { 'aria-hidden': 'true' }, ' ×')],
          () => filter({ [name]: undefined }),
          { kind: 'chip', title: 'Remove the filter' },
        ),
      ),
    );
  }

  function show() {
    const all = [...first, ...older];
    list.hidden = all.length === 0;
    more.parentElement.hidden = next === null;
    const filtered = Object.values(query).some(Boolean);
    put(
      none,
      all.length === 0 &&
        (filtered
          ? empty(
              'No order matches.',
              'Remove a filter, or search for another order.',
              button('Clear the filters', () => go('orders', pick ? [pick.id] : [])),
            )
          : empty('There are no orders yet.', 'Place one, or let a scenario place some.', link(href('orders', ['new']), 'New order'))),
    );
    keyed(rows, all, order => order.orderId, createRow, updateRow);
  }

  function createRow(order) {
    const number = link('', `#${order.orderId}`);
    const [state, items] = [h('td'), h('td.ellipsis.only-wide.spare')];
    const customer = link('', order.customerId);
    const row = h(
      'tr',
      h('td', number),
      state,
      h('td.ellipsis', customer, h('span.only-narrow.muted.small', `${money(order.totalAmount)} · ${when(order.createdAt)}`)),
      items,
      h('td.num.only-wide', money(order.totalAmount)),
      h('td.num.nowrap.only-wide', when(order.createdAt)),
    );
    row.parts = { number, state, items, customer };
    return row;
  }

  function updateRow(row, order) {
    const { number, state, items, customer } = row.parts;
    number.href = href('orders', [order.orderId], query);
    customer.href = href('orders', [], { ...query, customerId: order.customerId });
    const now = `${order.status} ${order.statusReason ?? ''}`;
    if (row.status !== now) put(state, pill(order.status), order.statusReason && h('span.reason', order.statusReason));
    row.status = now;
    const [head, ...rest] = order.items;
    text(items, head ? `${head.quantity} × ${head.productName}${rest.length ? `, ${plural(rest.length, 'more', 'more')}` : ''}` : '');
    row.classList.toggle('picked', String(order.orderId) === pick?.id);
  }

  async function refresh() {
    const asked = query;
    try {
      const answer = await request('GET', withQuery('/api/orders', { ...query, limit: PAGE }), { signal });
      if (asked !== query) return;
      // Orders that fell off the first page while older ones are shown stay in the list.
      const listed = new Set(answer.body.map(order => order.orderId));
      if (older.length) older = [...first.filter(order => !listed.has(order.orderId)), ...older.filter(order => !listed.has(order.orderId))];
      else next = answer.next;
      first = answer.body;
      loadedAt = Date.now();
      put(failure);
      show();
    } catch (e) {
      showFailure(failure, e, loadedAt, 'order');
    }
  }

  async function showMore() {
    try {
      const answer = await request('GET', next, { signal });
      older = [...older, ...answer.body];
      next = answer.next;
      show();
    } catch (e) {
      showFailure(failure, e, 0, 'order');
    }
  }

  function showPick(id) {
    if (pick?.id === id) return;
    // After an order is closed by keyboard, the focus returns to the place where it was opened.
    const back = side.contains(document.activeElement) && rows.keyedChildren?.get(pick?.id)?.parts.number;
    pick?.abort.abort();
    pick = null;
    side.hidden = true;
    if (back && !id) back.focus();
    if (id && id !== 'new') {
      const abort = new AbortController();
      signal.addEventListener('abort', () => abort.abort(), { signal: abort.signal });
      pick = { id, abort };
      side.hidden = false;
      openOrder(side, id, { close: () => go('orders', [], query), changed: refreshNow, signal: abort.signal });
    }
    show();
  }

  function update(now) {
    const filtered = filterOf(now.query);
    if (JSON.stringify(filtered) !== JSON.stringify(query)) {
      query = filtered;
      [first, older, next] = [[], [], null];
      put(rows);
      rows.keyedChildren = undefined;
      status.value = query.status ?? '';
      refreshNow();
    }
    const key = query.productId ? 'productId' : query.customerId ? 'customerId' : null;
    if (key) {
      kind.value = key;
      wanted.value = query[key];
    } else if (kind.value !== 'order') wanted.value = '';
    hintSearch();
    showChips();
    showPick(now.args[0]);
    if (now.args[0] === 'new' && !dialogOpen) {
      dialogOpen = true;
      newOrder({
        closed: placed => {
          dialogOpen = false;
          if (location.hash.startsWith('#/orders/new')) go('orders', placed ? [placed] : [], query);
        },
      });
    }
  }

  put(
    root,
    heading('Orders', link(href('orders', ['new'], query), 'New order')),
    scenarios({ changed: () => refreshNow() }, signal),
    h('div.toolbar', field('Status', status), h('div.field', h('span.label', 'Search'), search)),
    chips,
    body,
    curlBox(() => ({ path: withQuery('/api/orders', { ...query, limit: PAGE }) })),
  );
  root.querySelector('.heading a').classList.add('primary', 'button');

  const refreshNow = every(3_000, refresh, signal);
  // Events are shown at once, though never more often than once in half a second.
  let soon = null;
  on(
    'activity',
    () => {
      soon ??= setTimeout(() => {
        soon = null;
        refreshNow();
      }, 500);
    },
    signal,
  );
  signal.addEventListener('abort', () => {
    clearTimeout(soon);
    pick?.abort.abort();
  });
  addEventListener(
    'keydown',
    event => {
      if (event.key === 'Escape' && pick && !document.querySelector('dialog[open]')) go('orders', [], query);
    },
    { signal },
  );
  update(route);
  return { update };
}
