// The form that starts an import: what the file holds, and the options.

import { withQuery } from '../../api.js';
import { columnsOf, preview } from '../../csv.js';
import { h, put } from '../../dom.js';
import { bytes, plural } from '../../format.js';
import { button, curlBox, field, select, table } from '../../ui.js';

const ROWS_SHOWN = 8;
const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };
const KEYS = [
  ['internalId', 'Internal ID'],
  ['ean', 'EAN'],
  ['index', 'Index'],
];
const DUPLICATES = [
  ['last', 'The last row counts'],
  ['first', 'The first row counts'],
  ['error', 'Each further row is an error'],
];
const MODES = [
  ['upsert', 'Add and update products'],
  ['insertOnly', 'Add products only'],
  ['stockOnly', 'Set the stock only'],
];

/** Shows the content of the file and asks for the options. */
export async function importForm(file, place, start) {
  const key = select(KEYS, 'internalId');
  const duplicates = select(DUPLICATES, 'last');
  const mode = select(MODES, 'upsert');
  const maxErrors = h('input', { type: 'number', min: 0, step: 1, placeholder: 'no limit' });
  const dryRun = h('input', { type: 'checkbox', id: 'dry-run' });
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
    if (seen) put(found, previewOf(seen, file.size, key.value, mode.value));
  }

  const form = h(
    'form',
    {
      oninput: show,
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
  );
  put(place, h('section.panel', h('h2', file.name), found, form));
  place.scrollIntoView({ block: 'nearest' });
  try {
    seen = await preview(file, ROWS_SHOWN);
    show();
  } catch (e) {
    put(found, h('p.warning', `The file cannot be read here: ${e.message}`));
  }
}

function previewOf({ header, rows, gzip, delimiter }, size, key, mode) {
  const { columns, missing } = columnsOf(header, key, mode);
  return [
    h('p', `${bytes(size)}${gzip ? ', gzip' : ''} · ${plural(columns.length, 'column')} · separated by ${DELIMITERS[delimiter]}`),
    h('ul.chips', columns.map(columnChip)),
    missing.length > 0 && h('p.warning', `Missing: ${missing.join(', ')}. The server will refuse this file.`),
    rows.length > 0 ? rowTable(columns, rows) : h('p.warning', 'The file has no rows.'),
  ];
}

const columnChip = ({ name, use }) =>
  h(
    `li.chip.${use}`,
    name || '(no name)',
    use === 'key' && h('b', ' key'),
    use === 'ignored' && h('span.muted', ' ignored'),
    use === 'own' && h('span.muted', ' of the errors file'),
  );

const rowTable = (columns, rows) =>
  table(
    'First rows of the file',
    columns.map(column => column.name || '–'),
    h(
      'tbody',
      rows.map(row =>
        h('tr', columns.map((_, i) => h('td.ellipsis', row[i] ?? ''))),
      ),
    ),
  );
