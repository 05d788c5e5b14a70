// Builds elements. Text is always set as text, never parsed as HTML.

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'open', 'selected', 'hidden', 'indeterminate', 'htmlFor', 'textContent']);

/** h('p.muted', { id: 'x', onclick }, 'text', child, …); null and false children are left out. */
export function h(name, ...rest) {
  const [tag, ...classes] = name.split('.');
  return fill(document.createElement(tag), classes, rest);
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for SVG. */
export function s(name, ...rest) {
  const [tag, ...classes] = name.split('.');
  return fill(document.createElementNS(SVG, tag), classes, rest);
}

function fill(element, classes, rest) {
  if (classes.length) element.setAttribute('class', classes.join(' '));
  const hasProperties = rest.length && rest[0] && Object.getPrototypeOf(rest[0]) === Object.prototype;
  if (hasProperties) for (const [key, value] of Object.entries(rest[0])) assign(element, key, value);
  element.append(...children(hasProperties ? rest.slice(1) : rest));
  return element;
}

function assign(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
  else if (PROPERTIES.has(key)) element[key] = value;
  else element.setAttribute(key, value === true ? '' : String(value));
}

const children = list => list.flat(3).filter(child => child !== null && child !== undefined && child !== false);

/** Replaces what an element holds. */
export function put(element, ...content) {
  element.replaceChildren(...children(content));
  return element;
}

/** Sets a text only when it differs, so that a selection survives. */
export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/**
 * Keeps the children of `parent` in step with `items` without making those anew that are there already, so that focus and selection survive.
 * `create(item)` gives an element, `update(element, item)` fills it.
 */
export function keyed(parent, items, key, create, update) {
  const old = parent.keyedChildren ?? new Map();
  const now = new Map();
  let place = null;
  for (const item of items) {
    const id = String(key(item));
    if (now.has(id)) continue;
    const element = old.get(id) ?? create(item);
    update(element, item);
    now.set(id, element);
    const expected = place ? place.nextSibling : parent.firstChild;
    if (element !== expected) parent.insertBefore(element, expected);
    place = element;
  }
  while (place ? place.nextSibling : parent.firstChild) (place ? place.nextSibling : parent.firstChild).remove();
  parent.keyedChildren = now;
}
