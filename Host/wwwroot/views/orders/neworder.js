// The form for a new order.

import { commandDialog } from '../../actions.js';
import { every, get, newKey, withQuery } from '../../api.js';
import { h, put, text } from '../../dom.js';
import { money, number } from '../../format.js';
import { button, field } from '../../ui.js';

/** Opens the form; `closed` gets the number of the order that was placed, or nothing. */
export function newOrder({ closed }) {
  let placed = null;
  let stock = new Map();
  // One key per form: sending it again after an answer was lost places no second order.
  const key = newKey();
  const abort = new AbortController();
  const customer = h('input', { type: 'text', required: true, maxlength: 64, value: 'CUST-001', autocomplete: 'off' });
  const options = h('datalist', { id: 'products' });
  const rows = h('div.order-lines');
  const total = h('b.num');
  const items = () => [...rows.children].map(row => row.read());

  const { box, refresh } = commandDialog('New order', {
    content: [
      field('Customer', customer, 'CUST-APPROVE… always pays, CUST-DECLINE… is always declined, of others about one in five is.'),
      options,
      rows,
      h(
        'div.actions',
        button('Add a line', () => addLine(), { kind: 'quiet', small: true }),
        h('span.push', 'Total ', total),
      ),
    ],
    command: () => ({
      method: 'POST',
      path: '/api/orders',
      body: { customerId: customer.value.trim(), items: items() },
      headers: { 'Idempotency-Key': key },
    }),
    changed: () => text(total, money(items().reduce((sum, item) => sum + item.quantity * item.price, 0))),
    success: response => `Order #${response.body.orderId} is placed.`,
    done: response => {
      placed = response.body.orderId;
    },
    submit: 'Place the order',
  });
  box.classList.add('wide');
  // The browser sends this event after `done` has run.
  box.addEventListener('close', () => {
    abort.abort();
    closed(placed);
  });

  function addLine(values) {
    const remove = row => {
      if (rows.children.length > 1) row.remove();
      refresh();
    };
    rows.append(orderLine(values, { stockOf: id => stock.get(id), changed: refresh, remove, signal: abort.signal }));
    refresh();
  }

  addLine({ productId: 'PROD-002', productName: 'Mouse', quantity: 1, price: '29.99' });
  every(
    10_000,
    async () => {
      const found = await get(withQuery('/api/inventory/items', { limit: 100 }), abort.signal);
      stock = new Map(found.map(item => [item.productId, item]));
      put(
        options,
        found.map(item => h('option', { value: item.productId }, `${item.productName}, ${number(item.availableQuantity)} available`)),
      );
    },
    abort.signal,
  );
}

/** One line of the form: a known product fills the name and the price. `read()` of the element gives the item. */
function orderLine({ productId = '', productName = '', quantity = 1, price = '' } = {}, { stockOf, changed, remove, signal }) {
  const about = h('small.hint');
  const product = h('input', {
    type: 'text',
    required: true,
    maxlength: 64,
    list: 'products',
    value: productId,
    autocomplete: 'off',
    oninput: fill,
  });
  const name = h('input', { type: 'text', required: true, maxlength: 200, value: productName });
  const count = h('input', { type: 'number', required: true, min: 1, max: 10_000, value: quantity });
  const each = h('input', { type: 'number', required: true, min: 0, max: 1_000_000, step: '0.01', value: price });

  async function fill() {
    const stock = stockOf(product.value);
    text(about, stock ? `${number(stock.availableQuantity)} available` : '');
    if (!stock) return;
    name.value = stock.productName;
    const asked = [product.value, each.value];
    try {
      const details = await get(`/api/inventory/products/${encodeURIComponent(product.value)}`, signal);
      // Input that was typed meanwhile counts.
      if (details.price && product.value === asked[0] && each.value === asked[1]) {
        each.value = details.price;
        changed();
      }
    } catch {
      /* The catalogue does not know every product that is in stock. */
    }
  }

  const element = h(
    'fieldset.order-line',
    h('legend.away', 'Line of the order'),
    field('Product', product),
    field('Name', name),
    field('Quantity', count),
    field('Price', each),
    button('×', () => remove(element), { kind: 'quiet', 'aria-label': 'Remove the line' }),
    about,
  );
  element.read = () => ({ productId: product.value.trim(), productName: name.value.trim(), quantity: Number(count.value), price: Number(each.value) });
  return element;
}
