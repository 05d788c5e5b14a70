// The rejected rows of an import: how many of each error code, and the first of them.

import { request, withQuery } from '../../api.js';
import { h, keyed, put, text } from '../../dom.js';
import { number } from '../../format.js';
import { href } from '../../route.js';
import { bar, table } from '../../ui.js';
import { isRunning } from './progress.js';

const ROWS_SHOWN = 50;
const COLUMNS = [['Line', 'num'], ['Column', 'only-wide'], ['Code', 'only-wide'], 'Mistake', ['Values', 'only-wide']];

/** `path` is the address of the import `id`, and `code` the error code whose rows are shown. */
export function rejectedRows(id, path, code, signal) {
  const codes = h('ul.codes');
  const rows = h('div');
  let loaded = '';

  async function load(job) {
    const wanted = `${code} ${job.failedRows}`;
    if (job.failedRows === 0 || loaded === wanted) return;
    const { body, next } = await request('GET', withQuery(`${path}/errors`, { code, limit: ROWS_SHOWN }), { signal });
    loaded = wanted;
    put(rows, rowTable(body, job, path), next && h('p.muted', `The first ${ROWS_SHOWN}${code ? ' of this code' : ''} are shown; the file has all.`));
  }

  return {
    content: [h('h3', 'Rejected rows'), codes, rows],
    load,
    show(job) {
      showCodes(codes, id, job.errorsByCode, code);
      if (job.failedRows === 0) put(rows, h('p.muted', isRunning(job) ? 'None so far.' : 'None. Every row is in.'));
    },
    filter(now) {
      code = now;
      loaded = '';
    },
  };
}

function showCodes(list, id, errorsByCode, picked) {
  const counts = Object.entries(errorsByCode).sort((a, b) => b[1] - a[1]);
  keyed(
    list,
    counts,
    ([name]) => name,
    ([name]) => h('li', h('a', h('code', name)), h('span.code-bar'), h('span.num')),
    (element, [name, count]) => {
      const [address, meter, value] = element.children;
      address.href = href('imports', [id], { code: name === picked ? '' : name });
      if (name === picked) address.setAttribute('aria-current', 'true');
      else address.removeAttribute('aria-current');
      put(meter, bar([{ value: count, kind: 'bad' }], counts[0][1], `${number(count)} rows`));
      text(value, number(count));
    },
  );
}

const rowTable = (errors, job, path) => [
  h(
    'p',
    h('a', { href: `${path}/errors.csv`, download: '' }, `Download all ${number(job.failedRows)} rejected rows`),
    ' to correct them; the file can be imported as it is.',
  ),
  table('Rejected rows', COLUMNS, h('tbody', errors.map(errorRow))),
];

const errorRow = error =>
  h(
    'tr',
    h('td.num', number(error.row)),
    h('td.only-wide', error.column ?? '–'),
    h('td.only-wide', h('code', error.code)),
    h('td.wide-text', h('code.only-narrow', error.code), error.error),
    h('td.ellipsis.mono.only-wide', error.values.join(' | ')),
  );
