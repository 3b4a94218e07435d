// What the keys do to curves: walk along them, select, zoom, pan, mark on the clock.

import type uPlot from 'uplot';
import type { ChartAction, ChartOptions } from './chart';
import { type Range, shifted } from './extent';
import type { Gestures, Stage } from './gestures';
import type { Point } from './layer';
import type { LineModel } from './model';
import { lowerBound, nearestIndex } from './trace';

/** How far a key moves what is in view. */
const STEP = 0.1;
const ACTIONS: Record<string, ChartAction> = { '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', '0': 'reset' };

/** The chart, as far as keys go. */
export interface KeyStage extends Pick<Stage, 'plot' | 'logs' | 'ranges' | 'setZoom'> {
  model(): LineModel | null;
  options(): ChartOptions;
  act(action: ChartAction): void;
  /** Where it is pointed at. */
  pointer(): Point | null;
  walkTo(at: Point): void;
  /** Marks a span on the clock, where there is one. */
  span: ((range: Range) => void) | undefined;
}

export class Keyboard {
  /** The value that was walked to: the place of the pointer is rounded. */
  private walked: number | null = null;
  private anchor: number | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly stage: KeyStage,
    private readonly gestures: Gestures,
    signal: AbortSignal,
  ) {
    host.addEventListener('keydown', event => this.key(event), { signal });
  }

  /** A pointer points now. */
  pointed(): void {
    this.walked = null;
  }

  /** Takes back the region that is drawn. */
  unpick(): void {
    this.anchor = null;
    this.gestures.clear();
  }

  private key(event: KeyboardEvent): void {
    const { stage } = this;
    const action = ACTIONS[event.key];
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    const rise = event.key === 'ArrowDown' ? -1 : event.key === 'ArrowUp' ? 1 : 0;
    const pan = stage.options().drag === 'pan' && (step || rise);
    const marks = event.key === 's' && stage.span !== undefined;
    const known = action || step || pan || marks || (event.key === 'Escape' && this.anchor !== null);
    if (event.target !== this.host || event.ctrlKey || event.metaKey || event.altKey || !known) {
      return;
    }
    event.preventDefault();
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.unpick();
    } else if (marks) {
      this.mark();
    } else if (action) {
      stage.act(action);
    } else if (pan) {
      const { logX, logY } = stage.logs();
      const { x, y } = stage.ranges();
      stage.setZoom({ x: shifted(x, step * STEP, logX), y: shifted(y, rise * STEP, logY) });
    } else {
      this.walk(step, event.shiftKey);
    }
  }

  /** The value that is pointed at, or was walked to. */
  private at(plot: uPlot | null): number | null {
    const pointer = this.stage.pointer();
    return pointer && plot ? (this.walked ?? plot.posToVal(pointer.left, 'x')) : null;
  }

  /** Marks what the keys selected, else where they are, else what is in view. */
  private mark(): void {
    const at = this.at(this.stage.plot());
    const span = at === null ? this.stage.ranges().x : [this.anchor ?? at, at].sort((one, other) => one - other);
    this.stage.span?.(span as Range);
    // What was selected is marked now: Escape takes back the mark, not the selection before it.
    this.unpick();
  }

  /** Moves the pointer to the next point of the longest series in view, and selects up to it. */
  private walk(step: number, select: boolean): void {
    const { stage } = this;
    const plot = stage.plot();
    const series = stage
      .model()
      ?.series.filter(({ id, columns }) => !stage.options().hidden.has(id) && columns.x.length > 0)
      .reduce<LineModel['series'][number] | null>(
        (best, one) => (best && best.columns.x.length >= one.columns.x.length ? best : one),
        null,
      );
    if (!plot || !series) {
      return;
    }
    const { x, y } = series.columns;
    const view = stage.ranges().x;
    const from = lowerBound(x, view[0]);
    const to = Math.max(from, nearestIndex(x, view[1]));
    const before = this.at(plot);
    const now = before !== null ? nearestIndex(x, before) + step : step > 0 ? from : to;
    const index = Math.min(Math.max(now, from), to);
    const value = x[index] as number;
    const top = plot.valToPos(y[index] as number, 'y');
    const left = plot.valToPos(value, 'x');
    this.walked = value;
    if (select) {
      this.anchor ??= before ?? value;
      const ends = [plot.valToPos(this.anchor, 'x'), left].sort((one, other) => one - other);
      this.gestures.span((ends[0] as number) - 1, (ends[1] as number) + 1);
    } else {
      this.anchor = null;
    }
    stage.walkTo({ left, top: Number.isFinite(top) ? top : 0 });
  }
}
