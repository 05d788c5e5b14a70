// Sends dead letters back to the queues in which they failed.

import { commandDialog, dialog, toast } from '../../actions.js';
import { get, isAbort, request } from '../../api.js';
import { h, put, text } from '../../dom.js';
import { duration, number, plural } from '../../format.js';
import { poll } from '../../poll.js';
import { moduleOf } from '../../system.js';
import { button, curlBox, field, problemBox } from '../../ui.js';

export const pathOf = module => `${moduleOf(module).prefix}/ops/dead-letters`;

/** Asks how fast, says how many, and shows how far it is. `what` is { ids }, { group } or { filter }. */
export function replay(module, what, changed) {
  const rate = h('input', { type: 'number', min: 1, max: 10_000, step: 1, placeholder: 'as fast as it goes' });
  const about = h('p', what.ids ? `${plural(what.ids.length, 'letter')} will go back to where they failed.` : 'Counting…');
  const path = `${pathOf(module)}/replay`;
  const abort = new AbortController();
  const { box, failed } = commandDialog(`Replay dead letters of ${moduleOf(module).name}`, {
    content: [
      about,
      h('p.muted', 'A consumer recognises a message that it has processed already, so one replay too many does no harm. A message that fails again comes back here.'),
      field('Dead letters per second', rate),
    ],
    command: () => ({ method: 'POST', path, body: { ...what, ...(rate.value ? { ratePerSecond: Number(rate.value) } : {}) } }),
    done: response => {
      showReplay(module, response.body, changed);
      changed();
    },
    submit: 'Replay',
  });
  box.addEventListener('close', () => abort.abort());
  if (what.ids) return;
  request('POST', path, { body: { ...what, dryRun: true }, signal: abort.signal }).then(
    ({ body }) => text(about, `${plural(body.total, 'letter')} will go back to where ${body.total === 1 ? 'it' : 'they'} failed.`),
    e => {
      if (!isAbort(e)) put(failed, problemBox(e));
    },
  );
}

/** Shows in a dialog how far a replay is; it goes on when the dialog is closed. */
export function showReplay(module, started, changed) {
  const path = `${pathOf(module)}/replays/${started.id}`;
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
  const load = () => get(path, abort.signal);
  poll(1_000, abort.signal, { load, show, failure: failed, failed: e => put(failed, problemBox(e)) });
}
