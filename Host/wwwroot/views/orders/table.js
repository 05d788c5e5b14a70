// The table of orders.

import { h, keyed, put, text } from '../../dom.js';
import { money, plural, when } from '../../format.js';
import { href } from '../../route.js';
import { link, pill, table } from '../../ui.js';

const COLUMNS = ['Order', 'Status', 'Customer', ['Items', 'only-wide.spare'], ['Total', 'num.only-wide'], ['Placed', 'num.only-wide']];

export function orderTable() {
  const rows = h('tbody');
  const element = table('Orders', COLUMNS, rows);
  return {
    element,
    show(orders, query, picked) {
      element.hidden = orders.length === 0;
      keyed(rows, orders, order => order.orderId, createRow, (row, order) => updateRow(row, order, query, picked));
    },
    clear() {
      put(rows);
      rows.keyedChildren = undefined;
    },
    linkOf: id => rows.keyedChildren?.get(id)?.parts.number,
  };
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

function updateRow(row, order, query, picked) {
  const { number, state, items, customer } = row.parts;
  number.href = href('orders', [order.orderId], query);
  customer.href = href('orders', [], { ...query, customerId: order.customerId });
  const now = `${order.status} ${order.statusReason ?? ''}`;
  if (row.status !== now) put(state, pill(order.status), order.statusReason && h('span.reason', order.statusReason));
  row.status = now;
  const [head, ...rest] = order.items;
  text(items, head ? `${head.quantity} × ${head.productName}${rest.length ? `, ${plural(rest.length, 'more', 'more')}` : ''}` : '');
  row.classList.toggle('picked', String(order.orderId) === picked);
}
