// What can be taken away from a chart: its data as JSON.

import type { Num } from '../protocol';
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
