// Addresses of views: #/orders/12?status=FAILED.

/** The address of a view, with its arguments and what is filled of a query. */
export function href(view, args = [], query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const path = [view, ...args].map(encodeURIComponent).join('/');
  return `#/${path}${filled.length ? `?${new URLSearchParams(filled)}` : ''}`;
}

export const go = (view, args, query) => {
  location.hash = href(view, args, query);
};

export function current() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, ...args] = path.split('/').map(decode);
  return { view: view || 'flow', args: args.filter(Boolean), query: Object.fromEntries(new URLSearchParams(query)) };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
