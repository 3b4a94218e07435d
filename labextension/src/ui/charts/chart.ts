// The one interface of everything that draws a chart, and what the toolbar may ask of it.

import type { Figure } from '../protocol';
import type { LineModel } from './model';

export type ChartModel = LineModel | { kind: 'figure'; title: string; figure: Figure };

export type DragMode = 'zoom' | 'pan' | 'select' | 'lasso' | 'orbit' | 'turntable';

export interface ChartOptions {
  logY: boolean;
  /** One point with both its values, or every series at one x. */
  hover: 'closest' | 'compare';
  spikes: boolean;
  drag: DragMode;
  legend: boolean;
  /** Ids of series that are switched off. */
  hidden: ReadonlySet<string>;
  /** Id of a series that stands out, the others step back. */
  highlight: string | null;
}

export const DEFAULTS: ChartOptions = {
  logY: false,
  hover: 'compare',
  spikes: false,
  drag: 'zoom',
  legend: true,
  hidden: new Set(),
  highlight: null,
};

export type ChartAction = 'zoom-in' | 'zoom-out' | 'autoscale' | 'reset';

export interface Chart {
  draw(model: ChartModel): void;
  setOptions(options: Partial<ChartOptions>): void;
  act(action: ChartAction): void;
  /** Takes the size of its element; draws for the first time when that is not zero. */
  resize(): void;
  /** The chart as it stands, at three times the resolution of the page. */
  toPng(): Promise<Blob>;
  destroy(): void;
}
