// A catalogue before it is on the server: dropped, looked at, and sent.

import { Problem, withQuery } from '../api.js';
import { columnsOf, preview } from '../csv.js';
import { h, put } from '../dom.js';
import { bytes, plural } from '../format.js';
import { button, curlBox, field, select, table } from '../ui.js';

const ROWS_SHOWN = 8;
const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

export function dropZone(chosen) {
  const input = h('input.away', {
    type: 'file',
    id: 'catalogue',
    accept: '.csv,.gz,.txt,text/csv,application/gzip',
    onchange: () => {
      if (input.files[0]) chosen(input.files[0]);
      input.value = '';
    },
  });
  const element = h(
    'div.drop',
    input,
    h('p', h('label.button.primary', { htmlFor: 'catalogue' }, 'Choose a catalogue'), h('span.only-wide', ' or drop it here')),
    h(
      'p.muted',
      'CSV or gzip of it, UTF-8, with a header; the order of the columns does not matter. ',
      h('a', { href: '/api/inventory/imports/template.csv', download: '' }, 'Template'),
    ),
  );
  const over = on => element.classList.toggle('over', on);
  element.addEventListener('dragover', event => {
    event.preventDefault();
    over(true);
  });
  element.addEventListener('dragleave', () => over(false));
  element.addEventListener('drop', event => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files[0]) chosen(event.dataTransfer.files[0]);
  });
  return { element };
}

/** Shows the content of the file and asks for the options. */
export async function prepare(file, place, start) {
  const key = select(
    [
      ['internalId', 'Internal ID'],
      ['ean', 'EAN'],
      ['index', 'Index'],
    ],
    'internalId',
    { onchange: show },
  );
  const duplicates = select(
    [
      ['last', 'The last row counts'],
      ['first', 'The first row counts'],
      ['error', 'Each further row is an error'],
    ],
    'last',
    { onchange: show },
  );
  const mode = select(
    [
      ['upsert', 'Add and update products'],
      ['insertOnly', 'Add products only'],
      ['stockOnly', 'Set the stock only'],
    ],
    'upsert',
    { onchange: show },
  );
  const maxErrors = h('input', { type: 'number', min: 0, step: 1, placeholder: 'no limit', oninput: show });
  const dryRun = h('input', { type: 'checkbox', id: 'dry-run', onchange: show });
  const found = h('div');
  const options = () => ({
    key: key.value,
    duplicates: duplicates.value,
    mode: mode.value,
    dryRun: dryRun.checked ? 'true' : '',
    maxErrors: maxErrors.value,
    fileName: file.name,
  });
  const commands = curlBox(() => ({ method: 'POST', path: withQuery('/api/inventory/imports', { ...options(), fileName: '' }), file: file.name }));
  let seen = null;

  function show() {
    commands.refresh();
    if (!seen) return;
    const { columns, missing } = columnsOf(seen.header, key.value, mode.value);
    put(
      found,
      h('p', `${bytes(file.size)}${seen.gzip ? ', gzip' : ''} · ${plural(columns.length, 'column')} · separated by ${DELIMITERS[seen.delimiter]}`),
      h(
        'ul.chips',
        columns.map(({ name, use }) =>
          h(
            `li.chip.${use}`,
            name || '(no name)',
            use === 'key' && h('b', ' key'),
            use === 'ignored' && h('span.muted', ' ignored'),
            use === 'own' && h('span.muted', ' of the errors file'),
          ),
        ),
      ),
      missing.length > 0 && h('p.warning', `Missing: ${missing.join(', ')}. The server will refuse this file.`),
      seen.rows.length > 0
        ? table(
            'First rows of the file',
            columns.map(column => column.name || '–'),
            h(
              'tbody',
              seen.rows.map(row =>
                h(
                  'tr',
                  columns.map((_, i) => h('td.ellipsis', row[i] ?? '')),
                ),
              ),
            ),
          )
        : h('p.warning', 'The file has no rows.'),
    );
  }

  put(
    place,
    h(
      'section.panel',
      h('h2', file.name),
      found,
      h(
        'form',
        {
          onsubmit: event => {
            event.preventDefault();
            start(options());
          },
        },
        h(
          'div.fields',
          field('Key', key, 'its value becomes the productId of orders'),
          field('A key that repeats', duplicates),
          field('Mode', mode),
          field('End after errors', maxErrors),
        ),
        h('label.check', dryRun, ' Dry run: report everything, write nothing'),
        commands,
        h(
          'div.actions',
          button('Start the import', null, { type: 'submit', kind: 'primary' }),
          button('Leave it', () => put(place), { kind: 'quiet' }),
        ),
      ),
    ),
  );
  place.scrollIntoView({ block: 'nearest' });
  try {
    seen = await preview(file, ROWS_SHOWN);
    show();
  } catch (e) {
    put(found, h('p.warning', `The file cannot be read here: ${e.message}`));
  }
}

/** Uploads with progress, which fetch does not report. */
export function send(file, address) {
  const xhr = new XMLHttpRequest();
  const started = Date.now();
  let tell = () => {};
  let last = [0, file.size];
  const warn = event => event.preventDefault();
  const result = {
    file,
    stopped: false,
    stop: () => {
      result.stopped = true;
      xhr.abort();
    },
    sent: listener => {
      tell = (...now) => listener(...now, now[0] / Math.max(0.5, (Date.now() - started) / 1_000));
      tell(...last);
    },
  };
  result.finished = new Promise((resolve, reject) => {
    xhr.open('POST', address);
    xhr.responseType = 'json';
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.upload.onprogress = event => {
      last = [event.loaded, event.total];
      tell(...last);
    };
    xhr.onload = () => (xhr.status < 300 ? resolve(xhr.response) : reject(new Problem(xhr.status, xhr.response ?? {})));
    xhr.onerror = () =>
      reject(new Problem(0, { title: 'The upload broke off', detail: 'Nothing was imported. Send the file again.', code: 'NO_ANSWER' }));
    xhr.onabort = xhr.onerror;
    xhr.send(file);
  }).finally(() => removeEventListener('beforeunload', warn));
  addEventListener('beforeunload', warn);
  return result;
}
