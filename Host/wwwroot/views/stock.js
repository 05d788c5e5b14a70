// Stock: available, reserved for orders, and sold; and its correction.

import { every, newKey, request, withQuery } from '../api.js';
import { h, keyed, put, text } from '../dom.js';
import { ago, number } from '../format.js';
import { go, href } from '../route.js';
import { act, bar, button, curlBox, dialog, empty, field, heading, link, panel, part, showFailure, table } from '../ui.js';

const PAGE = 50;
const itemPath = id => `/api/inventory/items/${encodeURIComponent(id)}`;

export function mount(root, route, signal) {
  let search = route.query.search ?? '';
  let pages = 1;
  let more = false;
  let loadedAt = 0;
  const wanted = h('input', { type: 'search', id: 'stock-search', placeholder: 'Product or name', value: search, autocomplete: 'off' });
  const form = h(
    'form.search',
    {
      role: 'search',
      onsubmit: event => {
        event.preventDefault();
        go('stock', [], { search: wanted.value.trim() });
      },
    },
    wanted,
    button('Search', null, { type: 'submit' }),
  );
  const rows = h('tbody');
  const failure = h('div');
  const none = h('div');
  const list = table(
    'Stock',
    [
      'Product',
      ['Name', 'only-wide'],
      ['Shelf', 'only-wide'],
      ['Available', 'num'],
      ['Reserved', 'num.only-wide'],
      ['Sold', 'num.only-wide'],
      ['Changed', 'num.only-wide'],
      ['', 'num'],
    ],
    rows,
  );
  const next = button(
    'Show more products',
    () => {
      pages++;
      refresh();
    },
    { kind: 'quiet' },
  );
  const command = () => ({ path: withQuery('/api/inventory/items', { search, limit: PAGE }) });

  function createRow(item) {
    const cells = {
      name: h('td.ellipsis.only-wide'),
      bars: h('td.bar-cell.only-wide'),
      available: h('td.num'),
      reserved: h('td.num.only-wide'),
      sold: h('td.num.only-wide'),
      changed: h('td.num.muted.only-wide'),
    };
    const small = h('span.only-narrow.muted.small');
    const row = h(
      'tr',
      h('td.product', link(href('orders', [], { productId: item.productId }), item.productId), small),
      ...Object.values(cells),
      h(
        'td.num',
        button('Adjust', () => adjust(row.item, refresh), { small: true, 'aria-label': `Adjust the stock of ${item.productId}` }),
      ),
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
    // A bar is the whole shelf of its product: products differ too much for one scale.
    put(
      bars,
      bar(
        [
          { value: item.availableQuantity, kind: 'accent' },
          { value: item.reservedQuantity, kind: 'held' },
        ],
        item.availableQuantity + item.reservedQuantity,
        `${number(item.availableQuantity)} available, ${number(item.reservedQuantity)} reserved`,
      ),
    );
  }

  async function load() {
    let address = command().path;
    const items = [];
    for (let page = 0; page < pages && address; page++) {
      const answer = await request('GET', address, { signal });
      items.push(...answer.body);
      address = answer.next;
    }
    more = address !== null;
    return items;
  }

  const refresh = every(
    3_000,
    async () => {
      const asked = search;
      try {
        const items = await load();
        if (asked !== search) return;
        put(failure);
        loadedAt = Date.now();
        list.hidden = items.length === 0;
        next.parentElement.hidden = !more;
        put(
          none,
          items.length === 0 &&
            (search
              ? empty(`No product has “${search}” in its number or name.`, 'Look for a part of it, or see all.', link(href('stock'), 'All products'))
              : empty('There are no products.', 'Import a catalogue, or set the stock of one product.', link(href('imports'), 'Imports'))),
        );
        keyed(rows, items, item => item.productId, createRow, updateRow);
      } catch (e) {
        showFailure(failure, e, loadedAt, 'inventory');
      }
    },
    signal,
  );

  put(
    root,
    heading(
      'Stock',
      button('Set a stock…', () => set(refresh)),
    ),
    h(
      'div.toolbar',
      h('div.field', h('label', { htmlFor: 'stock-search' }, 'Search'), form),
      h(
        'ul.legend.only-wide',
        h('li', h('span.swatch.accent-fill', { 'aria-hidden': 'true' }), 'available'),
        h('li', h('span.swatch.held-fill', { 'aria-hidden': 'true' }), 'reserved for orders'),
      ),
    ),
    panel(null, part('inventory', failure, none, list, h('div.more', next)), curlBox(command)),
  );
  next.parentElement.hidden = true;

  return {
    update(now) {
      search = now.query.search ?? '';
      wanted.value = search;
      pages = 1;
      refresh();
    },
  };
}

function adjust(item, changed) {
  const key = newKey();
  const delta = h('input', { type: 'number', step: 1, required: true, value: '1', oninput: show });
  const reason = h('input', { type: 'text', required: true, maxlength: 200, placeholder: 'for example: counted anew', oninput: show });
  const only = h('input', { type: 'checkbox', id: 'only-if', checked: true, onchange: show });
  const after = h('p.num');
  const failed = h('div');
  const command = () => ({
    method: 'POST',
    path: `${itemPath(item.productId)}/adjustments`,
    headers: { 'Idempotency-Key': key },
    body: { delta: Number(delta.value), reason: reason.value.trim(), ...(only.checked ? { expectedAvailable: item.availableQuantity } : {}) },
  });
  const commands = curlBox(command);
  function show() {
    const result = item.availableQuantity + Number(delta.value);
    text(after, `${number(item.availableQuantity)} available now, ${number(result)} afterwards${result < 0 ? ': that is not possible' : ''}`);
    commands.refresh();
  }

  dialog(`Adjust ${item.productId}, ${item.productName}`, close =>
    h(
      'form',
      {
        onsubmit: async event => {
          event.preventDefault();
          const answer = await act(
            event.submitter,
            command(),
            done => `${item.productId} has ${number(done.body.availableQuantity)} available.`,
            failed,
          );
          if (answer) {
            close();
            changed();
          }
        },
      },
      field('Pieces to add, or to take when negative', delta),
      after,
      field('Reason', reason),
      h('label.check', only, ` Only if it is still ${number(item.availableQuantity)} by then`),
      failed,
      commands,
      h('div.actions', button('Adjust', null, { type: 'submit', kind: 'primary' }), button('Leave it', close, { kind: 'quiet' })),
    ),
  );
  show();
}

function set(changed) {
  const product = h('input', { type: 'text', required: true, maxlength: 64, oninput: show });
  const name = h('input', { type: 'text', required: true, maxlength: 200, oninput: show });
  const available = h('input', { type: 'number', min: 0, step: 1, required: true, value: '0', oninput: show });
  const failed = h('div');
  const command = () => ({
    method: 'PUT',
    path: itemPath(product.value.trim()),
    body: { productName: name.value.trim(), availableQuantity: Number(available.value) },
  });
  const commands = curlBox(command);
  function show() {
    commands.refresh();
  }
  dialog('Set a stock', close =>
    h(
      'form',
      {
        onsubmit: async event => {
          event.preventDefault();
          const answer = await act(event.submitter, command(), done => `${product.value} is ${done.status === 201 ? 'new' : 'set'}.`, failed);
          if (answer) {
            close();
            changed();
          }
        },
      },
      h(
        'p.muted',
        'Adds a product, or overwrites its available quantity. Its reserved and sold quantities stay. To correct a count, adjust it instead.',
      ),
      field('Product', product),
      field('Name', name),
      field('Available', available),
      failed,
      commands,
      h('div.actions', button('Set', null, { type: 'submit', kind: 'primary' }), button('Leave it', close, { kind: 'quiet' })),
    ),
  );
}
