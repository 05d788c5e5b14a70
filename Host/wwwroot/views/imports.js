// Imports: a catalogue is dropped here and looked at before it starts. An import runs on the server, so the page may be left and opened again.

import { linkedAbort, withQuery } from '../api.js';
import { toast } from '../actions.js';
import { h, put } from '../dom.js';
import { go } from '../route.js';
import { heading, part } from '../ui.js';
import { dropZone } from './imports/dropzone.js';
import { importForm } from './imports/form.js';
import { showJob } from './imports/job.js';
import { jobList } from './imports/list.js';
import { send, uploadPanel } from './imports/upload.js';

// An upload goes on while other views are looked at.
let upload = null;

export function mount(root, route, signal) {
  let picked = route.args[0];
  let current = null;
  const stage = h('div');
  const detail = h('div');
  const list = jobList(() => picked, signal);
  const showUpload = () => put(stage, uploadPanel(upload, () => put(stage)));
  put(root, heading('Imports'), part('inventory', dropZone(chosen), stage, detail, list.element));
  if (upload) showUpload();

  function chosen(file) {
    if (upload) toast('A file is being uploaded already; wait for it or stop it.');
    else importForm(file, stage, options => start(file, options));
  }

  function start(file, options) {
    upload = send(file, withQuery('/api/inventory/imports', options));
    upload.finished
      .then(
        job => {
          toast(`${file.name} is stored; import #${job.importId} runs.`);
          go('imports', [job.importId]);
        },
        problem => upload?.stopped || toast(null, { problem }),
      )
      .finally(() => {
        upload = null;
        if (!signal.aborted) {
          put(stage);
          list.refresh();
        }
      });
    showUpload();
  }

  function update(now) {
    picked = now.args[0];
    if (picked === current?.id) {
      current?.update(now);
      return;
    }
    current?.abort.abort();
    current = null;
    put(detail);
    if (picked) {
      const abort = linkedAbort(signal);
      current = { id: picked, abort, ...showJob(detail, now, list, abort.signal) };
    }
    list.refresh();
  }

  update(route);
  return { update };
}
