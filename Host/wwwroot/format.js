// Numbers, money, times and durations for people, in the language of the browser.

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const one = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const share = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const shortDay = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const precise = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

export const NONE = '–';
const known = value => value !== null && value !== undefined && !Number.isNaN(value);

export const number = value => (known(value) ? whole.format(value) : NONE);
export const compact = value => (!known(value) ? NONE : Math.abs(value) < 10_000 ? whole.format(value) : short.format(value));
export const money = value => (known(value) ? two.format(value) : NONE);
export const percent = value => (known(value) ? share.format(value) : NONE);
export const rate = value => (!known(value) ? NONE : value >= 100 ? compact(value) : one.format(value));
export const time = value => (known(value) ? clock.format(new Date(value)) : NONE);
export const timeMs = value => (known(value) ? precise.format(new Date(value)) : NONE);
export const dateTime = value => (known(value) ? day.format(new Date(value)) : NONE);

/** In a table: the time, with the day when it is another one than today. */
export function when(value) {
  if (!known(value)) return NONE;
  const at = new Date(value);
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : shortDay.format(at);
}

export const plural = (count, singular, many = `${singular}s`) => `${number(count)} ${count === 1 ? singular : many}`;

export function bytes(value) {
  if (!known(value)) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${(unit === 0 ? whole : one).format(value)} ${units[unit]}`;
}

/** A duration in milliseconds, with about three digits. */
export function duration(ms) {
  if (!known(ms)) return NONE;
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 1) return ms === 0 ? '0 ms' : '< 1 ms';
  if (ms < 1_000) return `${whole.format(ms)} ms`;
  if (ms < 10_000) return `${two.format(ms / 1_000)} s`;
  if (ms < 60_000) return `${one.format(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

/** The same in whole seconds, at least one. */
export function seconds(ms) {
  const count = Math.max(1, Math.round(ms / 1_000));
  return count < 60 ? `${count} s` : duration(count * 1_000);
}

export const since = value => (known(value) ? seconds(Date.now() - new Date(value)) : NONE);
export const ago = value => (!known(value) ? NONE : Date.now() - new Date(value) < 1_500 ? 'now' : `${since(value)} ago`);

/** ORDER_CREATED -> Order created */
export const words = code => (code ? code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ') : '').replace(/^Sms/, 'SMS');

/** System.Text.Json.JsonException -> JsonException */
export const typeName = name => (name ? name.slice(name.lastIndexOf('.') + 1) : '');

/** The body of a message: { encoding, content }. */
export const bodyText = ({ encoding, content }) => (encoding === 'json' ? JSON.stringify(content, null, 2) : String(content));
