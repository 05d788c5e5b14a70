// The progress of an import: its bar, its speed, and what became of its rows.

import { h } from '../../dom.js';
import { bytes, compact, dateTime, duration, number, plural, since } from '../../format.js';
import { bar, facts } from '../../ui.js';

const SPEED_WINDOW = 6_000;

export const isRunning = job => job.state === 'RUNNING';
export const done = job => job.processedRows + job.failedRows;

export const progressBar = job =>
  bar(
    [
      { value: job.processedRows, kind: 'good' },
      { value: job.failedRows, kind: 'bad' },
    ],
    job.totalRows,
    `${number(done(job))} of ${plural(job.totalRows, 'row')}, ${number(job.failedRows)} rejected`,
  );

/** Returns a function that gives the rows per second of the last seconds; the server's number is the average since the start. */
export function speedometer() {
  let samples = [];
  return job => {
    const now = { t: Date.now(), rows: done(job) };
    samples = [...samples.filter(sample => now.t - sample.t < SPEED_WINDOW), now];
    const [first] = samples;
    return now.t > first.t ? (1_000 * (now.rows - first.rows)) / (now.t - first.t) : job.rowsPerSecond;
  };
}

function timeText(job, rowsPerSecond) {
  if (isRunning(job)) return rowsPerSecond > 0 && `about ${duration(Math.ceil((job.totalRows - done(job)) / rowsPerSecond) * 1_000)} left`;
  if (job.finishedAt) return `took ${duration(new Date(job.finishedAt) - new Date(job.createdAt))}`;
  return `began ${since(job.createdAt)} ago`;
}

export const progressDetails = (job, rowsPerSecond) => [
  h('div.big-bar', progressBar(job)),
  h(
    'p.num',
    [
      `${number(done(job))} of ${plural(job.totalRows, 'row')}`,
      `${compact(rowsPerSecond)} rows/s${isRunning(job) ? '' : ' on average'}`,
      timeText(job, rowsPerSecond),
    ]
      .filter(Boolean)
      .join(' · '),
  ),
];

export const rowCounts = job =>
  [
    ['Inserted', job.insertedRows],
    ['Updated', job.updatedRows],
    ['Unchanged', job.unchangedRows],
    ['Superseded', job.supersededRows],
    ['Rejected', job.failedRows],
  ].map(([label, value]) => h('div.tile', h('span.tile-label', label), h('span.figure', compact(value))));

export const jobFacts = job =>
  facts(
    ['File', job.fileName, ` (${bytes(job.sizeBytes)})`],
    ['Key', job.key],
    ['Repeated keys', job.duplicates],
    ['Mode', job.mode],
    job.maxErrors !== null && ['Ends after errors', number(job.maxErrors)],
    ['Chunks', `${number(job.chunksDone)} of ${number(job.chunks)}`],
    ['Started', dateTime(job.createdAt)],
  );
