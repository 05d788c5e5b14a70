// The drawer of one order: what the modules know of it, and a timeline that grows as events happen.

import { get, isAbort, listen, throttle, withQuery } from '../../api.js';
import { h, put } from '../../dom.js';
import { poll } from '../../poll.js';
import { button, curlBox, empty, loading, part } from '../../ui.js';
import { cancelOrder, refundPayment } from './actions.js';
import { hasEnded, notificationList, orderDetails, orderState, paymentDetails, stockDetails } from './details.js';
import { timelineItems } from './timeline.js';

const STREAM_NOTES = { live: ' live', polling: ' polling', paused: ' paused', connecting: '' };

/** The places of the drawer that are filled later. */
const drawerParts = () => ({
  failure: h('div'),
  state: h('div.drawer-state'),
  order: h('div', loading()),
  streamNote: h('span.muted'),
  timeline: h('ol.timeline'),
  stock: h('div'),
  payment: h('div'),
  notifications: h('div'),
});

const drawerBody = parts =>
  h(
    'div',
    part('order', parts.order, h('h3', 'Timeline ', parts.streamNote), parts.timeline),
    h('h3', 'Stock'),
    part('inventory', parts.stock),
    h('h3', 'Payment'),
    part('payment', parts.payment),
    h('h3', 'Notifications'),
    part('notification', parts.notifications),
  );

/** Shows the order in `side` until `signal` ends it. */
export function openOrder(side, id, { close, changed, signal }) {
  const path = `/api/orders/${encodeURIComponent(id)}`;
  const parts = drawerParts();
  const title = h('h2', { tabindex: '-1' }, `Order #${id}`);
  const body = drawerBody(parts);
  put(
    side,
    h('div.drawer-head', title, button('×', close, { kind: 'quiet', 'aria-label': 'Close the order' })),
    parts.failure,
    parts.state,
    body,
    curlBox(
      { label: 'The order', path },
      { label: 'Its timeline', path: `${path}/timeline` },
      { label: 'Its events as they happen', path: `${path}/events` },
    ),
  );
  title.focus({ preventScroll: true });
  const missing = () => put(body, empty('There is nothing to show.', 'Look for the number of the order in the table.'));
  followOrder(id, path, parts, { changed, missing, signal });
}

/** Keeps the parts up to date, by polling and by the stream of the order's events. */
function followOrder(id, path, parts, { changed, missing, signal }) {
  const events = new Map();
  let [order, payment, notifications] = [null, null, []];
  let polling = true;
  let [endedAt, refreshedAt] = [0, 0];
  const cancel = button('Cancel the order', () => cancelOrder(id, path, refresh), { kind: 'danger' });
  const add = event => events.set(String(event.id), event);
  const showTimeline = () => put(parts.timeline, timelineItems([...events.values()], notifications));
  const showPayment = () =>
    put(parts.payment, paymentDetails(payment, order, left => refundPayment(payment, left, refresh)));

  async function load() {
    refreshedAt = Date.now();
    try {
      return await get(path, signal);
    } catch (e) {
      if (e.status === 404) {
        missing();
        stopEvents();
      }
      throw e;
    }
  }

  async function show(now) {
    const before = order?.status;
    order = now;
    if (before && before !== order.status) changed();
    put(parts.state, orderState(order, cancel));
    put(parts.order, orderDetails(order));
    if (hasEnded(order)) endedAt ||= Date.now();
    await Promise.all([
      optional(withQuery('/api/payments', { orderId: id }), signal, found => {
        payment = found[0] ?? null;
        showPayment();
      }),
      optional(withQuery('/api/notifications', { orderId: id }), signal, found => {
        notifications = found;
        put(parts.notifications, notificationList(notifications));
      }),
      optional(withQuery('/api/inventory/reservations', { orderId: id }), signal, found => put(parts.stock, stockDetails(found[0]))),
      (polling || endedAt) && optional(`${path}/timeline`, signal, found => found.forEach(add)),
    ]);
    showTimeline();
  }

  // Once an order has ended, notifications and refunds still follow for a moment; after that it is polled rarely.
  const interval = () => (endedAt && Date.now() - endedAt > 15_000 ? 10_000 : polling || endedAt ? 2_000 : 4_000);
  const due = () => Date.now() - refreshedAt >= interval();
  const refresh = poll(1_000, signal, { due, load, show, failure: parts.failure, module: 'order' });
  const refreshSoon = throttle(
    250,
    () => {
      refreshedAt = 0;
      refresh();
    },
    signal,
  );

  const complete = () => {
    stopEvents();
    put(parts.streamNote, ' complete');
  };
  const timeline = event => {
    add(event);
    showTimeline();
    // Events after the end (a refund) are polled; the stream has nothing more.
    if (hasEnded(event)) complete();
    refreshSoon();
  };
  const onState = now => {
    polling = now !== 'live';
    put(parts.streamNote, STREAM_NOTES[now]);
  };
  const stopEvents = listen(`${path}/events`, { timeline, end: complete }, { signal, onState });
}

/** Loads what another module knows. The part of a module that does not answer says so itself. */
async function optional(path, signal, show) {
  try {
    show(await get(path, signal));
  } catch (e) {
    if (isAbort(e)) throw e;
  }
}
