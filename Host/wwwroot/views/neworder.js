// The form for a new order.

import { every, get, newKey, withQuery } from '../api.js';
import { h, put, text } from '../dom.js';
import { money, number } from '../format.js';
import { act, button, curlBox, dialog, field } from '../ui.js';

/** Opens the form; `closed` gets the number of the order that was placed, or nothing. */
export function newOrder({ closed }) {
  let placed = null;
  let known = new Map();
  // One key per form: sending it again after an answer was lost places no second order.
  const key = newKey();
  const abort = new AbortController();
  const customer = h('input', { type: 'text', required: true, maxlength: 64, value: 'CUST-001', autocomplete: 'off', oninput: refresh });
  const options = h('datalist', { id: 'products' });
  const rows = h('div.order-lines');
  const total = h('b.num');
  const failed = h('div');
  const commands = curlBox(command);

  function command() {
    const items = [...rows.children].map(row => row.read());
    return { method: 'POST', path: '/api/orders', body: { customerId: customer.value.trim(), items }, headers: { 'Idempotency-Key': key } };
  }

  function refresh() {
    text(
      total,
      money(
        [...rows.children].reduce((all, row) => {
          const item = row.read();
          return all + item.quantity * item.price;
        }, 0),
      ),
    );
    commands.refresh();
  }

  function addLine({ productId = '', productName = '', quantity = 1, price = '' } = {}) {
    const about = h('small.hint');
    const product = h('input', {
      type: 'text',
      required: true,
      maxlength: 64,
      list: 'products',
      value: productId,
      autocomplete: 'off',
      oninput: () => {
        fill();
        refresh();
      },
    });
    const name = h('input', { type: 'text', required: true, maxlength: 200, value: productName, oninput: refresh });
    const count = h('input', { type: 'number', required: true, min: 1, max: 10_000, value: quantity, oninput: refresh });
    const each = h('input', { type: 'number', required: true, min: 0, max: 1_000_000, step: '0.01', value: price, oninput: refresh });
    const fill = async () => {
      const stock = known.get(product.value);
      text(about, stock ? `${number(stock.availableQuantity)} available` : '');
      if (!stock) return;
      name.value = stock.productName;
      const asked = [product.value, each.value];
      try {
        const details = await get(`/api/inventory/products/${encodeURIComponent(product.value)}`, abort.signal);
        // Input that was typed meanwhile counts.
        if (details.price && product.value === asked[0] && each.value === asked[1]) {
          each.value = details.price;
          refresh();
        }
      } catch {
        /* The catalogue does not know every product that is in stock. */
      }
    };
    const row = h(
      'fieldset.order-line',
      h('legend.away', 'Line of the order'),
      field('Product', product),
      field('Name', name),
      field('Quantity', count),
      field('Price', each),
      button(
        '×',
        () => {
          if (rows.children.length > 1) row.remove();
          refresh();
        },
        { kind: 'quiet', 'aria-label': 'Remove the line' },
      ),
      about,
    );
    row.read = () => ({ productId: product.value.trim(), productName: name.value.trim(), quantity: Number(count.value), price: Number(each.value) });
    rows.append(row);
    refresh();
  }

  const box = dialog('New order', shut =>
    h(
      'form',
      {
        onsubmit: async event => {
          event.preventDefault();
          const answer = await act(event.submitter, command(), done => `Order #${done.body.orderId} is placed.`, failed);
          if (answer) {
            placed = answer.body.orderId;
            shut();
          }
        },
      },
      field('Customer', customer, 'CUST-APPROVE… always pays, CUST-DECLINE… is always declined, of others about one in five is.'),
      options,
      rows,
      h(
        'div.actions',
        button('Add a line', () => addLine(), { kind: 'quiet', small: true }),
        h('span.push', 'Total ', total),
      ),
      failed,
      commands,
      h('div.actions', button('Place the order', null, { type: 'submit', kind: 'primary' }), button('Leave it', shut, { kind: 'quiet' })),
    ),
  );
  box.classList.add('wide');
  box.addEventListener('close', () => {
    abort.abort();
    closed(placed);
  });
  addLine({ productId: 'PROD-002', productName: 'Mouse', quantity: 1, price: '29.99' });

  every(
    10_000,
    async () => {
      const items = await get(withQuery('/api/inventory/items', { limit: 100 }), abort.signal);
      known = new Map(items.map(item => [item.productId, item]));
      put(
        options,
        items.map(item => h('option', { value: item.productId }, `${item.productName}, ${number(item.availableQuantity)} available`)),
      );
    },
    abort.signal,
  );
}
