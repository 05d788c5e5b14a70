// One import: its state, its progress, its rejected rows, and what an operator can do with it.

import { act } from '../../actions.js';
import { get } from '../../api.js';
import { h, put } from '../../dom.js';
import { poll } from '../../poll.js';
import { href } from '../../route.js';
import { button, curlBox, link, pill } from '../../ui.js';
import { isRunning, jobFacts, progressDetails, rowCounts, speedometer } from './progress.js';
import { rejectedRows } from './rejectedrows.js';

const jobState = job => [pill(job.state), job.stateReason && h('code', job.stateReason), job.dryRun && h('span.tag', 'dry run: nothing is written')];

/** `control(label, verb, kind)` gives the button of an action. */
const jobActions = (job, control) => [
  isRunning(job) && control('Pause', 'pause'),
  ['PAUSED', 'FAILED'].includes(job.state) && control('Resume', 'resume', 'primary'),
  ['RUNNING', 'PAUSED', 'FAILED'].includes(job.state) && control('Cancel', 'cancel', 'danger'),
];

const jobCommands = (id, path) =>
  curlBox(
    { label: 'Progress', path },
    { label: 'Pause', method: 'POST', path: `${path}/pause` },
    { label: 'Resume', method: 'POST', path: `${path}/resume` },
    { label: 'Cancel', method: 'POST', path: `${path}/cancel` },
    { label: 'Rejected rows, to be corrected', path: `${path}/errors.csv`, output: `import-${id}-errors.csv` },
  );

export function showJob(place, route, list, signal) {
  const id = route.args[0];
  const path = `/api/inventory/imports/${encodeURIComponent(id)}`;
  const [failure, progress, counts, about] = [h('div'), h('div'), h('div.tiles.compact'), h('div')];
  const [state, actions] = [h('div.drawer-state'), h('div.actions')];
  const speedOf = speedometer();
  const rejected = rejectedRows(id, path, route.query.code ?? '', signal);
  let job = null;
  let loadedAt = 0;
  let actionsOf = '';
  put(
    place,
    h(
      'section.panel',
      h('div.panel-head', h('h2', `Import #${id}`), link(href('imports'), 'Close')),
      failure,
      state,
      progress,
      counts,
      about,
      actions,
      rejected.content,
      jobCommands(id, path),
    ),
  );

  async function control(pressed, label, verb) {
    const response = await act(pressed, { method: 'POST', path: `${path}/${verb}` }, `${label}: done.`);
    if (!response) return;
    put(failure);
    show(response.body);
    list.refresh();
  }

  function show(now) {
    job = now;
    put(state, jobState(job));
    put(progress, progressDetails(job, isRunning(job) ? speedOf(job) : job.rowsPerSecond));
    put(counts, rowCounts(job));
    put(about, jobFacts(job));
    // Buttons that stay keep the focus.
    if (actionsOf !== job.state)
      put(
        actions,
        jobActions(job, (label, verb, kind) => button(label, event => control(event.currentTarget, label, verb), { kind })),
      );
    actionsOf = job.state;
    rejected.show(job);
  }

  const refresh = poll(1_000, signal, {
    due: () => !job || isRunning(job) || Date.now() - loadedAt >= 5_000,
    load: () => get(path, signal),
    show: async now => {
      show(now);
      await rejected.load(job);
      loadedAt = Date.now();
    },
    failure,
    module: 'inventory',
  });
  return {
    update(now) {
      rejected.filter(now.query.code ?? '');
      loadedAt = 0;
      refresh();
      if (job) rejected.show(job);
    },
  };
}
