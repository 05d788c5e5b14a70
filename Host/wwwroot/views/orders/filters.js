// The filters of the orders: status, search, and a chip for each filter that is set.

import { h, put } from '../../dom.js';
import { field, filterChip, searchForm, select } from '../../ui.js';

const STATUSES = [
  ['', 'Any status'],
  ['PENDING', 'Pending'],
  ['CONFIRMED', 'Confirmed'],
  ['COMPLETED', 'Completed'],
  ['FAILED', 'Failed'],
  ['CANCELLED', 'Cancelled'],
];
const KINDS = [
  ['order', 'Order'],
  ['customerId', 'Customer'],
  ['productId', 'Product'],
];
const EXAMPLES = { order: 'for example 42', customerId: 'for example CUST-001', productId: 'for example PROD-001' };
const LABELS = { status: 'Status', customerId: 'Customer', productId: 'Product' };

export const filterOf = ({ status, customerId, productId }) => ({ status, customerId, productId });

const searchedKind = query => (query.productId ? 'productId' : query.customerId ? 'customerId' : null);

/** `filter(change)` sets filters, `open(id)` opens an order by its number. */
export function orderFilters(query, { filter, open }) {
  const status = select(STATUSES, query.status ?? '', { id: 'order-status', onchange: () => filter({ status: status.value }) });
  const kind = select(KINDS, searchedKind(query) ?? 'order', {
    id: 'order-kind',
    'aria-label': 'Search by',
    onchange: () => {
      wanted.value = '';
      showExample();
    },
  });
  const wanted = h('input', { type: 'search', id: 'order-search', 'aria-label': 'Search for', autocomplete: 'off' });
  const chips = h('div.chips');
  const showExample = () => {
    wanted.placeholder = EXAMPLES[kind.value];
  };

  function search() {
    const value = wanted.value.trim().replace(/^#/, '');
    if (kind.value !== 'order') filter({ customerId: undefined, productId: undefined, [kind.value]: value });
    else if (value) open(value);
  }

  function show(now) {
    status.value = now.status ?? '';
    const searched = searchedKind(now);
    if (searched) {
      kind.value = searched;
      wanted.value = now[searched];
    } else if (kind.value !== 'order') wanted.value = '';
    showExample();
    const set = Object.entries(now).filter(([, value]) => value);
    chips.hidden = set.length === 0;
    put(chips, set.map(([name, value]) => filterChip(`${LABELS[name]}: ${value}`, () => filter({ [name]: undefined }))));
  }

  return {
    status: field('Status', status),
    search: h('div.field', h('span.label', 'Search'), searchForm(search, kind, wanted)),
    chips,
    show,
  };
}
