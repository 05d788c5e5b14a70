// Unroutable messages. All modules share their queue; each can publish its own again.

import { every, get, isAbort, withQuery } from '../api.js';
import { h, put } from '../dom.js';
import { bytes, number, plural } from '../format.js';
import { href } from '../route.js';
import { MODULES, isDown } from '../system.js';
import { act, button, curlBox, empty, link, panel, problemBox, table } from '../ui.js';

const SHOWN = 50;

export function showUnrouted(place, signal) {
  const content = h('div');
  let shown = '';
  const republish = module =>
    button(
      `Republish those of ${module.name}`,
      async event => {
        await act(
          event.currentTarget,
          { method: 'POST', path: `${module.prefix}/ops/unrouted/republish` },
          ({ body }) => `${plural(body.republished, 'message')} found a queue, ${number(body.stillUnroutable)} did not.`,
        );
        refresh();
      },
      { small: true },
    );
  put(
    place,
    panel(
      null,
      h(
        'p.muted',
        'A message without a binding is kept here. Bindings are repaired by themselves; then let the module that published a message publish it again.',
      ),
      content,
      curlBox(
        { label: 'Look', path: withQuery('/api/orders/ops/unrouted', { limit: SHOWN }) },
        ...MODULES.map(module => ({ label: `Republish those of ${module.name}`, method: 'POST', path: `${module.prefix}/ops/unrouted/republish` })),
      ),
    ),
  );

  const refresh = every(
    3_000,
    async () => {
      // Any module can read the queue; the first one that answers does.
      const module = MODULES.find(candidate => !isDown(candidate.id)) ?? MODULES[0];
      try {
        const messages = await get(withQuery(`${module.prefix}/ops/unrouted`, { limit: SHOWN }), signal);
        const now = JSON.stringify(messages);
        if (now === shown) return;
        shown = now;
        put(
          content,
          messages.length === 0
            ? empty(
                'Every message has found a queue.',
                'Nothing to do. The topology check says whether that will stay so.',
                link(href('system'), 'Topology check'),
              )
            : [
                table(
                  'Unroutable messages',
                  ['Exchange', 'Routing key', ['Type', 'only-wide'], ['Message id', 'only-wide'], ['Size', 'num.only-wide'], 'Body'],
                  h(
                    'tbody',
                    messages.map(message =>
                      h(
                        'tr',
                        h('td.mono', message.exchange),
                        h('td.mono', message.routingKey),
                        h('td.mono.only-wide', message.type ?? '–'),
                        h('td.mono.only-wide', message.messageId ?? '–'),
                        h('td.num.only-wide', bytes(message.bodyBytes)),
                        h(
                          'td',
                          h(
                            'details',
                            h('summary', 'Body'),
                            h(
                              'pre.block',
                              { tabindex: '0', 'aria-label': 'Body' },
                              message.body.encoding === 'json' ? JSON.stringify(message.body.content, null, 2) : String(message.body.content),
                            ),
                          ),
                        ),
                      ),
                    ),
                  ),
                ),
                h('div.actions', MODULES.map(republish)),
              ],
        );
      } catch (e) {
        if (!isAbort(e)) {
          shown = '';
          put(content, problemBox(e));
        }
      }
    },
    signal,
  );
}
