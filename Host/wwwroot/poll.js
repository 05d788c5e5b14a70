// Parts of a view that are loaded again and again, and say when they are not up to date.

import { every, isAbort } from './api.js';
import { h, put } from './dom.js';
import { time } from './format.js';
import { isDown } from './system.js';
import { problemBox } from './ui.js';

/**
 * Runs `show(await load())` every `ms` when `due()`. `failed(e, loadedAt)` shows why that failed; by default it does so in `failure`.
 * Returns a function that runs it soon.
 */
export function poll(ms, signal, { due = () => true, load, show, failure, module, failed }) {
  failed ??= (e, loadedAt) => showFailure(failure, e, loadedAt, module);
  let loadedAt = 0;
  return every(
    ms,
    async () => {
      if (!due()) return;
      try {
        const loaded = await load();
        if (failure) put(failure);
        await show(loaded);
        loadedAt = Date.now();
      } catch (e) {
        if (!isAbort(e)) failed(e, loadedAt);
      }
    },
    signal,
  );
}

/**
 * Why a list is not up to date: the whole problem when the list is empty, and a line when it shows data from `at`.
 * The part of an unavailable module says so itself.
 */
export function showFailure(place, problem, at, module) {
  if (isAbort(problem)) return;
  if (isDown(module)) put(place);
  else if (!at || (problem.status >= 400 && problem.status < 500)) put(place, problemBox(problem));
  else put(place, h('p.warning', `Not refreshed since ${time(at)}. ${problem.detail ?? problem.message}`));
}
