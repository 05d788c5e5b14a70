// Stock: available, reserved for orders, and sold; and its correction.

import { getPages, withQuery } from '../api.js';
import { h, put } from '../dom.js';
import { poll } from '../poll.js';
import { go, href } from '../route.js';
import { button, curlBox, empty, heading, link, panel, part, searchForm } from '../ui.js';
import { setStock } from './stock/dialogs.js';
import { stockTable } from './stock/table.js';

const PAGE = 50;

export function mount(root, route, signal) {
  let search = route.query.search ?? '';
  let count = 1;
  const wanted = h('input', { type: 'search', id: 'stock-search', placeholder: 'Product or name', value: search, autocomplete: 'off' });
  const failure = h('div');
  const none = h('div');
  const products = stockTable(() => refresh());
  const showMore = () => {
    count++;
    refresh();
  };
  const more = h('div.more', { hidden: true }, button('Show more products', showMore, { kind: 'quiet' }));
  const path = () => withQuery('/api/inventory/items', { search, limit: PAGE });
  put(
    root,
    heading('Stock', button('Set a stock…', () => setStock(refresh))),
    h(
      'div.toolbar',
      h(
        'div.field',
        h('label', { htmlFor: 'stock-search' }, 'Search'),
        searchForm(() => go('stock', [], { search: wanted.value.trim() }), wanted),
      ),
      h(
        'ul.legend.only-wide',
        h('li', h('span.swatch.accent-fill', { 'aria-hidden': 'true' }), 'available'),
        h('li', h('span.swatch.held-fill', { 'aria-hidden': 'true' }), 'reserved for orders'),
      ),
    ),
    panel(
      null,
      part('inventory', failure, none, products.element, more),
      curlBox(() => ({ path: path() })),
    ),
  );

  const refresh = poll(3_000, signal, {
    load: async () => ({ asked: search, ...(await getPages(path(), count, signal)) }),
    show: ({ asked, items, next }) => {
      if (asked !== search) return;
      more.hidden = next === null;
      put(none, items.length === 0 && noProducts(search));
      products.show(items);
    },
    failure,
    module: 'inventory',
  });
  return {
    update(now) {
      search = now.query.search ?? '';
      wanted.value = search;
      count = 1;
      refresh();
    },
  };
}

const noProducts = search =>
  search
    ? empty(`No product has “${search}” in its number or name.`, 'Look for a part of it, or see all.', link(href('stock'), 'All products'))
    : empty('There are no products.', 'Import a catalogue, or set the stock of one product.', link(href('imports'), 'Imports'));
