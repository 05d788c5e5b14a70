// Sends dead letters back to the queues in which they failed.

import { every, get, isAbort, request } from '../api.js';
import { h, put, text } from '../dom.js';
import { duration, number, plural } from '../format.js';
import { moduleOf } from '../system.js';
import { act, button, curlBox, dialog, field, problemBox, toast } from '../ui.js';

export const ops = module => `${moduleOf(module).prefix}/ops`;

/** Asks how fast, says how many, and shows how far it is. `what` is { ids }, { group } or { filter }. */
export function replay(module, what, changed) {
  const rate = h('input', { type: 'number', min: 1, max: 10_000, step: 1, placeholder: 'as fast as it goes', oninput: () => commands.refresh() });
  const about = h('p', what.ids ? `${plural(what.ids.length, 'letter')} will go back to where they failed.` : 'Counting…');
  const failed = h('div');
  const command = () => ({
    method: 'POST',
    path: `${ops(module)}/dead-letters/replay`,
    body: { ...what, ...(rate.value ? { ratePerSecond: Number(rate.value) } : {}) },
  });
  const commands = curlBox(command);
  const abort = new AbortController();
  const box = dialog(`Replay dead letters of ${moduleOf(module).name}`, close =>
    h(
      'form',
      {
        onsubmit: async event => {
          event.preventDefault();
          const answer = await act(event.submitter, command(), null, failed);
          if (answer) {
            close();
            follow(module, answer.body, changed);
            changed();
          }
        },
      },
      about,
      h('p.muted', 'A consumer recognises a message that it has processed already, so one replay too many does no harm. A message that fails again comes back here.'),
      field('Dead letters per second', rate),
      failed,
      commands,
      h('div.actions', button('Replay', null, { type: 'submit', kind: 'primary' }), button('Leave it', close, { kind: 'quiet' })),
    ),
  );
  box.addEventListener('close', () => abort.abort());
  if (what.ids) return;
  request('POST', `${ops(module)}/dead-letters/replay`, { body: { ...what, dryRun: true }, signal: abort.signal }).then(
    ({ body }) => text(about, `${plural(body.total, 'letter')} will go back to where ${body.total === 1 ? 'it' : 'they'} failed.`),
    e => {
      if (!isAbort(e)) put(failed, problemBox(e));
    },
  );
}

/** Shows in a dialog how far a replay is; it goes on when the dialog is closed. */
export function follow(module, started, changed) {
  const path = `${ops(module)}/dead-letters/replays/${started.id}`;
  const abort = new AbortController();
  const progress = h('progress', { max: started.total, value: 0, 'aria-label': 'Dead letters replayed' });
  const line = h('p.num', { role: 'status' });
  const failed = h('div');
  const box = dialog(`Replay #${started.id}`, close => [
    progress,
    line,
    failed,
    curlBox({ path }),
    h('div.actions', button('Close', close, { kind: 'quiet' }), h('span.muted', 'It goes on without this window.')),
  ]);
  box.addEventListener('close', () => abort.abort());
  const show = now => {
    progress.value = now.done + now.failed;
    const took = new Date(now.finishedAt ?? Date.now()) - new Date(now.startedAt);
    const parts = [
      `${number(now.done)} of ${number(now.total)} sent`,
      now.failed > 0 && `${number(now.failed)} without a queue`,
      now.ratePerSecond && `at most ${number(now.ratePerSecond)}/s`,
      duration(Math.max(0, took)),
      now.finishedAt && 'finished',
    ];
    text(line, parts.filter(Boolean).join(' · '));
    if (!now.finishedAt) return;
    abort.abort();
    toast(`Replay #${now.id} is finished: ${plural(now.done, 'dead letter')} went back.`);
    changed();
  };
  show(started);
  every(
    1_000,
    async () => {
      try {
        show(await get(path, abort.signal));
        put(failed);
      } catch (e) {
        if (!isAbort(e)) put(failed, problemBox(e));
      }
    },
    abort.signal,
  );
}
