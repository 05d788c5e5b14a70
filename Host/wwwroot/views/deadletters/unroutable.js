// Unroutable messages. All modules share their queue; each can publish its own again.

import { act } from '../../actions.js';
import { get, withQuery } from '../../api.js';
import { h, put } from '../../dom.js';
import { bodyText, bytes, number, plural } from '../../format.js';
import { poll } from '../../poll.js';
import { href } from '../../route.js';
import { MODULES, anyPrefix } from '../../system.js';
import { button, curlBox, empty, link, panel, problemBox, table } from '../../ui.js';

const SHOWN = 50;
const COLUMNS = ['Exchange', 'Routing key', ['Type', 'only-wide'], ['Message id', 'only-wide'], ['Size', 'num.only-wide'], 'Body'];

const republishOf = module => ({ label: `Republish those of ${module.name}`, method: 'POST', path: `${module.prefix}/ops/unrouted/republish` });

export function showUnroutable(place, signal) {
  const content = h('div');
  let shown = '';
  put(
    place,
    panel(
      null,
      h(
        'p.muted',
        'A message without a binding is kept here. Bindings are repaired by themselves; then let the module that published a message publish it again.',
      ),
      content,
      curlBox({ label: 'Look', path: withQuery('/api/orders/ops/unrouted', { limit: SHOWN }) }, ...MODULES.map(republishOf)),
    ),
  );

  const refresh = poll(3_000, signal, {
    // Any module can read the queue.
    load: () => get(withQuery(`${anyPrefix()}/ops/unrouted`, { limit: SHOWN }), signal),
    show: messages => {
      const now = JSON.stringify(messages);
      if (now === shown) return;
      shown = now;
      put(content, messages.length === 0 ? noMessages() : messageTable(messages, () => refresh()));
    },
    failed: e => {
      shown = '';
      put(content, problemBox(e));
    },
  });
}

const noMessages = () =>
  empty(
    'Every message has found a queue.',
    'Nothing to do. The topology check says whether that will stay so.',
    link(href('system'), 'Topology check'),
  );

const messageTable = (messages, republished) => [
  table('Unroutable messages', COLUMNS, h('tbody', messages.map(messageRow))),
  h(
    'div.actions',
    MODULES.map(module => button(republishOf(module).label, event => republish(event.currentTarget, module, republished), { small: true })),
  ),
];

async function republish(pressed, module, done) {
  const { method, path } = republishOf(module);
  await act(
    pressed,
    { method, path },
    ({ body }) => `${plural(body.republished, 'message')} found a queue, ${number(body.stillUnroutable)} did not.`,
  );
  done();
}

const messageRow = message =>
  h(
    'tr',
    h('td.mono', message.exchange),
    h('td.mono', message.routingKey),
    h('td.mono.only-wide', message.type ?? '–'),
    h('td.mono.only-wide', message.messageId ?? '–'),
    h('td.num.only-wide', bytes(message.bodyBytes)),
    h('td', h('details', h('summary', 'Body'), h('pre.block', { tabindex: '0', 'aria-label': 'Body' }, bodyText(message.body)))),
  );
