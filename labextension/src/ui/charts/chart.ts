// The one interface of everything that draws a chart, and what the toolbar may ask of it.

import type { Figure } from '../protocol';
import type { LineModel } from './model';

export type ChartModel = LineModel | { kind: 'figure'; title: string; figure: Figure };

export type DragMode = 'zoom' | 'pan' | 'select' | 'lasso' | 'span' | 'orbit' | 'turntable';

/** The ends of an axis as a person typed them; null follows the data. */
export type Bounds = readonly [from: number | null, to: number | null];

export interface ChartOptions {
  logX: boolean;
  logY: boolean;
  /** The vertical axis spans the 5th to the 95th percentile. */
  ignoreOutliers: boolean;
  /** The axes a chart begins with, and goes back to. */
  bounds: { x: Bounds; y: Bounds };
  /** The original of a smoothed line is drawn too, faint. */
  originals: boolean;
  /** One point with both its values, or every series at one x. */
  hover: 'closest' | 'compare';
  spikes: boolean;
  drag: DragMode;
  legend: boolean;
  /** The numbers instead of the drawing. */
  table: boolean;
  /** Ids of series that are switched off. */
  hidden: ReadonlySet<string>;
  /** Ids of series that stand out, the others step back. */
  highlight: ReadonlySet<string> | null;
}

export const DEFAULTS: ChartOptions = {
  logX: false,
  logY: false,
  ignoreOutliers: false,
  bounds: { x: [null, null], y: [null, null] },
  originals: true,
  hover: 'compare',
  spikes: false,
  drag: 'zoom',
  legend: true,
  table: false,
  hidden: new Set(),
  highlight: null,
};

export type ChartAction = 'zoom-in' | 'zoom-out' | 'autoscale' | 'reset';

export interface Size {
  width: number;
  height: number;
}

export interface Chart {
  draw(model: ChartModel): void;
  setOptions(options: Partial<ChartOptions>): void;
  act(action: ChartAction): void;
  /** Told the size of its element, in CSS pixels; draws for the first time when that is not zero. */
  resize(size: Size): void;
  /** The chart as it stands, at three times the resolution of the page. */
  toPng(): Promise<Blob>;
  toSvg(): Promise<Blob>;
  destroy(): void;
}
