// Adjust or set the stock of a product.

import { commandDialog } from '../../actions.js';
import { newKey } from '../../api.js';
import { h, text } from '../../dom.js';
import { number } from '../../format.js';
import { field } from '../../ui.js';

const itemPath = id => `/api/inventory/items/${encodeURIComponent(id)}`;

export function adjustStock({ productId, productName, availableQuantity }, done) {
  const key = newKey();
  const delta = h('input', { type: 'number', step: 1, required: true, value: '1' });
  const reason = h('input', { type: 'text', required: true, maxlength: 200, placeholder: 'for example: counted anew' });
  const only = h('input', { type: 'checkbox', id: 'only-if', checked: true });
  const after = h('p.num');
  const { refresh } = commandDialog(`Adjust ${productId}, ${productName}`, {
    content: [
      field('Pieces to add, or to take when negative', delta),
      after,
      field('Reason', reason),
      h('label.check', only, ` Only if it is still ${number(availableQuantity)} by then`),
    ],
    command: () => ({
      method: 'POST',
      path: `${itemPath(productId)}/adjustments`,
      headers: { 'Idempotency-Key': key },
      body: { delta: Number(delta.value), reason: reason.value.trim(), ...(only.checked ? { expectedAvailable: availableQuantity } : {}) },
    }),
    changed: () => {
      const result = availableQuantity + Number(delta.value);
      text(after, `${number(availableQuantity)} available now, ${number(result)} afterwards${result < 0 ? ': that is not possible' : ''}`);
    },
    success: response => `${productId} has ${number(response.body.availableQuantity)} available.`,
    done,
    submit: 'Adjust',
  });
  refresh();
}

export function setStock(done) {
  const product = h('input', { type: 'text', required: true, maxlength: 64 });
  const name = h('input', { type: 'text', required: true, maxlength: 200 });
  const available = h('input', { type: 'number', min: 0, step: 1, required: true, value: '0' });
  commandDialog('Set a stock', {
    content: [
      h(
        'p.muted',
        'Adds a product, or overwrites its available quantity. Its reserved and sold quantities stay. To correct a count, adjust it instead.',
      ),
      field('Product', product),
      field('Name', name),
      field('Available', available),
    ],
    command: () => ({
      method: 'PUT',
      path: itemPath(product.value.trim()),
      body: { productName: name.value.trim(), availableQuantity: Number(available.value) },
    }),
    success: response => `${product.value} is ${response.status === 201 ? 'new' : 'set'}.`,
    done,
    submit: 'Set',
  });
}
