// Actions of an operator: they send a command, show its result, and the curl that does the same.

import { isAbort, request } from './api.js';
import { h, put } from './dom.js';
import { button, curlBox, problemBox } from './ui.js';

/** A message that goes away by itself, unless it shows a problem. */
export function toast(message, { problem, command } = {}) {
  const note = h(
    `div.toast${problem ? '.bad' : ''}`,
    h('div.toast-body', message && h('p', message), problem && problemBox(problem), command && curlBox(command)),
    button('×', () => note.remove(), { kind: 'quiet', 'aria-label': 'Dismiss' }),
  );
  document.getElementById('toasts').append(note);
  if (!problem)
    setTimeout(() => {
      if (!note.matches(':hover, :focus-within')) note.remove();
    }, 7_000);
}

/**
 * Does the work of a button: sends `command`, shows the result, and shows the curl that does the same. Returns the response, or null when it failed.
 */
export async function act(pressed, command, done, place) {
  pressed?.setAttribute('aria-busy', 'true');
  if (pressed) pressed.disabled = true;
  try {
    const { method = 'POST', path, body, headers } = command;
    const response = await request(method, path, { body, headers });
    if (done) toast(typeof done === 'function' ? done(response) : done, { command });
    if (place) put(place);
    return response;
  } catch (e) {
    if (isAbort(e)) return null;
    if (place) put(place, problemBox(e));
    else toast(null, { problem: e, command });
    return null;
  } finally {
    if (pressed) pressed.disabled = false;
    pressed?.removeAttribute('aria-busy');
  }
}

/** Opens a dialog. `build(close)` gives its content; it closes with Escape too, and the focus returns to where it was. */
export function dialog(title, build) {
  const id = `dialog-${Date.now()}`;
  const close = () => box.close();
  const box = h('dialog', { 'aria-labelledby': id, onclose: () => box.remove() });
  box.append(h('div.dialog-head', h('h2', { id }, title), button('×', close, { kind: 'quiet', 'aria-label': 'Close' })), ...[build(close)].flat());
  document.body.append(box);
  box.showModal();
  box.querySelector('form input, form select, form textarea')?.focus();
  return box;
}

/**
 * Opens a form that sends one command. `command()` gives the command for the present input, `changed` runs after each change of it, and
 * `done(response)` runs after the dialog is closed. Returns { box, failed, refresh }.
 */
export function commandDialog(title, { content, command, changed = () => {}, success, done, submit, kind = 'primary', keep = 'Leave it' }) {
  const failed = h('div');
  const commands = curlBox(command);
  const refresh = () => {
    changed();
    commands.refresh();
  };
  const send = async (event, close) => {
    event.preventDefault();
    const response = await act(event.submitter, command(), success, failed);
    if (!response) return;
    close();
    done(response);
  };
  const box = dialog(title, close =>
    h(
      'form',
      { oninput: refresh, onsubmit: event => send(event, close) },
      content,
      failed,
      commands,
      h('div.actions', button(submit, null, { type: 'submit', kind }), button(keep, close, { kind: 'quiet' })),
    ),
  );
  return { box, failed, refresh };
}
