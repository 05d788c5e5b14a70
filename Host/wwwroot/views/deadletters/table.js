// The table of dead letters, of which some can be picked.

import { h, keyed, put, text } from '../../dom.js';
import { number, typeName, when } from '../../format.js';
import { href } from '../../route.js';
import { link, orderLink, pill, table } from '../../ui.js';

const COLUMNS = ['Id', 'Status', 'Failure', ['Event', 'only-wide'], ['Queue', 'only-wide'], ['Order', 'only-wide'], ['Times', 'num.only-wide'], ['Failed', 'num.only-wide']];

const canPick = letter => letter.status !== 'QUEUED';

/** `picked` is the set of the picked ids; `changed` runs after the operator has changed it. */
export function deadLetterTable(module, picked, changed) {
  let letters = [];
  const pick = (id, on) => (on ? picked.add(id) : picked.delete(id));
  const all = h('input', {
    type: 'checkbox',
    'aria-label': 'Pick all',
    onchange: () => {
      letters.filter(canPick).forEach(letter => pick(letter.id, all.checked));
      changed();
    },
  });
  const rows = h('tbody');
  const element = table('Dead letters', [all, ...COLUMNS], rows);
  const create = letter => {
    const box = h('input', {
      type: 'checkbox',
      'aria-label': `Pick dead letter ${letter.id}`,
      onchange: () => {
        pick(letter.id, box.checked);
        changed();
      },
    });
    return createRow(module, letter, box);
  };
  return {
    element,
    show(now) {
      letters = now;
      element.hidden = letters.length === 0;
      keyed(rows, letters, letter => letter.id, create, (row, letter) => updateRow(row, letter, picked));
    },
  };
}

function createRow(module, letter, box) {
  const [status, times] = [h('td'), h('td.num.only-wide')];
  const row = h(
    'tr',
    h('td', box),
    h('td', link(href('dead-letters', [module, letter.id]), `#${letter.id}`)),
    status,
    h('td', typeName(letter.exceptionType), h('div.muted.small.ellipsis', letter.exceptionMessage)),
    h('td.mono.only-wide', letter.eventType),
    h('td.mono.only-wide', letter.queue),
    h('td.only-wide', orderLink(letter.orderId)),
    times,
    h('td.num.only-wide', when(letter.failedAt)),
  );
  row.parts = { box, status, times };
  return row;
}

function updateRow(row, letter, picked) {
  const { box, status, times } = row.parts;
  box.checked = picked.has(letter.id);
  box.disabled = !canPick(letter);
  if (row.status !== letter.status) put(status, pill(letter.status));
  row.status = letter.status;
  text(times, number(letter.occurrences));
}
