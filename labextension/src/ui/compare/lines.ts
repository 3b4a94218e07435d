// Draws the lines of parallel coordinates on a canvas, and finds the one under the pointer.

import { type Paint, plainColor, seriesColor } from '../charts/paint';
import type { Head, ParallelAxis } from './answers';
import { placeOf } from './places';

export interface Geometry {
  width: number;
  height: number;
  /** Of each axis, from the left. */
  x: number[];
  top: number;
  bottom: number;
}

/** How far below an axis stands what has no value there. */
export const BELOW = 16;
/** The pointer is on a line that is no further away. */
const REACH = 7;

/** Heights of all lines, axis by axis. */
export function heightsOf(
  axes: readonly ParallelAxis[],
  isLog: (axis: ParallelAxis) => boolean,
  { top, bottom }: Geometry,
): Float32Array[] {
  return axes.map(axis => {
    const log = isLog(axis);
    return Float32Array.from(axis.values, value => {
      const place = placeOf(axis, value, log);
      return place === null ? bottom + BELOW : bottom - place * (bottom - top);
    });
  });
}

/** The colour a part of the way from little to much; `shades` as `rgb(...)`. */
export function shadeOf(shades: readonly string[], at: number): string {
  const along = Math.min(1, Math.max(0, at)) * (shades.length - 1);
  const index = Math.min(Math.floor(along), shades.length - 2);
  const [low, high] = [partsOf(shades[index] ?? ''), partsOf(shades[index + 1] ?? '')];
  const mixed = low.map((part, place) => Math.round(part + ((high[place] ?? part) - part) * (along - index)));
  return `rgb(${mixed.join(' ')})`;
}

function partsOf(color: string): number[] {
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

interface Lines {
  heads: readonly Head[];
  heights: readonly Float32Array[];
  colors: readonly string[];
  geometry: Geometry;
  /** Those that the brushes take; null: all. */
  taken: ReadonlySet<number> | null;
  paint: Paint;
}

export function colorsOf(
  heads: readonly Head[],
  axis: ParallelAxis | undefined,
  log: boolean,
  paint: Paint,
  shades: readonly string[],
): string[] {
  if (!axis) {
    return heads.map(head => seriesColor(paint, head.color));
  }
  const plain = shades.map(plainColor);
  const known = new Map<number, string>();
  return heads.map((_, at) => {
    const place = placeOf(axis, axis.values[at] ?? null, log);
    if (place === null) {
      return paint.muted;
    }
    const step = Math.round(place * 100);
    const color = known.get(step) ?? shadeOf(plain, place);
    known.set(step, color);
    return color;
  });
}

function trace(context: CanvasRenderingContext2D, { heights, geometry }: Lines, line: number): void {
  const { x } = geometry;
  context.beginPath();
  if (x.length === 1) {
    context.moveTo((x[0] as number) - 10, heights[0]?.[line] as number);
    context.lineTo((x[0] as number) + 10, heights[0]?.[line] as number);
  }
  for (let at = 0; at < x.length; at += 1) {
    const y = heights[at]?.[line] as number;
    if (at === 0) {
      context.moveTo(x[at] as number, y);
    } else {
      context.lineTo(x[at] as number, y);
    }
  }
  context.stroke();
}

function cleared(canvas: HTMLCanvasElement, { width, height }: Geometry): CanvasRenderingContext2D | null {
  const scale = canvas.ownerDocument.defaultView?.devicePixelRatio ?? 1;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

export function drawLines(canvas: HTMLCanvasElement, lines: Lines): void {
  const { heads, colors, taken, geometry, paint } = lines;
  const context = cleared(canvas, geometry);
  if (!context) {
    return;
  }
  context.lineJoin = 'round';
  const count = taken?.size ?? heads.length;
  if (taken) {
    context.lineWidth = 1;
    context.strokeStyle = paint.muted;
    context.globalAlpha = Math.max(0.05, Math.min(0.18, 12 / heads.length));
    for (let line = 0; line < heads.length; line += 1) {
      if (!taken.has(line)) {
        trace(context, lines, line);
      }
    }
  }
  context.lineWidth = count > 60 ? 1 : count > 20 ? 1.25 : 1.75;
  context.globalAlpha = count > 60 ? Math.max(0.22, Math.min(0.85, 60 / count)) : 0.85;
  for (let line = 0; line < heads.length; line += 1) {
    if (!taken || taken.has(line)) {
      context.strokeStyle = colors[line] as string;
      trace(context, lines, line);
    }
  }
}

/** Some lines over all others. */
export function drawLit(canvas: HTMLCanvasElement, lines: Lines, lit: readonly number[]): void {
  const context = cleared(canvas, lines.geometry);
  if (!context) {
    return;
  }
  context.lineJoin = 'round';
  for (const line of lit) {
    context.lineWidth = 5;
    context.strokeStyle = lines.paint.paper;
    trace(context, lines, line);
  }
  for (const line of lit) {
    context.lineWidth = 2.5;
    context.strokeStyle = lines.colors[line] as string;
    trace(context, lines, line);
    context.fillStyle = lines.colors[line] as string;
    lines.geometry.x.forEach((x, at) => {
      context.beginPath();
      context.arc(x, lines.heights[at]?.[line] as number, 3.5, 0, 2 * Math.PI);
      context.fill();
    });
  }
}

/** The line under a point, or -1. */
export function lineAt(
  { heads, heights, geometry, taken }: Pick<Lines, 'heads' | 'heights' | 'geometry' | 'taken'>,
  left: number,
  top: number,
): number {
  const { x } = geometry;
  let at = 0;
  while (at < x.length - 2 && (x[at + 1] as number) < left) {
    at += 1;
  }
  const [from, to] = [x[at] as number, x[at + 1] ?? (x[at] as number) + 1];
  if (left < from - REACH || left > to + REACH) {
    return -1;
  }
  const part = Math.min(1, Math.max(0, (left - from) / (to - from)));
  let found = -1;
  let nearest = REACH;
  for (let line = 0; line < heads.length; line += 1) {
    if (!taken || taken.has(line)) {
      const first = heights[at]?.[line] as number;
      const last = heights[at + 1]?.[line] ?? first;
      // A steep line is closer to the pointer than its height at that place says.
      const slope = (last - first) / (to - from);
      const distance = Math.abs(first + (last - first) * part - top) / Math.sqrt(1 + slope * slope);
      if (distance < nearest) {
        nearest = distance;
        found = line;
      }
    }
  }
  return found;
}
