// One order: its lines, payment, stock and notifications, and a timeline of everything that happened to it, which grows as it happens.

import { every, get, isAbort, listen, newKey, withQuery } from '../api.js';
import { h, put } from '../dom.js';
import { dateTime, duration, money, number, timeMs, words } from '../format.js';
import { href } from '../route.js';
import { act, button, curlBox, dialog, empty, facts, field, link, loading, part, pill, showFailure } from '../ui.js';

const ENDED = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);
const SERVICES = { 'order-service': 'Order', 'inventory-service': 'Inventory', 'payment-service': 'Payment', 'notification-service': 'Notification' };
const bad = type => /FAILED|EXPIRED|CANCELLED/.test(type);
const good = type => /COMPLETED|COMMITTED|REFUNDED/.test(type);

/** Shows the order in `side` until `signal` ends it. */
export function openOrder(side, id, { close, changed, signal }) {
  const path = `/api/orders/${encodeURIComponent(id)}`;
  const entries = new Map();
  let order = null;
  let loadedAt = 0;
  let letters = [];
  let payment = null;
  let polling = true;
  let endedAt = 0;

  const title = h('h2', { tabindex: '-1' }, `Order #${id}`);
  const state = h('div.drawer-state');
  const lines = h('div', loading());
  const paid = h('div');
  const stock = h('div');
  const notified = h('div');
  const timeline = h('ol.timeline');
  const streamNote = h('span.muted');
  const place = h('div');

  const rest = h(
    'div',
    part('order', lines, h('h3', 'Timeline ', streamNote), timeline),
    h('h3', 'Stock'),
    part('inventory', stock),
    h('h3', 'Payment'),
    part('payment', paid),
    h('h3', 'Notifications'),
    part('notification', notified),
  );
  put(
    side,
    h('div.drawer-head', title, button('×', close, { kind: 'quiet', 'aria-label': 'Close the order' })),
    place,
    state,
    rest,
    curlBox(
      { label: 'The order', path },
      { label: 'Its timeline', path: `${path}/timeline` },
      { label: 'Its events as they happen', path: `${path}/events` },
    ),
  );
  title.focus({ preventScroll: true });

  const cancel = button('Cancel the order', () => confirmCancel(), { kind: 'danger' });

  function showOrder() {
    put(state, pill(order.status), order.statusReason && h('code', order.statusReason), !ENDED.has(order.status) && cancel);
    put(
      lines,
      facts(
        ['Customer', link(href('orders', [], { customerId: order.customerId }), order.customerId)],
        ['Placed', dateTime(order.createdAt)],
        ['Last change', dateTime(order.updatedAt)],
        ['Total', h('b.num', money(order.totalAmount))],
      ),
      h(
        'ul.lines',
        order.items.map(item =>
          h(
            'li',
            h('span', `${number(item.quantity)} × ${item.productName} `, link(href('orders', [], { productId: item.productId }), item.productId)),
            h('span.num', money(item.quantity * item.price)),
          ),
        ),
      ),
    );
  }

  /**
   * The events in the order in which Order learned of them, which clocks that disagree cannot turn around, and the
   * notifications where their time puts them.
   */
  function merge() {
    const all = [...entries.values()].sort((a, b) => a.id - b.id);
    for (const letter of letters.toReversed()) {
      const before = all.findLastIndex(entry => new Date(entry.timestamp) <= new Date(letter.sentAt));
      const [eventType, summary] = [`${letter.channel}_SENT`, `${letter.subject} to ${letter.recipient}`];
      all.splice(before + 1, 0, { eventType, sourceService: 'notification-service', timestamp: letter.sentAt, summary });
    }
    return all;
  }

  function showTimeline() {
    const all = merge();
    put(
      timeline,
      all.map((entry, i) =>
        h(
          `li${bad(entry.eventType) ? '.bad' : good(entry.eventType) ? '.good' : ''}`,
          h('div.timeline-head', h('b', words(entry.eventType)), h('time.num', { datetime: entry.timestamp }, timeMs(entry.timestamp))),
          h('div.timeline-what', entry.summary),
          h(
            'div.muted',
            SERVICES[entry.sourceService] ?? entry.sourceService,
            i > 0 && h('span.gap', `+${duration(Math.max(0, new Date(entry.timestamp) - new Date(all[i - 1].timestamp)))}`),
          ),
        ),
      ),
    );
    if (all.length > 1) {
      const whole = new Date(all.at(-1).timestamp) - new Date(all[0].timestamp);
      timeline.append(h('li.timeline-total', h('span.muted', `${duration(whole)} from the first event to the last`)));
    }
  }

  function showPayment() {
    if (!payment) {
      put(
        paid,
        h(
          'p.muted',
          order && ENDED.has(order.status) ? 'Nothing was charged.' : 'Nothing is charged yet; payment follows when the stock is reserved.',
        ),
      );
      return;
    }
    const left = payment.amount - payment.refundedAmount;
    put(
      paid,
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
    );
  }

  function showStock(reservation) {
    if (!reservation) {
      put(stock, h('p.muted', 'No stock was asked for yet.'));
      return;
    }
    put(
      stock,
      facts(
        ['Reservation', pill(reservation.status)],
        reservation.reasonCode && ['Reason', h('code', reservation.reasonCode)],
        reservation.failedProductId && ['Product', link(href('stock', [], { search: reservation.failedProductId }), reservation.failedProductId)],
        ['Changed', dateTime(reservation.updatedAt)],
      ),
    );
  }

  function showLetters() {
    put(
      notified,
      letters.length === 0
        ? h('p.muted', 'No notification was sent yet; notifications are sent when the order ends.')
        : letters.map(letter =>
            h(
              'details.letter',
              h('summary', h('span.tag', letter.channel), ' ', letter.subject),
              h('p.muted', `To ${letter.recipient}, ${dateTime(letter.sentAt)}`),
              h('p.message', letter.message),
            ),
          ),
    );
  }

  // The part of a module that does not answer says so itself.
  const some = async (where, show) => {
    try {
      show(await get(where, signal));
    } catch (e) {
      if (isAbort(e)) throw e;
    }
  };

  async function refresh() {
    try {
      const was = order?.status;
      order = await get(path, signal);
      loadedAt = Date.now();
      put(place);
      if (was && was !== order.status) changed();
      showOrder();
    } catch (e) {
      showFailure(place, e, loadedAt, 'order');
      if (e.status === 404) {
        put(rest, empty('There is nothing to show.', 'Look for the number of the order in the table.'));
        stopEvents();
      }
      return;
    }
    if (ENDED.has(order.status)) endedAt ||= Date.now();
    const work = [
      some(withQuery('/api/payments', { orderId: id }), found => {
        payment = found[0] ?? null;
        showPayment();
      }),
      some(withQuery('/api/notifications', { orderId: id }), found => {
        letters = found;
        showLetters();
      }),
      some(withQuery('/api/inventory/reservations', { orderId: id }), found => showStock(found[0])),
    ];
    if (polling || endedAt) work.push(some(`${path}/timeline`, found => found.forEach(entry => entries.set(String(entry.id), entry))));
    await Promise.all(work);
    showTimeline();
  }

  function confirmCancel() {
    const reason = h('input', { type: 'text', maxlength: 200, oninput: () => commands.refresh() });
    const command = () => ({ method: 'POST', path: `${path}/cancel`, body: reason.value.trim() ? { reason: reason.value.trim() } : {} });
    const commands = curlBox(command);
    const failed = h('div');
    dialog(`Cancel order #${id}?`, shut =>
      h(
        'form',
        {
          onsubmit: async event => {
            event.preventDefault();
            const answer = await act(event.submitter, command(), 'The order is cancelled. Its reserved stock and its charge are given back.', failed);
            if (answer) {
              shut();
              soon();
            }
          },
        },
        h('p', 'Reserved stock is given back and a charge is refunded. This cannot be undone.'),
        field('Reason (optional)', reason),
        failed,
        commands,
        h('div.actions', button('Cancel the order', null, { type: 'submit', kind: 'danger' }), button('Keep it', shut, { kind: 'quiet' })),
      ),
    );
  }

  function refund(left) {
    const key = newKey();
    const amount = h('input', {
      type: 'number',
      step: '0.01',
      min: '0.01',
      max: left.toFixed(2),
      value: left.toFixed(2),
      required: true,
      oninput: () => commands.refresh(),
    });
    const reason = h('input', { type: 'text', maxlength: 200, required: true, oninput: () => commands.refresh() });
    const command = () => ({
      method: 'POST',
      path: `/api/payments/${payment.paymentId}/refunds`,
      headers: { 'Idempotency-Key': key },
      body: { reason: reason.value.trim(), amount: Number(amount.value) },
    });
    const commands = curlBox(command);
    const failed = h('div');
    dialog('Refund a payment', shut =>
      h(
        'form',
        {
          onsubmit: async event => {
            event.preventDefault();
            if (await act(event.submitter, command(), 'The refund is on its way.', failed)) {
              shut();
              soon();
            }
          },
        },
        field('Amount', amount, `at most ${money(left)}`),
        field('Reason', reason),
        failed,
        commands,
        h('div.actions', button('Refund', null, { type: 'submit', kind: 'primary' }), button('Leave it', shut, { kind: 'quiet' })),
      ),
    );
  }

  // Once an order has ended, notifications and refunds still follow for a moment; after that it is polled rarely.
  let last = 0;
  const soon = every(
    1_000,
    async () => {
      const pause = endedAt && Date.now() - endedAt > 15_000 ? 10_000 : polling || endedAt ? 2_000 : 4_000;
      if (Date.now() - last < pause) return;
      last = Date.now();
      await refresh();
    },
    signal,
  );

  let later = null;
  const complete = () => {
    stopEvents();
    put(streamNote, ' complete');
  };
  const stopEvents = listen(
    `${path}/events`,
    {
      timeline: entry => {
        entries.set(String(entry.id), entry);
        showTimeline();
        // Events after the end (a refund) are polled; the stream has nothing more.
        if (ENDED.has(entry.status)) complete();
        later ??= setTimeout(() => {
          later = null;
          last = 0;
          soon();
        }, 250);
      },
      end: complete,
    },
    {
      signal,
      onState: now => {
        polling = now !== 'live';
        put(streamNote, { live: ' live', polling: ' polling', paused: ' paused', connecting: '' }[now]);
      },
    },
  );
  signal.addEventListener('abort', () => clearTimeout(later));
}
