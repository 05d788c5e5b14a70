// Dead letters: what failed in the same way, each of them with all that is known, and their way back to the queue; and what no queue wanted.

import { every, get, isAbort, request, withQuery } from '../api.js';
import { h, keyed, put, text } from '../dom.js';
import { ago, bytes, dateTime, duration, number, plural, typeName } from '../format.js';
import { go, href } from '../route.js';
import { MODULES, isDown, moduleOf, most, state } from '../system.js';
import { act, button, curlBox, dialog, empty, facts, field, heading, link, loading, panel, part, pill, problemBox, select, table, toast } from '../ui.js';
import { showUnrouted } from './unrouted.js';

const PAGE = 50;
const STATUSES = [['', 'Any status'], ['OPEN', 'Open'], ['QUEUED', 'Queued'], ['REPLAYED', 'Replayed']];
const ops = module => `${moduleOf(module).prefix}/ops`;
const known = id => MODULES.some(module => module.id === id);
const filterOf = query => ({ status: query.status, queue: query.queue, exceptionType: query.exceptionType, eventType: query.eventType, orderId: query.orderId });

/** #/dead-letters, #/dead-letters/{module}?filters, #/dead-letters/{module}/{id}, #/dead-letters/unrouted */
export function mount(root, route, signal) {
  let page = null;
  const tabs = h('nav.tabs', { 'aria-label': 'Dead letters by module' });
  const place = h('div');
  put(root, heading('Dead letters'), tabs, place);
  const all = [['', 'All groups'], ...MODULES.map(module => [module.id, module.name]), ['unrouted', 'Unrouted']].map(([id, label]) => {
    const count = h('span.badge', { hidden: true });
    return { id, count, element: h('a', { href: href('dead-letters', id ? [id] : [], known(id) ? { status: 'OPEN' } : {}) }, label, count) };
  });
  put(tabs, all.map(tab => tab.element));

  every(1_000, () => {
    for (const { id, count } of all) {
      const letters = known(id) ? state.get(id).summary?.deadLetters : id === 'unrouted' ? most(summary => summary?.unrouted) : 0;
      count.hidden = !letters;
      text(count, number(letters ?? 0));
    }
  }, signal);

  function update(now) {
    const [where = '', id] = now.args;
    for (const tab of all) if (tab.id === where) tab.element.setAttribute('aria-current', 'page'); else tab.element.removeAttribute('aria-current');
    page?.abort();
    page = new AbortController();
    signal.addEventListener('abort', () => page.abort(), { signal: page.signal });
    put(place);
    if (!where) showGroups(place, page.signal);
    else if (where === 'unrouted') showUnrouted(place, page.signal);
    else if (!known(where)) put(place, empty('There is no such module.', 'Take one of the tabs.'));
    else if (id) showLetter(place, where, id, page.signal);
    else showList(place, where, now.query, page.signal);
  }

  update(route);
  return { update };
}

function showGroups(place, signal) {
  const blocks = MODULES.map(module => ({ module, groups: null, body: h('tbody'), failure: h('div') }));
  const none = h('div');
  const refreshAll = [];
  const show = () => {
    const asked = blocks.filter(block => block.groups);
    put(none, asked.length === MODULES.length && asked.every(block => block.groups.length === 0)
      && empty('No message has failed.', 'Nothing to do. What fails is set aside here with its cause, and can be sent again.'));
  };
  put(place, none, blocks.map(({ module, body, failure }) => {
    const list = table(`Groups of ${module.name}`, ['What failed', 'Event', 'Queue', ['Letters', 'num'], 'Oldest', 'Newest', ['', '']], body);
    const section = h('section.panel', h('h2', module.name), part(module.id, failure, list), curlBox({ path: `${ops(module.id)}/dead-letters/groups` }));
    const block = blocks.find(candidate => candidate.module === module);
    refreshAll.push(every(3_000, async () => {
      try {
        block.groups = await get(`${ops(module.id)}/dead-letters/groups`, signal);
        put(failure);
      } catch (e) {
        if (isAbort(e)) return;
        if (!block.groups && !isDown(module.id)) put(failure, problemBox(e));
      }
      section.hidden = !isDown(module.id) && block.groups !== null && block.groups.length === 0;
      list.hidden = !block.groups?.length;
      keyed(body, block.groups ?? [], group => JSON.stringify([group.exceptionType, group.eventType, group.queue]), group => groupRow(module.id, group, () => refreshAll.forEach(refresh => refresh())), (row, group) => row.show(group));
      show();
    }, signal));
    return section;
  }));
}

function groupRow(module, group, changed) {
  const { exceptionType, eventType, queue } = group;
  const [count, oldest, newest] = [h('td.num'), h('td.num.nowrap'), h('td.num.nowrap')];
  const row = h('tr',
    h('td', link(href('dead-letters', [module], { status: 'OPEN', exceptionType, eventType, queue }), typeName(exceptionType)), h('div.muted.small', exceptionType)),
    h('td.mono', eventType), h('td.mono', queue), count, oldest, newest,
    h('td', button('Replay…', () => replay(module, { group: { exceptionType, eventType, queue } }, changed), { small: true, 'aria-label': `Replay ${typeName(exceptionType)} of ${queue}` })));
  row.show = now => { text(count, number(now.count)); text(oldest, ago(now.oldest)); text(newest, ago(now.newest)); };
  return row;
}

function showList(place, module, query, signal) {
  const filter = filterOf(query);
  const picked = new Set();
  let letters = [];
  let next = null;
  let pages = 1;
  const command = () => ({ path: withQuery(`${ops(module)}/dead-letters`, { ...filter, limit: PAGE }) });
  const status = select(STATUSES, filter.status ?? '', { id: 'letter-status', onchange: () => go('dead-letters', [module], { ...filter, status: status.value }) });
  const order = h('input', { type: 'search', inputmode: 'numeric', id: 'letter-order', value: filter.orderId ?? '', placeholder: 'for example 42' });
  const chips = h('div.chips', Object.entries(filter).filter(([name, value]) => value && name !== 'status' && name !== 'orderId').map(([name, value]) =>
    button([name === 'exceptionType' ? typeName(value) : value, h('span', { 'aria-hidden': 'true' }, ' ×')], () => go('dead-letters', [module], { ...filter, [name]: undefined }), { kind: 'chip', 'aria-label': `Remove the filter ${value}` })));
  const body = h('tbody');
  const failure = h('div', loading());
  const pickAll = h('input', { type: 'checkbox', 'aria-label': 'Pick all', onchange: () => { letters.filter(canPick).forEach(letter => pickAll.checked ? picked.add(letter.id) : picked.delete(letter.id)); show(); } });
  const list = table('Dead letters', [pickAll, 'Letter', 'Status', 'What failed', 'Event', 'Queue', 'Order', ['Times', 'num'], ['Failed', 'num']], body);
  const more = button('Show older letters', () => { pages++; refresh(); }, { kind: 'quiet' });
  const replayPicked = button('Replay…', () => replay(module, { ids: [...picked] }, refreshNow), { kind: 'primary' });
  const replayAll = button('Replay all that match…', () => replay(module, { filter: { queue: filter.queue, exceptionType: filter.exceptionType, eventType: filter.eventType, orderId: filter.orderId ? Number(filter.orderId) : undefined } }, refreshNow));
  const canPick = letter => letter.status !== 'QUEUED';

  function show() {
    put(failure, letters.length === 0 && (filter.status === 'OPEN' && !filter.queue && !filter.orderId && !filter.exceptionType
      ? empty(`${moduleOf(module).name} has no open dead letter.`, 'Nothing to do.', link(href('dead-letters', [module]), 'Show those of before'))
      : empty('No dead letter matches.', 'Take a filter away.', link(href('dead-letters', [module]), 'Show all'))));
    list.hidden = letters.length === 0;
    more.parentElement.hidden = !next;
    replayPicked.disabled = picked.size === 0;
    text(replayPicked, picked.size ? `Replay ${plural(picked.size, 'letter')}…` : 'Replay what is picked…');
    replayAll.disabled = letters.length === 0;
    keyed(body, letters, letter => letter.id, letter => {
      const box = h('input', { type: 'checkbox', 'aria-label': `Pick letter ${letter.id}`, onchange: () => { if (box.checked) picked.add(letter.id); else picked.delete(letter.id); show(); } });
      const [now, times] = [h('td'), h('td.num')];
      const row = h('tr', h('td', box), h('td', link(href('dead-letters', [module, letter.id]), `#${letter.id}`)), now,
        h('td', typeName(letter.exceptionType), h('div.muted.small.ellipsis', letter.exceptionMessage)), h('td.mono', letter.eventType), h('td.mono', letter.queue),
        h('td', letter.orderId === null ? '–' : link(href('orders', [letter.orderId]), `#${letter.orderId}`)), times, h('td.num.nowrap', dateTime(letter.failedAt)));
      Object.assign(row, { box, now, times });
      return row;
    }, (row, letter) => {
      row.box.checked = picked.has(letter.id);
      row.box.disabled = !canPick(letter);
      if (row.status !== letter.status) put(row.now, pill(letter.status));
      row.status = letter.status;
      text(row.times, number(letter.occurrences));
    });
  }

  async function refresh() {
    try {
      let address = command().path;
      const found = [];
      for (let page = 0; page < pages && address; page++) {
        const answer = await request('GET', address, { signal });
        found.push(...answer.body);
        address = answer.next;
      }
      letters = found;
      next = address;
      for (const id of picked) if (!letters.some(letter => letter.id === id)) picked.delete(id);
      show();
    } catch (e) {
      if (!isAbort(e) && (letters.length === 0 || e.status === 400)) put(failure, problemBox(e));
    }
  }

  put(place, panel(null,
    h('div.toolbar', field('Status', status),
      h('form.field', { onsubmit: event => { event.preventDefault(); go('dead-letters', [module], { ...filter, orderId: order.value.trim() }); } }, h('label', { htmlFor: 'letter-order' }, 'Order'), h('div.search', order, button('Search', null, { type: 'submit' }))),
      h('div.actions.push', replayPicked, replayAll)),
    chips.children.length > 0 && chips, part(module, failure, list, h('div.more', more)), curlBox(command)));
  list.hidden = true;
  more.parentElement.hidden = true;
  replayPicked.disabled = replayAll.disabled = true;
  const refreshNow = every(3_000, refresh, signal);
}

function showLetter(place, module, id, signal) {
  const path = `${ops(module)}/dead-letters/${encodeURIComponent(id)}`;
  const content = h('div', loading());
  put(place, h('section.panel', h('div.panel-head', h('h2', `Letter #${id} of ${moduleOf(module).name}`), link(href('dead-letters', [module], { status: 'OPEN' }), 'All letters')), part(module, content)));
  let shown = '';

  const refresh = every(3_000, async () => {
    try {
      const letter = await get(path, signal);
      const now = `${letter.status} ${letter.occurrences} ${letter.replayedAt}`;
      // What is being written in the editor is not thrown away by a change of the status.
      if (now === shown || content.contains(document.activeElement) && document.activeElement.tagName === 'TEXTAREA') return;
      shown = now;
      show(letter);
    } catch (e) {
      if (!isAbort(e) && (!shown || e.status === 404)) put(content, problemBox(e));
    }
  }, signal);

  function show(letter) {
    const body = letter.editedBody ?? letter.body;
    const asText = ({ encoding, content: value }) => encoding === 'json' ? JSON.stringify(value, null, 2) : String(value);
    const editor = h('textarea.code', { spellcheck: 'false', rows: 14, 'aria-label': 'Body to send instead', value: asText(body), oninput: () => { put(mistake); commands.refresh(); } });
    const mistake = h('div');
    const edited = () => { try { return JSON.parse(editor.value); } catch { return null; } };
    const editCommand = () => ({ method: 'POST', path: `${path}/edit-and-replay`, body: { body: edited() } });
    const commands = curlBox({ label: 'This letter', path }, { label: 'Replay', method: 'POST', path: `${ops(module)}/dead-letters/replay`, body: { ids: [letter.id] } },
      () => ({ label: 'Edit and replay', ...editCommand() }), { label: 'Delete', method: 'DELETE', path });
    const sendEdited = button('Send the edited body', async event => {
      if (edited() === null) { put(mistake, h('p.warning', 'This is not JSON.')); return; }
      const answer = await act(event.currentTarget, editCommand(), 'The edited letter is on its way to its queue.', mistake);
      if (answer) { editor.blur(); follow(module, answer.body, () => refresh()); refresh(); }
    }, { kind: 'primary' });
    put(content,
      h('div.drawer-state', pill(letter.status), letter.editedBody && h('span.tag', 'edited'), h('code', typeName(letter.exceptionType))),
      h('p.message', letter.exceptionMessage),
      h('div.actions',
        letter.status !== 'QUEUED' && button('Replay…', () => replay(module, { ids: [letter.id] }, refresh), { kind: 'primary' }),
        letter.status !== 'QUEUED' && button('Delete…', () => remove(letter), { kind: 'danger' })),
      facts(['Event', h('code', letter.eventType)], ['Queue', h('code', letter.queue)], ['Came by', h('code', `${letter.exchange || '(default)'} / ${letter.routingKey}`)],
        ['Order', letter.orderId === null ? '–' : link(href('orders', [letter.orderId]), `#${letter.orderId}`)], ['Event id', h('code', letter.eventId ?? '–')], ['Message id', h('code', letter.messageId ?? '–')],
        ['Attempts', number(letter.attempts)], ['Times', number(letter.occurrences)], ['Failed', dateTime(letter.failedAt)], letter.replayedAt && ['Replayed', dateTime(letter.replayedAt)], ['Size', bytes(letter.bodyBytes)]),
      h('h3', letter.status === 'OPEN' ? 'Body: mend it here' : 'Body'),
      body.truncated && h('p.warning', 'Only the beginning was kept. It cannot be replayed as it is: write the whole body, or delete the letter.'),
      letter.status === 'OPEN'
        ? [editor, mistake, h('div.actions', sendEdited, button('Put the original back', () => { editor.value = asText(letter.body); put(mistake); }, { kind: 'quiet' }))]
        : h('pre.block', { tabindex: '0', 'aria-label': 'Body' }, asText(body)),
      h('h3', 'Stack'), letter.stack ? h('pre.block', { tabindex: '0', 'aria-label': 'Stack' }, letter.stack) : h('p.muted', 'There is none: the broker set it aside by itself.'),
      h('h3', 'Headers'), table('Headers', ['Name', 'Value'], h('tbody', Object.entries(letter.headers ?? {}).map(([name, value]) =>
        h('tr', h('td.mono', name), h('td.mono.wrap', typeof value === 'string' ? value : JSON.stringify(value)))))),
      commands);
  }

  function remove(letter) {
    const failed = h('div');
    const command = { method: 'DELETE', path };
    dialog(`Delete letter #${letter.id}?`, close => [h('p', 'The message is gone for good. Delete it only when nobody needs what it says.'), failed, curlBox(command),
      h('div.actions', button('Delete', async event => {
        if (await act(event.currentTarget, command, 'The letter is deleted.', failed)) { close(); go('dead-letters', [module], { status: 'OPEN' }); }
      }, { kind: 'danger' }), button('Keep it', close, { kind: 'quiet' }))]);
  }
}

/** Asks how fast, says how many, and shows how far it is. `what` is { ids }, { group } or { filter }. */
function replay(module, what, changed) {
  const rate = h('input', { type: 'number', min: 1, max: 10_000, step: 1, placeholder: 'as fast as it goes', oninput: () => commands.refresh() });
  const about = h('p', what.ids ? `${plural(what.ids.length, 'letter')} will go back to where they failed.` : 'Counting…');
  const failed = h('div');
  const command = () => ({ method: 'POST', path: `${ops(module)}/dead-letters/replay`, body: { ...what, ...(rate.value ? { ratePerSecond: Number(rate.value) } : {}) } });
  const commands = curlBox(command);
  const abort = new AbortController();
  const box = dialog(`Replay letters of ${moduleOf(module).name}`, close => h('form', {
    onsubmit: async event => {
      event.preventDefault();
      const answer = await act(event.submitter, command(), null, failed);
      if (answer) { close(); follow(module, answer.body, changed); changed(); }
    },
  },
  about, h('p.muted', 'What was processed already is recognised, so a replay too many does no harm. What fails again comes back here.'),
  field('Letters per second', rate), failed, commands,
  h('div.actions', button('Replay', null, { type: 'submit', kind: 'primary' }), button('Leave it', close, { kind: 'quiet' }))));
  box.addEventListener('close', () => abort.abort());
  if (what.ids) return;
  request('POST', `${ops(module)}/dead-letters/replay`, { body: { ...what, dryRun: true }, signal: abort.signal })
    .then(({ body }) => text(about, `${plural(body.total, 'letter')} will go back to where ${body.total === 1 ? 'it' : 'they'} failed.`), e => { if (!isAbort(e)) put(failed, problemBox(e)); });
}

/** Shows in a dialog how far a replay is; it goes on when the dialog is closed. */
function follow(module, started, changed) {
  const path = `${ops(module)}/dead-letters/replays/${started.id}`;
  const abort = new AbortController();
  const progress = h('progress', { max: started.total, value: 0, 'aria-label': 'Letters replayed' });
  const line = h('p.num', { role: 'status' });
  const failed = h('div');
  const box = dialog(`Replay #${started.id}`, close => [progress, line, failed, curlBox({ path }), h('div.actions', button('Close', close, { kind: 'quiet' }), h('span.muted', 'It goes on without this window.'))]);
  box.addEventListener('close', () => abort.abort());
  const show = now => {
    progress.value = now.done + now.failed;
    const took = new Date(now.finishedAt ?? Date.now()) - new Date(now.startedAt);
    text(line, `${number(now.done)} of ${number(now.total)} sent${now.failed ? `, ${number(now.failed)} without a queue` : ''}${now.ratePerSecond ? ` · at most ${number(now.ratePerSecond)}/s` : ''} · ${duration(Math.max(0, took))}${now.finishedAt ? ' · finished' : ''}`);
    if (!now.finishedAt) return;
    abort.abort();
    toast(`Replay #${now.id} is finished: ${plural(now.done, 'letter')} went back.`);
    changed();
  };
  show(started);
  every(1_000, async () => {
    try { show(await get(path, abort.signal)); put(failed); } catch (e) { if (!isAbort(e)) put(failed, problemBox(e)); }
  }, abort.signal);
}
