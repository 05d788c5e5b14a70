// The timeline of an order: its events and notifications, with the time between them.

import { h } from '../../dom.js';
import { duration, timeMs, words } from '../../format.js';

const SERVICES = { 'order-service': 'Order', 'inventory-service': 'Inventory', 'payment-service': 'Payment', 'notification-service': 'Notification' };
const BAD = /FAILED|EXPIRED|CANCELLED/;
const GOOD = /COMPLETED|COMMITTED|REFUNDED/;
const kindOf = type => (BAD.test(type) ? '.bad' : GOOD.test(type) ? '.good' : '');
const between = (first, second) => new Date(second.timestamp) - new Date(first.timestamp);

/**
 * The events in the order in which Order learned of them, which clocks that disagree cannot turn around, and the
 * notifications where their time puts them.
 */
function merge(events, notifications) {
  const all = events.toSorted((a, b) => a.id - b.id);
  for (const { channel, subject, recipient, sentAt } of notifications.toReversed()) {
    const before = all.findLastIndex(entry => new Date(entry.timestamp) <= new Date(sentAt));
    const [eventType, summary] = [`${channel}_SENT`, `${subject} to ${recipient}`];
    all.splice(before + 1, 0, { eventType, sourceService: 'notification-service', timestamp: sentAt, summary });
  }
  return all;
}

export function timelineItems(events, notifications) {
  const all = merge(events, notifications);
  return [
    all.map((entry, i) => timelineItem(entry, all[i - 1])),
    all.length > 1 && h('li.timeline-total', h('span.muted', `${duration(between(all[0], all.at(-1)))} from the first event to the last`)),
  ];
}

const timelineItem = (entry, before) =>
  h(
    `li${kindOf(entry.eventType)}`,
    h('div.timeline-head', h('b', words(entry.eventType)), h('time.num', { datetime: entry.timestamp }, timeMs(entry.timestamp))),
    h('div.timeline-what', entry.summary),
    h(
      'div.muted',
      SERVICES[entry.sourceService] ?? entry.sourceService,
      before && h('span.gap', `+${duration(Math.max(0, between(before, entry)))}`),
    ),
  );
