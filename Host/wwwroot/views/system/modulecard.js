// A module: its version, its instances and its settings.

import { h, put } from '../../dom.js';
import { number, when } from '../../format.js';
import { instancesOf, isDown, state } from '../../system.js';
import { curlBox, facts, loading, part, problemBox, table } from '../../ui.js';

export function moduleCard(module) {
  const light = h('span.lamp', { 'aria-hidden': 'true' });
  const content = h('div', loading());
  const settingRows = h('tbody');
  const box = h('details', h('summary', 'Settings'), table(`Settings of ${module.name}`, ['Name', 'Value'], settingRows));
  const element = h(
    'section.panel.module',
    h('div.panel-head', h('h2', module.name), light),
    part(module.id, content, box),
    curlBox({ path: `${module.prefix}/ops/summary` }),
  );
  let shown = '';
  return {
    element,
    update() {
      const { summary, problem } = state.get(module.id);
      element.classList.toggle('down', isDown(module.id));
      box.hidden = !summary;
      if (!summary) {
        if (problem) put(content, problemBox(problem));
        return;
      }
      const { version, commit, modules, outboxPending, deadLetters, settings } = summary;
      const instances = instancesOf(module.id);
      // Only changed parts are drawn again, so that text in the others can be selected and copied.
      const now = JSON.stringify([version, commit, modules, outboxPending, deadLetters, settings, instances.map(one => one.name)]);
      if (now === shown) return;
      shown = now;
      put(
        content,
        facts(
          ['Version', version, ' ', commit && h('code', String(commit).slice(0, 10))],
          ['Modules of the process', (modules ?? []).join(', ')],
          ['Instances', instances.map(one => h('div', h('code', one.name), h('span.muted', ` since ${when(one.startedAt)}`)))],
          typeof outboxPending === 'number' && ['Outbox', `${number(outboxPending)} pending`],
          ['Dead letters', number(deadLetters)],
        ),
      );
      put(
        settingRows,
        Object.entries(settings ?? {}).map(([name, value]) =>
          h('tr', h('td.mono', name), h('td.mono.wrap', typeof value === 'string' ? value : JSON.stringify(value))),
        ),
      );
    },
  };
}
