// One import: its progress, its speed, and its rejected rows.

import { every, get, request, withQuery } from '../api.js';
import { h, keyed, put, text } from '../dom.js';
import { bytes, compact, dateTime, duration, number, plural, since } from '../format.js';
import { href } from '../route.js';
import { act, bar, button, curlBox, facts, link, pill, showFailure, table } from '../ui.js';

const ERRORS_SHOWN = 50;
const ACTIVE = new Set(['RUNNING']);
const path = id => `/api/inventory/imports/${encodeURIComponent(id)}`;

export const done = job => job.processedRows + job.failedRows;

export function jobProgress(job) {
  return bar(
    [
      { value: job.processedRows, kind: 'good' },
      { value: job.failedRows, kind: 'bad' },
    ],
    job.totalRows,
    `${number(done(job))} of ${plural(job.totalRows, 'row')}, ${number(job.failedRows)} rejected`,
  );
}

export function showJob(place, route, signal, list) {
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
  let loadedAt = 0;
  let marks = [];
  let shown = '';

  put(
    place,
    h(
      'section.panel',
      h('div.panel-head', h('h2', `Import #${id}`), link(href('imports'), 'Close')),
      failure,
      state,
      progress,
      numbers,
      about,
      actions,
      h('h3', 'Rejected rows'),
      codes,
      errorList,
      curlBox(
        { label: 'Progress', path: path(id) },
        { label: 'Pause', method: 'POST', path: `${path(id)}/pause` },
        { label: 'Resume', method: 'POST', path: `${path(id)}/resume` },
        { label: 'Cancel', method: 'POST', path: `${path(id)}/cancel` },
        { label: 'Rejected rows, to be corrected', path: `${path(id)}/errors.csv`, output: `import-${id}-errors.csv` },
      ),
    ),
  );

  const control = (label, verb, kind = '') =>
    button(
      label,
      async event => {
        const answer = await act(event.currentTarget, { method: 'POST', path: `${path(id)}/${verb}` }, `${label}: done.`);
        if (answer) {
          show(answer.body);
          list.refresh();
        }
      },
      { kind },
    );

  /** Rows per second of the last seconds; the server's number is the average since the start. */
  function speed() {
    const now = { t: Date.now(), rows: done(job) };
    marks = [...marks.filter(mark => now.t - mark.t < 6_000), now];
    const [first] = marks;
    return marks.length > 1 && now.t > first.t ? (1_000 * (now.rows - first.rows)) / (now.t - first.t) : job.rowsPerSecond;
  }

  function show(now) {
    job = now;
    put(failure);
    const running = ACTIVE.has(job.state);
    const perSecond = running ? speed() : job.rowsPerSecond;
    const eta = running && perSecond > 0 ? ((job.totalRows - done(job)) / perSecond) * 1_000 : null;
    put(state, pill(job.state), job.stateReason && h('code', job.stateReason), job.dryRun && h('span.tag', 'dry run: nothing is written'));
    put(
      progress,
      h('div.big-bar', jobProgress(job)),
      h(
        'p.num',
        [
          `${number(done(job))} of ${plural(job.totalRows, 'row')}`,
          `${compact(perSecond)} rows/s${running ? '' : ' on average'}`,
          running
            ? eta !== null && `about ${duration(Math.ceil(eta / 1_000) * 1_000)} left`
            : job.finishedAt
              ? `took ${duration(new Date(job.finishedAt) - new Date(job.createdAt))}`
              : `began ${since(job.createdAt)} ago`,
        ]
          .filter(Boolean)
          .join(' · '),
      ),
    );
    put(
      numbers,
      [
        ['Inserted', job.insertedRows],
        ['Updated', job.updatedRows],
        ['Unchanged', job.unchangedRows],
        ['Superseded', job.supersededRows],
        ['Rejected', job.failedRows],
      ].map(([label, value]) => h('div.tile', h('span.tile-label', label), h('span.figure', compact(value)))),
    );
    put(
      about,
      facts(
        ['File', job.fileName, ` (${bytes(job.sizeBytes)})`],
        ['Key', job.key],
        ['Repeated keys', job.duplicates],
        ['Mode', job.mode],
        job.maxErrors !== null && ['Ends after errors', number(job.maxErrors)],
        ['Chunks', `${number(job.chunksDone)} of ${number(job.chunks)}`],
        ['Started', dateTime(job.createdAt)],
      ),
    );
    if (shown !== job.state) {
      put(
        actions,
        running && control('Pause', 'pause'),
        ['PAUSED', 'FAILED'].includes(job.state) && control('Resume', 'resume', 'primary'),
        ['RUNNING', 'PAUSED', 'FAILED'].includes(job.state) && control('Cancel', 'cancel', 'danger'),
      );
      shown = job.state;
    }
    showCodes();
  }

  function showCodes() {
    const counts = Object.entries(job.errorsByCode).sort((a, b) => b[1] - a[1]);
    keyed(
      codes,
      counts,
      ([name]) => name,
      ([name]) => {
        const element = h('li', h('a'), h('span.code-bar'), h('span.num'));
        element.firstChild.append(h('code', name));
        return element;
      },
      (element, [name, count]) => {
        const [address, meter, value] = element.children;
        address.href = href('imports', [id], { code: name === code ? '' : name });
        if (name === code) address.setAttribute('aria-current', 'true');
        else address.removeAttribute('aria-current');
        put(meter, bar([{ value: count, kind: 'bad' }], counts[0][1], `${number(count)} rows`));
        text(value, number(count));
      },
    );
    if (job.failedRows === 0) put(errorList, h('p.muted', ACTIVE.has(job.state) ? 'None so far.' : 'None. Every row is in.'));
  }

  let errorsOf = '';
  async function showErrors() {
    const now = `${code} ${job.failedRows}`;
    if (job.failedRows === 0 || errorsOf === now) return;
    const { body, next } = await request('GET', withQuery(`${path(id)}/errors`, { code, limit: ERRORS_SHOWN }), { signal });
    errorsOf = now;
    put(
      errorList,
      h(
        'p',
        h('a', { href: `${path(id)}/errors.csv`, download: '' }, `Download all ${number(job.failedRows)} rejected rows`),
        ' to correct them; the file can be imported as it is.',
      ),
      table(
        'Rejected rows',
        [['Line', 'num'], ['Column', 'only-wide'], ['Code', 'only-wide'], 'Mistake', ['Values', 'only-wide']],
        h(
          'tbody',
          body.map(error =>
            h(
              'tr',
              h('td.num', number(error.row)),
              h('td.only-wide', error.column ?? '–'),
              h('td.only-wide', h('code', error.code)),
              h('td.wide-text', h('code.only-narrow', error.code), error.error),
              h('td.ellipsis.mono.only-wide', error.values.join(' | ')),
            ),
          ),
        ),
      ),
      next && h('p.muted', `The first ${ERRORS_SHOWN}${code ? ' of this code' : ''} are shown; the file has all.`),
    );
  }

  const refresh = every(
    1_000,
    async () => {
      if (job && !ACTIVE.has(job.state) && Date.now() - refresh.last < 5_000) return;
      try {
        show(await get(path(id), signal));
        await showErrors();
        refresh.last = loadedAt = Date.now();
      } catch (e) {
        showFailure(failure, e, loadedAt, 'inventory');
      }
    },
    signal,
  );
  refresh.last = 0;

  return {
    update: now => {
      code = now.query.code ?? '';
      errorsOf = '';
      refresh.last = 0;
      refresh();
      if (job) showCodes();
    },
  };
}
