// The upload of a catalogue, and its progress.

import { Problem } from '../../api.js';
import { h, text } from '../../dom.js';
import { bytes } from '../../format.js';
import { button, panel } from '../../ui.js';

/** Uploads with progress, which fetch does not report. */
export function send(file, address) {
  const xhr = new XMLHttpRequest();
  const started = Date.now();
  let tell = () => {};
  let last = [0, file.size];
  const warn = event => event.preventDefault();
  const result = {
    file,
    stopped: false,
    stop: () => {
      result.stopped = true;
      xhr.abort();
    },
    sent: listener => {
      tell = (...now) => listener(...now, now[0] / Math.max(0.5, (Date.now() - started) / 1_000));
      tell(...last);
    },
  };
  result.finished = new Promise((resolve, reject) => {
    xhr.open('POST', address);
    xhr.responseType = 'json';
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.upload.onprogress = event => {
      last = [event.loaded, event.total];
      tell(...last);
    };
    xhr.onload = () => (xhr.status < 300 ? resolve(xhr.response) : reject(new Problem(xhr.status, xhr.response ?? {})));
    xhr.onerror = () =>
      reject(new Problem(0, { title: 'The upload broke off', detail: 'Nothing was imported. Send the file again.', code: 'NO_ANSWER' }));
    xhr.onabort = xhr.onerror;
    xhr.send(file);
  }).finally(() => removeEventListener('beforeunload', warn));
  addEventListener('beforeunload', warn);
  return result;
}

export function uploadPanel({ file, sent, stop }, stopped) {
  const progress = h('progress', { max: 1, value: 0, 'aria-label': 'Upload' });
  const line = h('p.num');
  sent((loaded, total, perSecond) => {
    progress.value = total ? loaded / total : 0;
    text(line, loaded >= total ? 'Sent; the server counts the rows…' : `${bytes(loaded)} of ${bytes(total)} · ${bytes(perSecond)}/s`);
  });
  const stopUpload = () => {
    stop();
    stopped();
  };
  return panel(
    `Uploading ${file.name}`,
    progress,
    line,
    h('p.muted', 'Leave this page open until the file is there; the import itself needs no page.'),
    h('div.actions', button('Stop', stopUpload, { kind: 'quiet' })),
  );
}
