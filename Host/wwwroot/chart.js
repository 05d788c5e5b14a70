// A line chart that takes its colours from the style sheet, follows its width, and has a legend with the newest values.

import { h, text } from './dom.js';
import { time } from './format.js';

/** A colour of the style sheet as a canvas understands it, for the theme of now. */
function colour(name) {
  const probe = h('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** series: [{ label, colour: '--accent', fill? }]; `format` writes values. Returns { element, set({ data, from, to }) }. */
export function chart(title, series, format, signal) {
  const latest = series.map(() => h('b'));
  const legend = h(
    'ul.legend',
    series.map((one, i) => {
      const swatch = h('span.swatch', { 'aria-hidden': 'true' });
      swatch.style.background = `var(${one.colour})`;
      if (one.dash) swatch.classList.add('dashed');
      return h('li', swatch, one.label, ' ', latest[i]);
    }),
  );
  const canvas = h('div.canvas', { 'aria-hidden': 'true' });
  const element = h('figure.chart', h('figcaption', h('h3', title), legend), canvas);
  let plot = null;
  let shown = null;

  const build = () => {
    plot?.destroy();
    const axis = {
      stroke: colour('--muted'),
      font: '11px system-ui, sans-serif',
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    plot = new window.uPlot(
      {
        width: Math.max(canvas.clientWidth, 100),
        height: 150,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        scales: { x: { time: true, range: () => [shown.from, shown.to] }, y: { range: (_, low, high) => [0, Math.max(4, (high ?? 0) * 1.15)] } },
        axes: [
          { ...axis, size: 28, space: 70, values: (_, ticks) => ticks.map(tick => time(tick * 1_000).slice(0, 5)) },
          { ...axis, size: 52, space: 34, values: (_, ticks) => ticks.map(tick => format(tick)) },
        ],
        series: [{}, ...series.map(one => ({ stroke: colour(one.colour), width: 1.6, dash: one.dash, points: { show: own => own.data[0].length < 2, size: 5 }, spanGaps: false }))],
        hooks: { setCursor: [own => tell(own.cursor.idx ?? null)] },
      },
      shown.data,
      canvas,
    );
  };

  const tell = index => latest.forEach((value, i) => text(value, format(shown.data[i + 1][index ?? shown.data[0].length - 1] ?? null)));

  const set = next => {
    shown = next;
    if (!element.isConnected) return;
    if (plot) plot.setData(next.data);
    else build();
    tell(plot.cursor.idx ?? null);
  };

  const size = new ResizeObserver(() => plot && canvas.clientWidth && plot.setSize({ width: canvas.clientWidth, height: 150 }));
  size.observe(canvas);
  const restyle = () => plot && build();
  addEventListener('themechange', restyle, { signal });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', restyle, { signal });
  signal.addEventListener('abort', () => {
    size.disconnect();
    plot?.destroy();
    plot = null;
  });
  return { element, set };
}
