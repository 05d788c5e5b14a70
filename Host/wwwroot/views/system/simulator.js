// How the simulated payments turn out, and the form that sets it.

import { act } from '../../actions.js';
import { get } from '../../api.js';
import { h, put, text } from '../../dom.js';
import { poll } from '../../poll.js';
import { isDown } from '../../system.js';
import { button, curlBox, field, part, problemBox } from '../../ui.js';

export function simulator(signal) {
  const path = '/api/payments/simulator';
  const share = h('input', { type: 'number', min: 0, max: 1, step: 'any', required: true });
  const least = h('input', { type: 'number', min: 0, step: 1, required: true });
  const most = h('input', { type: 'number', min: 0, step: 1, required: true });
  const seed = h('input', { type: 'number', step: 1, required: true });
  const failed = h('div');
  const note = h('p.muted');
  let dirty = false;
  const command = () => ({
    method: 'PUT',
    path,
    body: {
      successRate: Number(share.value),
      latencyMs: { min: Number(least.value), max: Number(most.value) },
      seed: Number(seed.value),
    },
  });
  const commands = curlBox({ label: 'Look', path }, () => ({ label: 'Set', ...command() }));
  function touched() {
    dirty = true;
    text(note, 'Changed, not set yet.');
    commands.refresh();
  }
  const show = now => {
    [share.value, least.value, most.value, seed.value] = [now.successRate, now.latencyMs.min, now.latencyMs.max, now.seed];
    text(note, 'Every replica follows within a second.');
  };
  poll(5_000, signal, {
    load: () => get(path, signal),
    show: now => dirty || show(now),
    failed: e => isDown('payment') || put(failed, problemBox(e)),
  });
  return h(
    'section.panel',
    h('h2', 'Payment simulator'),
    part(
      'payment',
      h(
        'form',
        {
          oninput: touched,
          onsubmit: async event => {
            event.preventDefault();
            const response = await act(event.submitter, command(), 'The simulator is set.', failed);
            if (response) {
              dirty = false;
              show(response.body);
            }
          },
        },
        h(
          'div.fields',
          field('Success share', share, '0 to 1, of customers that are neither CUST-APPROVE… nor CUST-DECLINE…'),
          field('Latency from, ms', least),
          field('Latency to, ms', most),
          field('Seed', seed, 'the same seed decides the same way'),
        ),
        failed,
        note,
        h('div.actions', button('Set', null, { type: 'submit', kind: 'primary' })),
      ),
    ),
    commands,
  );
}
