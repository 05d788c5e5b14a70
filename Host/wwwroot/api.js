// Requests, their errors, and the updates of views: server-sent events, or polling where there are none. Nothing runs in a hidden tab.

/** A problem as of RFC 9457, or in its form when there was no response at all. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `Status ${status}`);
    this.status = status;
    this.title = body.title ?? `Status ${status}`;
    this.detail = body.detail;
    this.code = body.code;
    this.type = typeof body.type === 'string' && body.type.startsWith('/errors/') ? body.type : null;
    this.traceId = body.traceId;
    this.errors = body.errors;
    this.retryAfter = 0;
  }
}

const noAnswer = (method, path, why) => new Problem(0, { title: 'No answer', code: 'NO_ANSWER', detail: `${method} ${path} ${why}` });

/**
 * Sends a request and reads its answer: { status, body, next, replayed }, `next` being the address of the next page. Throws a Problem; an
 * AbortError when `signal` cancelled it.
 */
export async function request(method, path, { body, headers, signal, timeout = 15_000 } = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), timeout);
  const giveUp = () => patience.abort();
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  try {
    const response = await fetch(path, {
      method,
      headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: patience.signal,
      cache: 'no-store',
    });
    const content = (response.headers.get('Content-Type') ?? '').includes('json') ? await response.json() : await response.text();
    if (!response.ok) {
      const problem = new Problem(
        response.status,
        typeof content === 'object' && content ? content : { title: `Status ${response.status}`, detail: `${method} ${path}` },
      );
      problem.retryAfter = Number(response.headers.get('Retry-After')) || 0;
      throw problem;
    }
    return {
      status: response.status,
      body: content,
      next: nextPage(response.headers.get('Link')),
      replayed: response.headers.has('Idempotent-Replayed'),
    };
  } catch (e) {
    if (e instanceof Problem) throw e;
    if (signal?.aborted) throw new DOMException('Given up', 'AbortError');
    throw noAnswer(
      method,
      path,
      patience.signal.aborted ? `was not answered within ${timeout / 1_000} seconds.` : 'did not reach a server, or its answer was lost.',
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

export const get = async (path, signal) => (await request('GET', path, { signal })).body;

/** { items, next } of the first `count` pages of a list, `next` being the address of the page after them. */
export async function getPages(path, count, signal) {
  const items = [];
  let next = path;
  for (let page = 0; page < count && next; page++) {
    const response = await request('GET', next, { signal });
    items.push(...response.body);
    next = response.next;
  }
  return { items, next };
}

const nextPage = link => link?.match(/<([^>]+)>;\s*rel="next"/)?.[1] ?? null;

/** '/api/orders' and { status: 'FAILED', x: '' } -> '/api/orders?status=FAILED' */
export function withQuery(path, query) {
  const filled = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return filled.length ? `${path}?${new URLSearchParams(filled)}` : path;
}

const quote = value => `'${value.replaceAll("'", "'\\''")}'`;

/** The command that does the same. */
export function curl({ method = 'GET', path, body, headers = {}, file, output }) {
  const parts = ['curl'];
  if (method !== 'GET') parts.push(`-X ${method}`);
  parts.push(quote(new URL(path, location.origin).href));
  if (body !== undefined) parts.push("-H 'Content-Type: application/json'");
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${quote(JSON.stringify(body))}`);
  if (file) parts.push(`-F ${quote(`file=@${file}`)}`);
  if (output) parts.push(`-o ${quote(output)}`);
  return parts.join(' ');
}

export const isAbort = e => e?.name === 'AbortError';
export const newKey = () =>
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');

/** An AbortController that `signal` aborts too. */
export function linkedAbort(signal) {
  const abort = new AbortController();
  signal.addEventListener('abort', () => abort.abort(), { signal: abort.signal });
  return abort;
}

/** Returns a function that runs `work` after `ms`, once for all calls until then. */
export function throttle(ms, work, signal) {
  let timer = null;
  signal.addEventListener('abort', () => clearTimeout(timer));
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      work();
    }, ms);
  };
}

/** Runs `work` now and then every `ms`, never twice at a time and not in a hidden tab, until `signal` ends it. Returns a function that runs it soon. */
export function every(ms, work, signal) {
  let timer = null;
  let running = false;
  let again = false;
  const run = async () => {
    clearTimeout(timer);
    if (signal?.aborted || document.hidden) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await work();
    } catch (e) {
      if (!isAbort(e)) console.warn(e.message);
    } finally {
      running = false;
      if (!signal?.aborted) timer = setTimeout(run, again ? 0 : ms);
      again = false;
    }
  };
  const shown = () => {
    if (!document.hidden) run();
  };
  document.addEventListener('visibilitychange', shown, { signal });
  signal?.addEventListener('abort', () => clearTimeout(timer));
  run();
  return run;
}

/**
 * Listens to server-sent events. `onState` hears 'connecting', 'live', 'polling' (no connection: the caller polls meanwhile) and 'paused' (hidden tab).
 * A broken connection is opened again, after longer and longer waits. Returns a function that ends it.
 */
export function listen(path, events, { signal, onState = () => {} } = {}) {
  let source = null;
  let timer = null;
  let wait = 1_000;
  let ended = false;
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const end = () => {
    ended = true;
    close();
  };
  const open = () => {
    close();
    if (ended || signal?.aborted) return;
    if (document.hidden) {
      onState('paused');
      return;
    }
    source = new EventSource(path);
    source.onopen = () => {
      wait = 1_000;
      onState('live');
    };
    source.onerror = () => {
      onState('polling');
      // The browser opens a connection that broke again by itself, but not one that was refused.
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 30_000);
    };
    for (const [name, handle] of Object.entries(events))
      source.addEventListener(name, message => handle(message.data ? JSON.parse(message.data) : null, message));
  };
  onState('connecting');
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) {
        close();
        if (!ended) onState('paused');
      } else open();
    },
    { signal },
  );
  signal?.addEventListener('abort', end);
  open();
  return end;
}
