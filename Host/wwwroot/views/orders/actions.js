// Cancel an order, refund its payment.

import { commandDialog } from '../../actions.js';
import { newKey } from '../../api.js';
import { h } from '../../dom.js';
import { money } from '../../format.js';
import { field } from '../../ui.js';

export function cancelOrder(id, path, done) {
  const reason = h('input', { type: 'text', maxlength: 200 });
  commandDialog(`Cancel order #${id}?`, {
    content: [h('p', 'Reserved stock is given back and a charge is refunded. This cannot be undone.'), field('Reason (optional)', reason)],
    command: () => ({ method: 'POST', path: `${path}/cancel`, body: reason.value.trim() ? { reason: reason.value.trim() } : {} }),
    success: 'The order is cancelled. Its reserved stock and its charge are given back.',
    done,
    submit: 'Cancel the order',
    kind: 'danger',
    keep: 'Keep it',
  });
}

export function refundPayment(payment, left, done) {
  const key = newKey();
  const most = left.toFixed(2);
  const amount = h('input', { type: 'number', step: '0.01', min: '0.01', max: most, value: most, required: true });
  const reason = h('input', { type: 'text', maxlength: 200, required: true });
  commandDialog('Refund a payment', {
    content: [field('Amount', amount, `at most ${money(left)}`), field('Reason', reason)],
    command: () => ({
      method: 'POST',
      path: `/api/payments/${payment.paymentId}/refunds`,
      headers: { 'Idempotency-Key': key },
      body: { reason: reason.value.trim(), amount: Number(amount.value) },
    }),
    success: 'The refund is on its way.',
    done,
    submit: 'Refund',
  });
}
