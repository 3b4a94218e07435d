// A box or a free shape drawn over curves, and the points in it.

import type { ChartOptions } from './chart';
import type { LineModel } from './model';
import { drawable, lowerBound } from './trace';

/** Corners on the axes as they were when it was drawn: as logarithms where an axis is logarithmic. */
export interface Region {
  corners: readonly (readonly [x: number, y: number])[];
  logX: boolean;
  logY: boolean;
}

/** A point as it is counted, and as it stands in a file. */
export interface Picked {
  series: string;
  x: number | string;
  y: number;
  z?: number;
}

/** Whether a point lies inside, counting the edges that a ray to the right crosses. */
export function encloses(corners: Region['corners'], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = corners.length - 1; at < corners.length; before = at, at += 1) {
    const [x1, y1] = corners[at] as [number, number];
    const [x2, y2] = corners[before] as [number, number];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
      inside = !inside;
    }
  }
  return inside;
}

/** From where to where on the horizontal axis a region reaches. */
export function reachOf({ corners, logX }: Region): [from: number, to: number] {
  const xs = corners.map(([x]) => (logX ? 10 ** x : x));
  return [Math.min(...xs), Math.max(...xs)];
}

/** The points of the lines in sight that lie in a region, in the order of the lines and their axis. */
export function pickedOf(model: LineModel, hidden: ChartOptions['hidden'], region: Region): Picked[] {
  const { corners, logX, logY } = region;
  const [from, to] = reachOf(region);
  const picked: Picked[] = [];
  for (const { id, name, columns } of model.series) {
    if (hidden.has(id)) {
      continue;
    }
    const { x: xs, y: ys } = columns;
    for (let row = lowerBound(xs, from); row < xs.length && (xs[row] as number) <= to; row += 1) {
      const x = xs[row] as number;
      const y = ys[row] as number;
      if (drawable(y, logY) && encloses(corners, logX ? Math.log10(x) : x, logY ? Math.log10(y) : y)) {
        picked.push({ series: name, x, y });
      }
    }
  }
  return picked;
}
