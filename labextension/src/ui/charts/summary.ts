// A line chart in words: the notes in its head, and what it shows for those who do not see it.

import { formatCount, formatValue } from './format';
import { type LineModel, nonfiniteCount, nonpositiveCount, sampling } from './model';

/** What is worth knowing about the data: how much of it is drawn, what has no place on the axes. */
export function notesOf(chart: LineModel, { logX, logY }: { logX: boolean; logY: boolean }): string[] {
  const notes: string[] = [];
  const sampled = sampling(chart);
  if (sampled) {
    notes.push(`${formatCount(sampled.shown)} of ${formatCount(sampled.total)} points`);
  }
  const nonfinite = nonfiniteCount(chart);
  if (nonfinite) {
    const kinds = new Set(chart.series.flatMap(series => series.nonfinite.map(([, kind]) => kind)));
    notes.push(`${formatCount(nonfinite)} ${kinds.size === 1 && kinds.has('NaN') ? 'NaN' : 'not finite'}`);
  }
  const sum = (of: (series: LineModel['series'][number]) => number | undefined) =>
    chart.series.reduce((total, series) => total + (of(series) ?? 0), 0);
  const unplaced = sum(series => series.unplaced);
  if (unplaced) {
    notes.push(`${formatCount(unplaced)} without a place on this axis`);
  }
  const nonpositive = logY ? nonpositiveCount(chart) : 0;
  if (nonpositive) {
    notes.push(`${formatCount(nonpositive)} not above zero`);
  }
  const before = logX && chart.x.kind !== 'wall' ? sum(series => series.nonpositive_x) : 0;
  if (before) {
    notes.push(`${formatCount(before)} not right of zero`);
  }
  return notes;
}

/** What a chart shows, for those who do not see it. */
export function summaryOf(chart: LineModel): string {
  const most = 6;
  const lines = chart.series.slice(0, most).map(({ name, columns, last }) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of columns.y) {
      if (Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const end = typeof last === 'number' ? formatValue(last) : (last ?? 'none');
    return low <= high
      ? `${name}: last ${end}, from ${formatValue(low)} to ${formatValue(high)}`
      : `${name}: no finite value`;
  });
  const more = chart.series.length > most ? `; and ${chart.series.length - most} more` : '';
  return `${chart.title}. ${lines.join('; ')}${more}`;
}

/** The name of the horizontal axis in a table or a file. */
export function axisName({ x }: Pick<LineModel, 'x'>): string {
  return { iterations: 'iteration', relative: 'seconds', wall: 'time', metric: x.label ?? 'x' }[x.kind];
}
