// Imports: a catalogue is dropped here and looked at before it starts. An import runs on the server, so the page may be left and opened again.

import { every, get, withQuery } from '../api.js';
import { h, keyed, put, text } from '../dom.js';
import { bytes, compact, when } from '../format.js';
import { go, href } from '../route.js';
import { button, curlBox, empty, heading, link, panel, part, pill, showFailure, table, toast } from '../ui.js';
import { done, jobProgress, showJob } from './job.js';
import { dropZone, prepare, send } from './upload.js';

// An upload goes on while other views are looked at.
let upload = null;

export function mount(root, route, signal) {
  const drop = dropZone(file => chosen(file));
  const stage = h('div');
  const detail = h('div');
  const list = jobList(signal, () => route);
  put(root, heading('Imports'), part('inventory', drop.element, stage, detail, list.element));
  if (upload) showUpload();

  function chosen(file) {
    if (upload) {
      toast('A file is being uploaded already; wait for it or stop it.');
      return;
    }
    prepare(file, stage, options => start(file, options));
  }

  function start(file, options) {
    const address = withQuery('/api/inventory/imports', options);
    upload = send(file, address);
    upload.finished
      .then(
        job => {
          toast(`${file.name} is stored; import #${job.importId} runs.`);
          go('imports', [job.importId]);
        },
        problem => upload?.stopped || toast(null, { problem }),
      )
      .finally(() => {
        upload = null;
        if (!signal.aborted) {
          put(stage);
          list.refresh();
        }
      });
    showUpload();
  }

  function showUpload() {
    const { file, sent, stop } = upload;
    const progress = h('progress', { max: 1, value: 0, 'aria-label': 'Upload' });
    const line = h('p.num');
    put(
      stage,
      panel(
        `Uploading ${file.name}`,
        progress,
        line,
        h('p.muted', 'Leave this page open until the file is there; the import itself needs no page.'),
        h(
          'div.actions',
          button(
            'Stop',
            () => {
              stop();
              put(stage);
            },
            { kind: 'quiet' },
          ),
        ),
      ),
    );
    sent((loaded, total, perSecond) => {
      progress.value = total ? loaded / total : 0;
      text(line, loaded >= total ? 'Sent; the server counts the rows…' : `${bytes(loaded)} of ${bytes(total)} · ${bytes(perSecond)}/s`);
    });
  }

  let current = null;
  function update(now) {
    route = now;
    if (now.args[0] === current?.id) {
      current?.update(now);
      return;
    }
    current?.abort.abort();
    current = null;
    put(detail);
    if (now.args[0]) {
      const abort = new AbortController();
      signal.addEventListener('abort', () => abort.abort(), { signal: abort.signal });
      current = { id: now.args[0], abort, ...showJob(detail, now, abort.signal, list) };
    }
    list.refresh();
  }

  update(route);
  return { update };
}

function jobList(signal, route) {
  let loadedAt = 0;
  const rows = h('tbody');
  const failure = h('div');
  const none = h('div');
  const all = table('Imports', ['Import', 'File', 'State', ['Progress', 'only-wide'], ['Rows', 'num.only-wide'], ['Rejected', 'num.only-wide'], ['Started', 'num.only-wide']], rows);
  const refresh = every(
    2_000,
    async () => {
      try {
        const jobs = await get(withQuery('/api/inventory/imports', { limit: 50 }), signal);
        put(failure);
        loadedAt = Date.now();
        all.hidden = jobs.length === 0;
        put(none, jobs.length === 0 && empty('Nothing was imported yet.', 'Choose a catalogue above. The template has all columns and one example.'));
        keyed(
          rows,
          jobs,
          job => job.importId,
          job => {
            const cells = { state: h('td'), progress: h('td.progress-cell.only-wide'), total: h('td.num.only-wide'), failed: h('td.num.only-wide') };
            const row = h(
              'tr',
              h('td', link(href('imports', [job.importId]), `#${job.importId}`)),
              h('td.ellipsis', job.fileName, job.dryRun && h('span.tag', 'dry run')),
              cells.state,
              cells.progress,
              cells.total,
              cells.failed,
              h('td.num.nowrap.only-wide', when(job.createdAt)),
            );
            row.parts = cells;
            return row;
          },
          (row, job) => {
            const { state, progress, total, failed } = row.parts;
            row.classList.toggle('picked', String(job.importId) === route().args[0]);
            const now = `${job.state} ${done(job)}`;
            if (row.now === now) return;
            row.now = now;
            put(state, pill(job.state), job.failedRows > 0 && h('span.only-narrow.muted.small', `${compact(job.failedRows)} rejected`));
            put(progress, jobProgress(job));
            text(total, compact(job.totalRows));
            text(failed, compact(job.failedRows));
          },
        );
      } catch (e) {
        showFailure(failure, e, loadedAt, 'inventory');
      }
    },
    signal,
  );
  return { element: panel('All imports', failure, none, all, curlBox({ path: '/api/inventory/imports' })), refresh };
}
