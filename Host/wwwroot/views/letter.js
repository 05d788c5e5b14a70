// One dead letter with all its details: replayed as it is, edited, or deleted.

import { every, get, isAbort } from '../api.js';
import { h, put } from '../dom.js';
import { bytes, dateTime, number, typeName } from '../format.js';
import { go, href } from '../route.js';
import { moduleOf } from '../system.js';
import { act, button, curlBox, dialog, facts, link, loading, part, pill, problemBox, table } from '../ui.js';
import { follow, ops, replay } from './replay.js';

export function showLetter(place, module, id, signal) {
  const path = `${ops(module)}/dead-letters/${encodeURIComponent(id)}`;
  const content = h('div', loading());
  put(
    place,
    h(
      'section.panel',
      h(
        'div.panel-head',
        h('h2', `Dead letter #${id} of ${moduleOf(module).name}`),
        link(href('dead-letters', [module], { status: 'OPEN' }), 'All letters'),
      ),
      part(module, content),
    ),
  );
  let shown = '';

  const refresh = every(
    3_000,
    async () => {
      try {
        const letter = await get(path, signal);
        const now = `${letter.status} ${letter.occurrences} ${letter.replayedAt}`;
        // A change of the status does not discard the text in the editor.
        if (now === shown || (content.contains(document.activeElement) && document.activeElement.tagName === 'TEXTAREA')) return;
        shown = now;
        show(letter);
      } catch (e) {
        if (!isAbort(e) && (!shown || e.status === 404)) put(content, problemBox(e));
      }
    },
    signal,
  );

  function show(letter) {
    const body = letter.editedBody ?? letter.body;
    const asText = ({ encoding, content: value }) => (encoding === 'json' ? JSON.stringify(value, null, 2) : String(value));
    const editor = h('textarea.code', {
      spellcheck: 'false',
      rows: Math.min(30, asText(body).split('\n').length + 1),
      'aria-label': 'Body to send instead',
      value: asText(body),
      oninput: () => {
        put(mistake);
        commands.refresh();
      },
    });
    const mistake = h('div');
    const edited = () => {
      try {
        return JSON.parse(editor.value);
      } catch {
        return null;
      }
    };
    const editCommand = () => ({ method: 'POST', path: `${path}/edit-and-replay`, body: { body: edited() } });
    const commands = curlBox(
      { label: 'This dead letter', path },
      { label: 'Replay', method: 'POST', path: `${ops(module)}/dead-letters/replay`, body: { ids: [letter.id] } },
      () => ({ label: 'Edit and replay', ...editCommand() }),
      { label: 'Delete', method: 'DELETE', path },
    );
    const sendEdited = button(
      'Send the edited body',
      async event => {
        if (edited() === null) {
          put(mistake, h('p.warning', 'This is not JSON.'));
          return;
        }
        const answer = await act(event.currentTarget, editCommand(), 'The edited dead letter is on its way to its queue.', mistake);
        if (answer) {
          editor.blur();
          follow(module, answer.body, () => refresh());
          refresh();
        }
      },
      { kind: 'primary' },
    );
    put(
      content,
      h('div.drawer-state', pill(letter.status), letter.editedBody && h('span.tag', 'edited'), h('code', typeName(letter.exceptionType))),
      h('p.message', letter.exceptionMessage),
      h(
        'div.actions',
        letter.status !== 'QUEUED' && button('Replay…', () => replay(module, { ids: [letter.id] }, refresh), { kind: 'primary' }),
        letter.status !== 'QUEUED' && button('Delete…', () => remove(letter), { kind: 'danger' }),
      ),
      facts(
        ['Event', h('code', letter.eventType)],
        ['Queue', h('code', letter.queue)],
        ['Came by', h('code', `${letter.exchange || '(default)'} / ${letter.routingKey}`)],
        ['Order', letter.orderId === null ? '–' : link(href('orders', [letter.orderId]), `#${letter.orderId}`)],
        ['Event id', h('code', letter.eventId ?? '–')],
        ['Message id', h('code', letter.messageId ?? '–')],
        ['Attempts', number(letter.attempts)],
        ['Times', number(letter.occurrences)],
        ['Failed', dateTime(letter.failedAt)],
        letter.replayedAt && ['Replayed', dateTime(letter.replayedAt)],
        ['Size', bytes(letter.bodyBytes)],
      ),
      h('h3', letter.status === 'OPEN' ? 'Body: edit it here' : 'Body'),
      body.truncated && h('p.warning', 'Only the beginning was kept. It cannot be replayed as it is: write the whole body, or delete the dead letter.'),
      letter.status === 'OPEN'
        ? [
            editor,
            mistake,
            h(
              'div.actions',
              sendEdited,
              button(
                'Put the original back',
                () => {
                  editor.value = asText(letter.body);
                  put(mistake);
                },
                { kind: 'quiet' },
              ),
            ),
          ]
        : h('pre.block', { tabindex: '0', 'aria-label': 'Body' }, asText(body)),
      h('h3', 'Stack'),
      letter.stack
        ? h('pre.block', { tabindex: '0', 'aria-label': 'Stack' }, letter.stack)
        : h('p.muted', 'There is none: the broker set it aside by itself.'),
      h('h3', 'Headers'),
      table(
        'Headers',
        ['Name', 'Value'],
        h(
          'tbody',
          Object.entries(letter.headers ?? {}).map(([name, value]) =>
            h('tr', h('td.mono.name-cell', name), h('td.mono.wrap', typeof value === 'string' ? value : JSON.stringify(value))),
          ),
        ),
      ),
      commands,
    );
  }

  function remove(letter) {
    const failed = h('div');
    const command = { method: 'DELETE', path };
    dialog(`Delete dead letter #${letter.id}?`, close => [
      h('p', 'The message is gone for good. Delete it only when no consumer needs its content.'),
      failed,
      curlBox(command),
      h(
        'div.actions',
        button(
          'Delete',
          async event => {
            if (await act(event.currentTarget, command, 'The dead letter is deleted.', failed)) {
              close();
              go('dead-letters', [module], { status: 'OPEN' });
            }
          },
          { kind: 'danger' },
        ),
        button('Keep it', close, { kind: 'quiet' }),
      ),
    ]);
  }
}
