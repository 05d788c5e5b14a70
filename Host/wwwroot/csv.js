// Reads the beginning of a catalogue, so that its rows can be checked before an import starts. The server reads the file by itself and decides.

const COLUMNS = [
  'Index',
  'Name',
  'Description',
  'Brand',
  'Category',
  'Price',
  'Currency',
  'Stock',
  'EAN',
  'Color',
  'Size',
  'Availability',
  'Internal ID',
];
const OWN = ['_row', '_column', '_code', '_error'];
const KEYS = { internalId: 'internal id', ean: 'ean', index: 'index' };
const START = 256 * 1024;

/** { delimiter, gzip, header, rows } of the first part of the file. */
export async function preview(file, count) {
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const gzip = magic[0] === 0x1f && magic[1] === 0x8b;
  const start = await readStart(gzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream());
  const content = new TextDecoder().decode(start).replace(/^\uFEFF/, '');
  const firstLine = content.slice(0, (content.search(/[\r\n]/) + 1 || content.length + 1) - 1);
  const delimiter = [',', ';', '\t', '|'].map(sign => [sign, firstLine.split(sign).length]).sort((a, b) => b[1] - a[1])[0][0];
  const [header = [], ...rows] = records(content, delimiter, count + 1);
  return { gzip, delimiter, header: header.map(name => name.trim()), rows };
}

/** Up to START bytes; the rest is not read. */
async function readStart(stream) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  while (length < START) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  reader.cancel().catch(() => {});
  return new Uint8Array(await new Blob(chunks).slice(0, START).arrayBuffer());
}

function records(content, delimiter, count) {
  const all = [];
  let [record, cell, quoted] = [[], '', false];
  for (let i = 0; i < content.length && all.length < count; i++) {
    const sign = content[i];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (content[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === delimiter) {
      record.push(cell);
      cell = '';
    } else if (sign === '\n' || sign === '\r') {
      if (record.length || cell) all.push([...record, cell]);
      [record, cell] = [[], ''];
    } else cell += sign;
  }
  if (all.length < count && (record.length || cell)) all.push([...record, cell]);
  return all;
}

/** Per column of the header { name, use }: 'key', 'used', 'own' (of an errors file) or 'ignored'; and the names of required columns that are not there. */
export function columnsOf(header, key, mode) {
  const known = new Set(COLUMNS.map(name => name.toLowerCase()));
  const names = header.map(name => name.toLowerCase());
  const required = mode === 'stockOnly' ? [KEYS[key], 'stock'] : [KEYS[key], 'name', 'price', 'stock'];
  return {
    columns: header.map((name, i) => ({
      name,
      use: names[i] === KEYS[key] ? 'key' : OWN.includes(names[i]) ? 'own' : known.has(names[i]) ? 'used' : 'ignored',
    })),
    missing: required.filter(name => !names.includes(name)).map(name => COLUMNS.find(column => column.toLowerCase() === name)),
  };
}
