// The table of products and their stock.

import { h, keyed, put, text } from '../../dom.js';
import { ago, number } from '../../format.js';
import { href } from '../../route.js';
import { bar, button, link, table } from '../../ui.js';
import { adjustStock } from './dialogs.js';

const COLUMNS = [
  'Product',
  ['Name', 'only-wide'],
  ['Shelf', 'only-wide'],
  ['Available', 'num'],
  ['Reserved', 'num.only-wide'],
  ['Sold', 'num.only-wide'],
  ['Changed', 'num.only-wide'],
  ['', 'num'],
];

/** `changed` runs after an adjustment. */
export function stockTable(changed) {
  const rows = h('tbody');
  const element = table('Stock', COLUMNS, rows);
  const create = item => createRow(item, changed);
  return {
    element,
    show(items) {
      element.hidden = items.length === 0;
      keyed(rows, items, item => item.productId, create, updateRow);
    },
  };
}

function createRow({ productId }, changed) {
  const cells = {
    name: h('td.ellipsis.only-wide'),
    bars: h('td.bar-cell.only-wide'),
    available: h('td.num'),
    reserved: h('td.num.only-wide'),
    sold: h('td.num.only-wide'),
    changed: h('td.num.muted.only-wide'),
  };
  const small = h('span.only-narrow.muted.small');
  const adjust = () => adjustStock(row.item, changed);
  const row = h(
    'tr',
    h('td.product', link(href('orders', [], { productId }), productId), small),
    ...Object.values(cells),
    h('td.num', button('Adjust', adjust, { small: true, 'aria-label': `Adjust the stock of ${productId}` })),
  );
  row.parts = { ...cells, small };
  return row;
}

function updateRow(row, item) {
  const { name, bars, available, reserved, sold, changed, small } = row.parts;
  text(changed, ago(item.updatedAt));
  const now = JSON.stringify(item);
  if (row.now === now) return;
  [row.now, row.item] = [now, item];
  text(name, item.productName);
  text(small, item.reservedQuantity ? `${item.productName} · ${number(item.reservedQuantity)} reserved` : item.productName);
  text(available, number(item.availableQuantity));
  text(reserved, number(item.reservedQuantity));
  text(sold, number(item.soldQuantity));
  available.classList.toggle('bad-text', item.availableQuantity === 0);
  put(bars, stockBar(item));
}

/** A bar is the whole shelf of its product: products differ too much for one scale. */
const stockBar = ({ availableQuantity, reservedQuantity }) =>
  bar(
    [
      { value: availableQuantity, kind: 'accent' },
      { value: reservedQuantity, kind: 'held' },
    ],
    availableQuantity + reservedQuantity,
    `${number(availableQuantity)} available, ${number(reservedQuantity)} reserved`,
  );
