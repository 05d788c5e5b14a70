// Imports: a catalogue is dropped here and looked at before it starts; what runs is on the server, so the page may be left and opened again.

import { Problem, every, get, request, withQuery } from '../api.js';
import { columnsOf, preview } from '../csv.js';
import { h, keyed, put, text } from '../dom.js';
import { bytes, compact, dateTime, duration, number, plural, since } from '../format.js';
import { go, href } from '../route.js';
import { act, bar, button, curlBox, empty, facts, field, heading, link, panel, part, pill, problemBox, select, table, toast } from '../ui.js';

const ROWS_SHOWN = 8;
const ERRORS_SHOWN = 50;
const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };
const ACTIVE = new Set(['RUNNING']);
const path = id => `/api/inventory/imports/${encodeURIComponent(id)}`;
const done = job => job.processedRows + job.failedRows;

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
    if (upload) { toast('A file is being uploaded already; wait for it or stop it.'); return; }
    prepare(file, stage, options => start(file, options));
  }

  function start(file, options) {
    const address = withQuery('/api/inventory/imports', options);
    upload = send(file, address);
    upload.finished.then(job => { toast(`${file.name} is stored; import #${job.importId} runs.`); go('imports', [job.importId]); }, problem => upload?.stopped || toast(null, { problem }))
      .finally(() => { upload = null; if (!signal.aborted) { put(stage); list.refresh(); } });
    showUpload();
  }

  function showUpload() {
    const { file, sent, stop } = upload;
    const progress = h('progress', { max: 1, value: 0, 'aria-label': 'Upload' });
    const line = h('p.num');
    put(stage, panel(`Uploading ${file.name}`, progress, line,
      h('p.muted', 'Leave this page open until the file is there; the import itself needs no page.'), h('div.actions', button('Stop', () => { stop(); put(stage); }, { kind: 'quiet' }))));
    sent((loaded, total, perSecond) => {
      progress.value = total ? loaded / total : 0;
      text(line, loaded >= total ? 'Sent; the server counts the rows…' : `${bytes(loaded)} of ${bytes(total)} · ${bytes(perSecond)}/s`);
    });
  }

  let current = null;
  function update(now) {
    route = now;
    if (now.args[0] === current?.id) { current?.update(now); return; }
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

function dropZone(chosen) {
  const input = h('input.away', { type: 'file', id: 'catalogue', accept: '.csv,.gz,.txt,text/csv,application/gzip', onchange: () => { if (input.files[0]) chosen(input.files[0]); input.value = ''; } });
  const element = h('div.drop', input,
    h('p', h('label.button.primary', { htmlFor: 'catalogue' }, 'Choose a catalogue'), h('span.only-wide', ' or drop it here')),
    h('p.muted', 'CSV or gzip of it, UTF-8, with a header; the order of the columns does not matter. ', h('a', { href: '/api/inventory/imports/template.csv', download: '' }, 'Template')));
  const over = on => element.classList.toggle('over', on);
  element.addEventListener('dragover', event => { event.preventDefault(); over(true); });
  element.addEventListener('dragleave', () => over(false));
  element.addEventListener('drop', event => { event.preventDefault(); over(false); if (event.dataTransfer.files[0]) chosen(event.dataTransfer.files[0]); });
  return { element };
}

/** Shows what is in the file and asks for the options. */
async function prepare(file, place, start) {
  const key = select([['internalId', 'Internal ID'], ['ean', 'EAN'], ['index', 'Index']], 'internalId', { onchange: show });
  const duplicates = select([['last', 'The last row counts'], ['first', 'The first row counts'], ['error', 'Every further row is an error']], 'last', { onchange: show });
  const mode = select([['upsert', 'Add new and update known products'], ['insertOnly', 'Add new products only'], ['stockOnly', 'Set the stock of known products only']], 'upsert', { onchange: show });
  const maxErrors = h('input', { type: 'number', min: 0, step: 1, placeholder: 'no limit', oninput: show });
  const dryRun = h('input', { type: 'checkbox', id: 'dry-run', onchange: show });
  const found = h('div');
  const options = () => ({ key: key.value, duplicates: duplicates.value, mode: mode.value, dryRun: dryRun.checked ? 'true' : '', maxErrors: maxErrors.value, fileName: file.name });
  const commands = curlBox(() => ({ method: 'POST', path: withQuery('/api/inventory/imports', { ...options(), fileName: '' }), file: file.name }));
  let seen = null;

  function show() {
    commands.refresh();
    if (!seen) return;
    const { columns, missing } = columnsOf(seen.header, key.value, mode.value);
    put(found,
      h('p', `${bytes(file.size)}${seen.gzip ? ', gzip' : ''} · ${plural(columns.length, 'column')} · separated by ${DELIMITERS[seen.delimiter]}`),
      h('ul.chips', columns.map(({ name, use }) => h(`li.chip.${use}`, name || '(no name)', use === 'key' && h('b', ' key'), use === 'ignored' && h('span.muted', ' ignored'), use === 'own' && h('span.muted', ' of the errors file')))),
      missing.length > 0 && h('p.warning', `Missing: ${missing.join(', ')}. The server will refuse this file.`),
      seen.rows.length > 0
        ? table('First rows of the file', columns.map(column => column.name || '–'), h('tbody', seen.rows.map(row => h('tr', columns.map((_, i) => h('td.ellipsis', row[i] ?? ''))))))
        : h('p.warning', 'The file has no rows.'));
  }

  put(place, h('section.panel', h('h2', file.name), found,
    h('form', { onsubmit: event => { event.preventDefault(); start(options()); } },
      h('div.fields', field('Key', key, 'its value becomes the productId of orders'), field('A key that repeats', duplicates), field('Mode', mode), field('End after errors', maxErrors)),
      h('label.check', dryRun, ' Dry run: report everything, write nothing'), commands,
      h('div.actions', button('Start the import', null, { type: 'submit', kind: 'primary' }), button('Leave it', () => put(place), { kind: 'quiet' })))));
  place.scrollIntoView({ block: 'nearest' });
  try {
    seen = await preview(file, ROWS_SHOWN);
    show();
  } catch (e) {
    put(found, h('p.warning', `The file cannot be read here: ${e.message}`));
  }
}

/** Uploads with progress, which fetch does not tell. */
function send(file, address) {
  const xhr = new XMLHttpRequest();
  const started = Date.now();
  let tell = () => {};
  let last = [0, file.size];
  const warn = event => event.preventDefault();
  const result = { file, stopped: false, stop: () => { result.stopped = true; xhr.abort(); }, sent: listener => { tell = (...now) => listener(...now, now[0] / Math.max(0.5, (Date.now() - started) / 1_000)); tell(...last); } };
  result.finished = new Promise((resolve, reject) => {
    xhr.open('POST', address);
    xhr.responseType = 'json';
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.upload.onprogress = event => { last = [event.loaded, event.total]; tell(...last); };
    xhr.onload = () => xhr.status < 300 ? resolve(xhr.response) : reject(new Problem(xhr.status, xhr.response ?? {}));
    xhr.onerror = () => reject(new Problem(0, { title: 'The upload broke off', detail: 'Nothing was imported. Send the file again.', code: 'NO_ANSWER' }));
    xhr.onabort = xhr.onerror;
    xhr.send(file);
  }).finally(() => removeEventListener('beforeunload', warn));
  addEventListener('beforeunload', warn);
  return result;
}

function jobProgress(job) {
  return bar([{ value: job.processedRows, kind: 'good' }, { value: job.failedRows, kind: 'bad' }], job.totalRows, `${number(done(job))} of ${plural(job.totalRows, 'row')}, ${number(job.failedRows)} rejected`);
}

function jobList(signal, route) {
  const rows = h('tbody');
  const failure = h('div');
  const none = h('div');
  const all = table('Imports', ['Import', 'File', 'State', 'Progress', ['Rows', 'num'], ['Rejected', 'num'], 'Started'], rows);
  const refresh = every(2_000, async () => {
    try {
      const jobs = await get(withQuery('/api/inventory/imports', { limit: 50 }), signal);
      put(failure);
      all.hidden = jobs.length === 0;
      put(none, jobs.length === 0 && empty('Nothing was imported yet.', 'Choose a catalogue above. The template has all columns and one example.'));
      keyed(rows, jobs, job => job.importId, job => {
        const cells = { state: h('td'), progress: h('td.progress-cell'), total: h('td.num'), failed: h('td.num') };
        const row = h('tr', h('td', link(href('imports', [job.importId]), `#${job.importId}`)), h('td.ellipsis', job.fileName, job.dryRun && h('span.tag', 'dry run')),
          cells.state, cells.progress, cells.total, cells.failed, h('td.num.nowrap', dateTime(job.createdAt)));
        row.cells = cells;
        return row;
      }, (row, job) => {
        const { state, progress, total, failed } = row.cells;
        row.classList.toggle('picked', String(job.importId) === route().args[0]);
        const now = `${job.state} ${done(job)}`;
        if (row.now === now) return;
        row.now = now;
        put(state, pill(job.state));
        put(progress, jobProgress(job));
        text(total, compact(job.totalRows));
        text(failed, compact(job.failedRows));
      });
    } catch (e) {
      if (!signal.aborted && !rows.children.length) put(failure, problemBox(e));
    }
  }, signal);
  return { element: panel('All imports', failure, none, all, curlBox({ path: '/api/inventory/imports' })), refresh };
}

function showJob(place, route, signal, list) {
  const id = route.args[0];
  const state = h('div.drawer-state');
  const failure = h('div');
  const progress = h('div');
  const numbers = h('div.tiles.compact');
  const about = h('div');
  const codes = h('ul.codes');
  const errorList = h('div');
  const actions = h('div.actions');
  let code = route.query.code ?? '';
  let job = null;
  let marks = [];
  let shown = '';

  put(place, h('section.panel', h('div.panel-head', h('h2', `Import #${id}`), link(href('imports'), 'Close')), failure, state, progress, numbers, about, actions,
    h('h3', 'Rejected rows'), codes, errorList,
    curlBox({ label: 'Progress', path: path(id) }, { label: 'Pause', method: 'POST', path: `${path(id)}/pause` }, { label: 'Resume', method: 'POST', path: `${path(id)}/resume` },
      { label: 'Cancel', method: 'POST', path: `${path(id)}/cancel` }, { label: 'Rejected rows, to be corrected', path: `${path(id)}/errors.csv`, output: `import-${id}-errors.csv` })));

  const control = (label, verb, kind = '') => button(label, async event => {
    const answer = await act(event.currentTarget, { method: 'POST', path: `${path(id)}/${verb}` }, `${label}: done.`);
    if (answer) { show(answer.body); list.refresh(); }
  }, { kind });

  /** Rows per second of the last seconds; the server's number is the average since the start. */
  function speed() {
    const now = { t: Date.now(), rows: done(job) };
    marks = [...marks.filter(mark => now.t - mark.t < 6_000), now];
    const [first] = marks;
    return marks.length > 1 && now.t > first.t ? 1_000 * (now.rows - first.rows) / (now.t - first.t) : job.rowsPerSecond;
  }

  function show(now) {
    job = now;
    put(failure);
    const running = ACTIVE.has(job.state);
    const perSecond = running ? speed() : job.rowsPerSecond;
    const eta = running && perSecond > 0 ? (job.totalRows - done(job)) / perSecond * 1_000 : null;
    put(state, pill(job.state), job.stateReason && h('code', job.stateReason), job.dryRun && h('span.tag', 'dry run: nothing is written'));
    put(progress, h('div.big-bar', jobProgress(job)), h('p.num', [
      `${number(done(job))} of ${plural(job.totalRows, 'row')}`, `${compact(perSecond)} rows/s${running ? '' : ' on average'}`,
      running ? `about ${eta === null ? '…' : duration(Math.ceil(eta / 1_000) * 1_000)} left` : job.finishedAt ? `took ${duration(new Date(job.finishedAt) - new Date(job.createdAt))}` : `began ${since(job.createdAt)} ago`,
    ].join(' · ')));
    put(numbers, [['Inserted', job.insertedRows], ['Updated', job.updatedRows], ['Unchanged', job.unchangedRows], ['Superseded', job.supersededRows], ['Rejected', job.failedRows]]
      .map(([label, value]) => h('div.tile', h('span.tile-label', label), h('span.figure', compact(value)))));
    put(about, facts(['File', job.fileName, ` (${bytes(job.sizeBytes)})`], ['Key', job.key], ['Repeated keys', job.duplicates], ['Mode', job.mode],
      job.maxErrors !== null && ['Ends after errors', number(job.maxErrors)], ['Chunks', `${number(job.chunksDone)} of ${number(job.chunks)}`], ['Started', dateTime(job.createdAt)]));
    if (shown !== job.state) {
      put(actions, running && control('Pause', 'pause'), ['PAUSED', 'FAILED'].includes(job.state) && control('Resume', 'resume', 'primary'),
        ['RUNNING', 'PAUSED', 'FAILED'].includes(job.state) && control('Cancel', 'cancel', 'danger'));
      shown = job.state;
    }
    showCodes();
  }

  function showCodes() {
    const counts = Object.entries(job.errorsByCode).sort((a, b) => b[1] - a[1]);
    keyed(codes, counts, ([name]) => name, ([name]) => {
      const element = h('li', h('a'), h('span.code-bar'), h('span.num'));
      element.firstChild.append(h('code', name));
      return element;
    }, (element, [name, count]) => {
      const [address, meter, value] = element.children;
      address.href = href('imports', [id], { code: name === code ? '' : name });
      if (name === code) address.setAttribute('aria-current', 'true'); else address.removeAttribute('aria-current');
      put(meter, bar([{ value: count, kind: 'bad' }], counts[0][1], `${number(count)} rows`));
      text(value, number(count));
    });
    if (job.failedRows === 0) put(errorList, h('p.muted', ACTIVE.has(job.state) ? 'None so far.' : 'None. Every row is in.'));
  }

  let errorsOf = '';
  async function showErrors() {
    const now = `${code} ${job.failedRows}`;
    if (job.failedRows === 0 || errorsOf === now) return;
    const { body, next } = await request('GET', withQuery(`${path(id)}/errors`, { code, limit: ERRORS_SHOWN }), { signal });
    errorsOf = now;
    put(errorList,
      h('p', h('a', { href: `${path(id)}/errors.csv`, download: '' }, `Download all ${number(job.failedRows)} rejected rows`), ' to correct them; the file can be imported as it is.'),
      table('Rejected rows', [['Line', 'num'], 'Column', 'Code', 'Mistake', 'Values'], h('tbody', body.map(error => h('tr', h('td.num', number(error.row)), h('td', error.column ?? '–'),
        h('td', h('code', error.code)), h('td.wide-text', error.error), h('td.ellipsis.mono', error.values.join(' | ')))))),
      next && h('p.muted', `The first ${ERRORS_SHOWN}${code ? ' of this code' : ''} are shown; the file has all.`));
  }

  const refresh = every(1_000, async () => {
    if (job && !ACTIVE.has(job.state) && Date.now() - refresh.last < 5_000) return;
    try {
      show(await get(path(id), signal));
      await showErrors();
      refresh.last = Date.now();
    } catch (e) {
      if (!signal.aborted && (!job || e.status === 404)) put(failure, problemBox(e));
    }
  }, signal);
  refresh.last = 0;

  return { update: now => { code = now.query.code ?? ''; errorsOf = ''; refresh.last = 0; refresh(); if (job) showCodes(); } };
}
