// The list of all imports.

import { get, withQuery } from '../../api.js';
import { h, keyed, put, text } from '../../dom.js';
import { compact, when } from '../../format.js';
import { poll } from '../../poll.js';
import { href } from '../../route.js';
import { curlBox, empty, link, panel, pill, table } from '../../ui.js';
import { done, progressBar } from './progress.js';

const COLUMNS = ['Import', 'File', 'State', ['Progress', 'only-wide'], ['Rows', 'num.only-wide'], ['Rejected', 'num.only-wide'], ['Started', 'num.only-wide']];

/** `picked()` is the number of the import that is shown. */
export function jobList(picked, signal) {
  const rows = h('tbody');
  const failure = h('div');
  const none = h('div');
  const all = table('Imports', COLUMNS, rows);
  const refresh = poll(2_000, signal, {
    load: () => get(withQuery('/api/inventory/imports', { limit: 50 }), signal),
    show: jobs => {
      all.hidden = jobs.length === 0;
      put(none, jobs.length === 0 && empty('Nothing was imported yet.', 'Choose a catalogue above. The template has all columns and one example.'));
      keyed(rows, jobs, job => job.importId, createRow, (row, job) => updateRow(row, job, picked()));
    },
    failure,
    module: 'inventory',
  });
  return { element: panel('All imports', failure, none, all, curlBox({ path: '/api/inventory/imports' })), refresh };
}

function createRow(job) {
  const cells = { state: h('td'), progress: h('td.progress-cell.only-wide'), total: h('td.num.only-wide'), failed: h('td.num.only-wide') };
  const row = h(
    'tr',
    h('td', link(href('imports', [job.importId]), `#${job.importId}`)),
    h('td.ellipsis', job.fileName, job.dryRun && h('span.tag', 'dry run')),
    ...Object.values(cells),
    h('td.num.nowrap.only-wide', when(job.createdAt)),
  );
  row.parts = cells;
  return row;
}

function updateRow(row, job, picked) {
  const { state, progress, total, failed } = row.parts;
  row.classList.toggle('picked', String(job.importId) === picked);
  const now = `${job.state} ${done(job)}`;
  if (row.now === now) return;
  row.now = now;
  put(state, pill(job.state), job.failedRows > 0 && h('span.only-narrow.muted.small', `${compact(job.failedRows)} rejected`));
  put(progress, progressBar(job));
  text(total, compact(job.totalRows));
  text(failed, compact(job.failedRows));
}
