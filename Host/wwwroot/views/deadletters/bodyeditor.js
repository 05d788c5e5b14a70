// The editor of a dead letter's body, which can be sent instead of the original, and the curl of all actions.

import { act } from '../../actions.js';
import { h, put } from '../../dom.js';
import { bodyText } from '../../format.js';
import { button, curlBox } from '../../ui.js';
import { pathOf, showReplay } from './replay.js';

/** Returns { content, commands }; `changed` runs after the edited body was sent. */
export function bodyEditor(letter, module, path, changed) {
  const body = bodyText(letter.editedBody ?? letter.body);
  const mistake = h('div');
  const editor = h('textarea.code', {
    spellcheck: 'false',
    rows: Math.min(30, body.split('\n').length + 1),
    'aria-label': 'Body to send instead',
    value: body,
    oninput: () => {
      put(mistake);
      commands.refresh();
    },
  });
  const edited = () => {
    try {
      return JSON.parse(editor.value);
    } catch {
      return null;
    }
  };
  const command = () => ({ method: 'POST', path: `${path}/edit-and-replay`, body: { body: edited() } });
  const commands = curlBox(
    { label: 'This dead letter', path },
    { label: 'Replay', method: 'POST', path: `${pathOf(module)}/replay`, body: { ids: [letter.id] } },
    () => ({ label: 'Edit and replay', ...command() }),
    { label: 'Delete', method: 'DELETE', path },
  );

  async function send(event) {
    if (edited() === null) {
      put(mistake, h('p.warning', 'This is not JSON.'));
      return;
    }
    const response = await act(event.currentTarget, command(), 'The edited dead letter is on its way to its queue.', mistake);
    if (!response) return;
    editor.blur();
    showReplay(module, response.body, changed);
    changed();
  }

  const restore = () => {
    editor.value = bodyText(letter.body);
    put(mistake);
  };
  const actions = h(
    'div.actions',
    button('Send the edited body', send, { kind: 'primary' }),
    button('Put the original back', restore, { kind: 'quiet' }),
  );
  return { content: [editor, mistake, actions], commands };
}
