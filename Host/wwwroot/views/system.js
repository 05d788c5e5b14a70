// System: instances and versions of the modules, and checks of the topology and of the invariants.

import { h, put } from '../dom.js';
import { MODULES, on, state } from '../system.js';
import { heading, panel } from '../ui.js';
import { invariants } from './system/invariants.js';
import { moduleCard } from './system/modulecard.js';
import { simulator } from './system/simulator.js';
import { topology } from './system/topology.js';

const DOCS = [
  ['/scalar', 'API reference'],
  ['/errors', 'Error codes'],
];

export function mount(root, route, signal) {
  const links = h('ul.links');
  const cards = MODULES.map(module => moduleCard(module));
  const showLinks = () => {
    const found = new Map(DOCS);
    for (const module of MODULES)
      for (const [name, address] of Object.entries(state.get(module.id).summary?.links ?? {}))
        if (safe(address) && name !== 'apiDocs') found.set(address, name === 'rabbitMq' ? 'RabbitMQ' : name);
    for (const module of MODULES) found.set(`/openapi/${module.id}.json`, `OpenAPI: ${module.name}`);
    const now = JSON.stringify([...found]);
    if (links.now === now) return;
    links.now = now;
    put(
      links,
      [...found].map(([address, label]) => h('li', h('a', { href: address, target: '_blank', rel: 'noopener' }, label))),
    );
  };
  const update = () => {
    cards.forEach(card => card.update());
    showLinks();
  };
  put(
    root,
    heading('System'),
    h('div.cards', cards.map(card => card.element)),
    topology(signal),
    invariants(signal),
    simulator(signal),
    panel('Elsewhere', links),
  );
  update();
  on('modules', update, signal);
  return { update() {} };
}

/** Addresses that come from the API are followed only when they lead to a web page. */
const safe = address => typeof address === 'string' && (/^https?:\/\//.test(address) || /^\/(?!\/)/.test(address));
