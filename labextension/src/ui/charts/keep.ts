// What can be taken away from a chart: its data as JSON, and the snippet that shows it elsewhere.

import type { Axis, Num } from '../protocol';
import type { LineModel } from './model';

export interface SeriesData {
  experiment: string;
  metric: string;
  variant: string;
  iterations: number[];
  values: Num[];
}

/** The series of a chart that holds all its points, unsmoothed, over iterations; an error where it does not. */
export function seriesData(chart: LineModel): SeriesData[] {
  return chart.series.map(({ name, experiment, metric, variant, columns, sampled, nonfinite, nonfinite_count }) => {
    if (sampled || nonfinite.length < nonfinite_count) {
      throw new RangeError(`${name} has more points than a file of the browser takes: ask track for it in Python.`);
    }
    // Marks come in the order of the rows.
    let mark = 0;
    const values = Array.from(columns.y, (value): Num => {
      if (Number.isFinite(value)) {
        return value;
      }
      mark += 1;
      return nonfinite[mark - 1]?.[1] ?? 'NaN';
    });
    return { experiment, metric, variant, iterations: Array.from(columns.x), values };
  });
}

/** One series as an object, several as a list of them. */
export function seriesJson(chart: LineModel): string {
  const series = seriesData(chart);
  return `${JSON.stringify(series.length === 1 ? series[0] : series)}\n`;
}

const AXES: Record<Axis, string> = { iterations: 'iter', relative: 'timestamp', wall: 'iso_time' };

export interface Embed {
  type: 'scalar' | 'plot';
  objects: string[];
  metric: string;
  variants: string[];
  xaxis?: Axis;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

/** The iframe snippet of a chart: relative, without a token, good for a report of the same server. */
export function embedCode({ type, objects, metric, variants, xaxis = 'iterations' }: Embed): string {
  const query = new URLSearchParams({ type, objectType: 'task', xaxis: AXES[xaxis] });
  for (const id of objects) {
    query.append('objects', id);
  }
  query.append('metrics', metric);
  for (const variant of variants) {
    query.append('variants', variant);
  }
  // %20 rather than +, as the snippets of the spec are written.
  const url = `/trackkit/widgets/?${query.toString().replaceAll('+', '%20')}`;
  return `<iframe src="${attribute(url)}" name="${attribute(metric)}" width="100%" height="400"></iframe>`;
}
