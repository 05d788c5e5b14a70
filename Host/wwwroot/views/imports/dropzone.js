// Where a catalogue is chosen or dropped.

import { h } from '../../dom.js';

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
  return element;
}
