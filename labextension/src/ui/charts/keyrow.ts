// The legend of a picture: which name stands where, wrapped to the picture's width.

import type { ChartOptions } from './chart';
import type { LineModel } from './model';
import { dashOf, type Paint, seriesColor } from './paint';

export const TITLE = 30;
export const ROW = 18;
export const SWATCH = 16;

export interface Entry {
  name: string;
  color: string;
  dash: readonly number[];
  left: number;
  row: number;
}

/** Nothing where a legend is switched off, or would hold one name. */
export function entriesOf(model: LineModel, options: ChartOptions, paint: Paint, width: number): Entry[] {
  if (!options.legend || model.series.length < 2) {
    return [];
  }
  const ctx = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
  ctx.font = `11px ${paint.font}`;
  const entries: Entry[] = [];
  let left = 12;
  let row = 0;
  for (const { id, name, color, dash } of model.series) {
    if (options.hidden.has(id)) {
      continue;
    }
    const needed = SWATCH + 6 + ctx.measureText(name).width + 14;
    if (left + needed > width && left > 12) {
      left = 12;
      row += 1;
    }
    entries.push({ name, color: seriesColor(paint, color), dash: dashOf(dash), left, row });
    left += needed;
  }
  return entries;
}

/** Height of the legend in CSS pixels. */
export function heightOf(entries: readonly Entry[]): number {
  const last = entries[entries.length - 1];
  return last ? (last.row + 1) * ROW + 8 : 4;
}
