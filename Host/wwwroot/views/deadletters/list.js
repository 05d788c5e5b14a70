// The dead letters of a module: filtered, picked, and replayed.

import { getPages, withQuery } from '../../api.js';
import { h, put, text } from '../../dom.js';
import { plural, typeName } from '../../format.js';
import { poll } from '../../poll.js';
import { go, href } from '../../route.js';
import { moduleOf } from '../../system.js';
import { button, curlBox, empty, field, filterChip, link, loading, panel, part, select } from '../../ui.js';
import { pathOf, replay } from './replay.js';
import { deadLetterTable } from './table.js';

const PAGE = 50;
const STATUSES = [
  ['', 'Any status'],
  ['OPEN', 'Open'],
  ['QUEUED', 'Queued'],
  ['REPLAYED', 'Replayed'],
];

const filterOf = ({ status, queue, exceptionType, eventType, orderId }) => ({ status, queue, exceptionType, eventType, orderId });

export function showList(place, module, query, signal) {
  const filter = filterOf(query);
  const path = withQuery(pathOf(module), { ...filter, limit: PAGE });
  const picked = new Set();
  let [letters, count] = [[], 1];
  const apply = change => go('dead-letters', [module], { ...filter, ...change });
  const failure = h('div', loading());
  const list = deadLetterTable(module, picked, showLetters);
  const showMore = () => {
    count++;
    refresh();
  };
  const more = h('div.more', { hidden: true }, button('Show older dead letters', showMore, { kind: 'quiet' }));
  const replayPicked = button('Replay…', () => replay(module, { ids: [...picked] }, refresh), { kind: 'primary', disabled: true });
  const replayAll = button('Replay all that match…', () => replay(module, { filter: replayFilter(filter) }, refresh), { disabled: true });
  list.element.hidden = true;
  put(
    place,
    panel(
      null,
      h('div.toolbar', statusFilter(filter.status, apply), orderFilter(filter.orderId, apply), h('div.actions.push', replayPicked, replayAll)),
      filterChips(filter, apply),
      part(module, failure, list.element, more),
      curlBox({ path }),
    ),
  );

  function showLetters() {
    replayPicked.disabled = picked.size === 0;
    text(replayPicked, picked.size ? `Replay ${plural(picked.size, 'dead letter')}…` : 'Replay the selection…');
    replayAll.disabled = letters.length === 0;
    list.show(letters);
  }

  const refresh = poll(3_000, signal, {
    load: () => getPages(path, count, signal),
    show: ({ items, next }) => {
      letters = items;
      for (const id of picked) if (!letters.some(letter => letter.id === id)) picked.delete(id);
      put(failure, letters.length === 0 && noLetters(module, filter));
      more.hidden = !next;
      showLetters();
    },
    failure,
    module,
  });
}

const replayFilter = ({ queue, exceptionType, eventType, orderId }) => ({ queue, exceptionType, eventType, orderId: orderId ? Number(orderId) : undefined });

function noLetters(module, { status, queue, orderId, exceptionType }) {
  if (status === 'OPEN' && !queue && !orderId && !exceptionType)
    return empty(`${moduleOf(module).name} has no open dead letter.`, 'Nothing to do.', link(href('dead-letters', [module]), 'Show earlier ones'));
  return empty('No dead letter matches.', 'Remove a filter.', link(href('dead-letters', [module]), 'Show all'));
}

function statusFilter(current, apply) {
  const status = select(STATUSES, current ?? '', { id: 'letter-status', onchange: () => apply({ status: status.value }) });
  return field('Status', status);
}

function orderFilter(current, apply) {
  const order = h('input', { type: 'search', inputmode: 'numeric', id: 'letter-order', value: current ?? '', placeholder: 'for example 42' });
  return h(
    'form.field',
    {
      onsubmit: event => {
        event.preventDefault();
        apply({ orderId: order.value.trim() });
      },
    },
    h('label', { htmlFor: 'letter-order' }, 'Order'),
    h('div.search', order, button('Search', null, { type: 'submit' })),
  );
}

/** A chip for each filter that has no field of its own. */
function filterChips(filter, apply) {
  const chips = Object.entries(filter)
    .filter(([name, value]) => value && name !== 'status' && name !== 'orderId')
    .map(([name, value]) => filterChip(name === 'exceptionType' ? typeName(value) : value, () => apply({ [name]: undefined })));
  return chips.length > 0 && h('div.chips', chips);
}
