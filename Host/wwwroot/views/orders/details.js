// What the modules know of an order: its lines, stock, payment and notifications. Each function gives the content of a part of the drawer.

import { h } from '../../dom.js';
import { dateTime, money, number } from '../../format.js';
import { href } from '../../route.js';
import { button, facts, link, pill } from '../../ui.js';

const ENDED = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

export const hasEnded = order => ENDED.has(order?.status);

export const orderState = (order, cancel) => [
  pill(order.status),
  order.statusReason && h('code', order.statusReason),
  !hasEnded(order) && cancel,
];

export const orderDetails = order => [
  facts(
    ['Customer', link(href('orders', [], { customerId: order.customerId }), order.customerId)],
    ['Placed', dateTime(order.createdAt)],
    ['Last change', dateTime(order.updatedAt)],
    ['Total', h('b.num', money(order.totalAmount))],
  ),
  h('ul.lines', order.items.map(orderLine)),
];

const orderLine = item =>
  h(
    'li',
    h('span', `${number(item.quantity)} × ${item.productName} `, link(href('orders', [], { productId: item.productId }), item.productId)),
    h('span.num', money(item.quantity * item.price)),
  );

export function stockDetails(reservation) {
  if (!reservation) return h('p.muted', 'No stock was asked for yet.');
  return facts(
    ['Reservation', pill(reservation.status)],
    reservation.reasonCode && ['Reason', h('code', reservation.reasonCode)],
    reservation.failedProductId && ['Product', link(href('stock', [], { search: reservation.failedProductId }), reservation.failedProductId)],
    ['Changed', dateTime(reservation.updatedAt)],
  );
}

/** `refund(left)` asks for a refund of at most the amount that is left. */
export function paymentDetails(payment, order, refund) {
  if (!payment)
    return h('p.muted', hasEnded(order) ? 'Nothing was charged.' : 'Nothing is charged yet; payment follows when the stock is reserved.');
  const left = payment.amount - payment.refundedAmount;
  return [
    facts(
      ['Status', pill(payment.status)],
      ['Amount', h('span.num', money(payment.amount))],
      payment.refundedAmount > 0 && ['Refunded', h('span.num', money(payment.refundedAmount))],
      payment.transactionId && ['Transaction', h('code', payment.transactionId)],
      (payment.errorCode || payment.cancelReason) && [
        'Reason',
        payment.reason ?? payment.cancelReason,
        ' ',
        payment.errorCode && h('code', payment.errorCode),
      ],
    ),
    payment.status === 'COMPLETED' && left > 0 && button('Refund…', () => refund(left), { small: true }),
  ];
}

export function notificationList(notifications) {
  if (notifications.length === 0) return h('p.muted', 'No notification was sent yet; notifications are sent when the order ends.');
  return notifications.map(({ channel, subject, recipient, sentAt, message }) =>
    h(
      'details.letter',
      h('summary', h('span.tag', channel), ' ', subject),
      h('p.muted', `To ${recipient}, ${dateTime(sentAt)}`),
      h('p.message', message),
    ),
  );
}
