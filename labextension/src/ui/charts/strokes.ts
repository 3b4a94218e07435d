// Paints the curves of a chart, their bands, and the marks of values that have no place on its axes.

import type { ChartOptions } from './chart';
import type { LineModel } from './model';
import { dashOf, type Paint, seriesColor } from './paint';
import type { Pen, Surface } from './surface';
import { bandPath, type Mapping, tracePath } from './trace';

/** Lines with fewer points than this have round joins. */
const JOINED = 500;
/** Opacity of the band of a group, of the original of a smoothed line, of what steps back. */
const BAND = 0.15;
const FAINT = 0.25;
const BACK = 0.18;
/** More lines than this are a crowd: each is thin, solid and lets the others through, the one pointed at is not. */
export const CROWD = 12;
const CROWDED = 0.55;

export interface Scene {
  model: LineModel;
  options: ChartOptions;
  paint: Paint;
  map: Mapping;
  /** The plotting area, in the units of the surface. */
  box: { left: number; top: number; width: number; height: number };
  /** One CSS pixel in those units. */
  px: number;
}

export function paintCurves<Path extends Pen>(surface: Surface<Path>, scene: Scene): void {
  const { model, options, paint, map, box, px } = scene;
  const { highlight } = options;
  const shown = model.series.filter(series => !options.hidden.has(series.id));
  // What stands out is drawn last, above the others.
  shown.sort((one, other) => Number(highlight?.has(one.id) ?? 0) - Number(highlight?.has(other.id) ?? 0));
  const crowd = shown.length > CROWD;
  for (const { id, color: hue, dash, columns } of shown) {
    const lit = highlight?.has(id) ?? false;
    const plain = crowd && !lit;
    const strength = highlight && !lit ? BACK : plain ? CROWDED : 1;
    const color = seriesColor(paint, hue);
    const stroke = (xs: Float64Array, ys: Float64Array, width: number, faint: number, dashes: readonly number[]) => {
      const alpha = faint * strength;
      const line = surface.pen();
      const lone = tracePath(xs, ys, map, line);
      // Round joins cost most where they are seen least.
      const join = xs.length < JOINED ? 'round' : 'bevel';
      surface.stroke(line, { color, alpha, width: width * px, dash: dashes.map(length => length * px), join });
      const radius = (xs.length === 1 ? 3 : width) * px;
      for (let at = 0; at < lone.length; at += 2) {
        surface.circle(lone[at] as number, lone[at + 1] as number, radius, { color, alpha });
      }
    };
    if (columns.low && columns.high) {
      const area = surface.pen();
      bandPath(columns.x, columns.low, columns.high, map, box.top + box.height, area);
      surface.fill(area, { color, alpha: BAND * strength });
    }
    const smoothed = columns.raw_x && columns.raw_y;
    if (columns.raw_x && columns.raw_y && options.originals) {
      stroke(columns.raw_x, columns.raw_y, 1, FAINT, []);
    }
    stroke(columns.x, columns.y, plain ? 1 : smoothed || crowd ? 2 : 1.5, 1, plain ? [] : dashOf(dash));
  }
}

type Shape = 'circle' | 'up' | 'down' | 'diamond';

/** Small hollow marks on the frame where a value has no place on the axis. */
export function paintMarks<Path extends Pen>(surface: Surface<Path>, scene: Scene): void {
  const { model, options, paint, map, box, px } = scene;
  const bottom = box.top + box.height;
  const mark = (x: number, y: number, hue: number, shape: Shape) => {
    if (!(x >= box.left - 1 && x <= box.left + box.width + 1)) {
      return;
    }
    const r = 3.5 * px;
    const fill = { color: paint.paper, alpha: 1, outline: { color: seriesColor(paint, hue), width: 1.25 * px } };
    if (shape === 'circle') {
      surface.circle(x, y, r, fill);
      return;
    }
    const path = surface.pen();
    const tip = shape === 'down' ? r : -r;
    path.moveTo(x, y + tip);
    path.lineTo(x + r, shape === 'diamond' ? y : y - tip);
    if (shape === 'diamond') {
      path.lineTo(x, y - tip);
    }
    path.lineTo(x - r, shape === 'diamond' ? y : y - tip);
    path.closePath();
    surface.fill(path, fill);
  };
  for (const { id, color, columns, nonfinite } of model.series) {
    if (options.hidden.has(id)) {
      continue;
    }
    for (const [x, kind] of nonfinite) {
      const up = kind === 'Infinity';
      mark(map.toX(x), up ? box.top + 4 * px : bottom, color, up ? 'up' : kind === '-Infinity' ? 'down' : 'circle');
    }
    if (options.logY) {
      const xs = columns.raw_x ?? columns.x;
      const ys = columns.raw_y ?? columns.y;
      let last = Number.NEGATIVE_INFINITY;
      for (let index = 0; index < ys.length; index += 1) {
        const value = ys[index] as number;
        const x = map.toX(xs[index] as number);
        // Marks that would cover each other are drawn once.
        if (value <= 0 && Number.isFinite(value) && x - last > 4 * px) {
          mark(x, bottom, color, 'diamond');
          last = x;
        }
      }
    }
  }
}
