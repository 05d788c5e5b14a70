// One dead letter: why it failed, what it holds; replayed as it is, edited, or deleted.

import { act, dialog } from '../../actions.js';
import { get } from '../../api.js';
import { h, put } from '../../dom.js';
import { bodyText, bytes, dateTime, number, typeName } from '../../format.js';
import { poll } from '../../poll.js';
import { go, href } from '../../route.js';
import { moduleOf } from '../../system.js';
import { button, curlBox, facts, link, loading, orderLink, part, pill, problemBox, table } from '../../ui.js';
import { bodyEditor } from './bodyeditor.js';
import { pathOf, replay } from './replay.js';

export function showDeadLetter(place, module, id, signal) {
  const path = `${pathOf(module)}/${encodeURIComponent(id)}`;
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

  const refresh = poll(3_000, signal, {
    load: () => get(path, signal),
    show: letter => {
      const now = `${letter.status} ${letter.occurrences} ${letter.replayedAt}`;
      // A change of the status does not discard the text in the editor.
      if (now === shown || (content.contains(document.activeElement) && document.activeElement.tagName === 'TEXTAREA')) return;
      shown = now;
      put(content, deadLetterDetails(letter, module, path, () => refresh()));
    },
    failed: e => {
      if (!shown || e.status === 404) put(content, problemBox(e));
    },
  });
}

/** `changed` runs after an action. */
function deadLetterDetails(letter, module, path, changed) {
  const editor = bodyEditor(letter, module, path, changed);
  const replayable = letter.status !== 'QUEUED';
  return [
    h('div.drawer-state', pill(letter.status), letter.editedBody && h('span.tag', 'edited'), h('code', typeName(letter.exceptionType))),
    h('p.message', letter.exceptionMessage),
    h(
      'div.actions',
      replayable && button('Replay…', () => replay(module, { ids: [letter.id] }, changed), { kind: 'primary' }),
      replayable && button('Delete…', () => remove(letter, module, path), { kind: 'danger' }),
    ),
    deadLetterFacts(letter),
    h('h3', letter.status === 'OPEN' ? 'Body: edit it here' : 'Body'),
    (letter.editedBody ?? letter.body).truncated &&
      h('p.warning', 'Only the beginning was kept. It cannot be replayed as it is: write the whole body, or delete the dead letter.'),
    letter.status === 'OPEN' ? editor.content : textBlock('Body', bodyText(letter.editedBody ?? letter.body)),
    h('h3', 'Stack'),
    letter.stack ? textBlock('Stack', letter.stack) : h('p.muted', 'There is none: the broker set it aside by itself.'),
    h('h3', 'Headers'),
    headerTable(letter.headers ?? {}),
    editor.commands,
  ];
}

const textBlock = (label, content) => h('pre.block', { tabindex: '0', 'aria-label': label }, content);

const deadLetterFacts = letter =>
  facts(
    ['Event', h('code', letter.eventType)],
    ['Queue', h('code', letter.queue)],
    ['Came by', h('code', `${letter.exchange || '(default)'} / ${letter.routingKey}`)],
    ['Order', orderLink(letter.orderId)],
    ['Event id', h('code', letter.eventId ?? '–')],
    ['Message id', h('code', letter.messageId ?? '–')],
    ['Attempts', number(letter.attempts)],
    ['Times', number(letter.occurrences)],
    ['Failed', dateTime(letter.failedAt)],
    letter.replayedAt && ['Replayed', dateTime(letter.replayedAt)],
    ['Size', bytes(letter.bodyBytes)],
  );

const headerTable = headers =>
  table(
    'Headers',
    ['Name', 'Value'],
    h(
      'tbody',
      Object.entries(headers).map(([name, value]) =>
        h('tr', h('td.mono.name-cell', name), h('td.mono.wrap', typeof value === 'string' ? value : JSON.stringify(value))),
      ),
    ),
  );

function remove(letter, module, path) {
  const failed = h('div');
  const command = { method: 'DELETE', path };
  const send = async (pressed, close) => {
    if (!(await act(pressed, command, 'The dead letter is deleted.', failed))) return;
    close();
    go('dead-letters', [module], { status: 'OPEN' });
  };
  dialog(`Delete dead letter #${letter.id}?`, close => [
    h('p', 'The message is gone for good. Delete it only when no consumer needs its content.'),
    failed,
    curlBox(command),
    h(
      'div.actions',
      button('Delete', event => send(event.currentTarget, close), { kind: 'danger' }),
      button('Keep it', close, { kind: 'quiet' }),
    ),
  ]);
}
