// What the pointer does to curves: point, zoom into a box, pan, draw a region around points.

import type uPlot from 'uplot';
import type { DragMode } from './chart';
import { type Range, shifted } from './extent';
import { layer, type Point } from './layer';
import type { Region } from './region';

/** Shorter drags are clicks, and a box thinner than this means one direction only. */
const DRAG = 5;
const THIN = 24;

/** The ranges in view; null follows the data. */
export interface Zoom {
  x: Range | null;
  y: Range | null;
  /** Follows all of the data, whatever ends were typed and outliers ignored. */
  all?: boolean;
}

/** The chart, as far as gestures go. */
export interface Stage {
  plot(): uPlot | null;
  drag(): DragMode;
  logs(): { logX: boolean; logY: boolean };
  ranges(): { x: Range; y: Range };
  zoom(): Zoom;
  /** While a drag lasts, and when it is over. */
  move(zoom: Zoom): void;
  setZoom(zoom: Zoom): void;
  point(at: Point | null): void;
  /** A region was drawn; null takes it back. */
  pick(region: Region | null): void;
  /** A span of the horizontal axis was drawn. */
  span(range: Range): void;
  everything(): void;
}

interface Drag extends Point {
  mode: DragMode;
  x: Range;
  y: Range;
  trail: Point[];
}

export class Gestures {
  private readonly box = layer('tk-zoombox');
  private readonly shape: SVGSVGElement;
  private readonly line: SVGPolygonElement;
  private region: Region | null = null;

  constructor(
    host: HTMLElement,
    private readonly stage: Stage,
    signal: AbortSignal,
  ) {
    const make = <K extends 'svg' | 'polygon'>(name: K) => document.createElementNS('http://www.w3.org/2000/svg', name);
    this.shape = make('svg');
    this.shape.setAttribute('class', 'tk-region');
    this.line = make('polygon');
    this.shape.append(this.line);
    this.listen(host, signal);
  }

  /** Goes with a new drawing. */
  attach(over: HTMLElement): void {
    over.append(this.box, this.shape);
  }

  /** The region drawn, put where the axes are now. */
  place(): void {
    const plot = this.stage.plot();
    const logs = this.stage.logs();
    const kept = this.region?.logX === logs.logX && this.region.logY === logs.logY ? this.region : null;
    if (!plot || !kept) {
      this.outline([]);
      return;
    }
    const value = (at: number, log: boolean) => (log ? 10 ** at : at);
    this.outline(
      kept.corners.map(([x, y]) => ({
        left: plot.valToPos(value(x, kept.logX), 'x'),
        top: plot.valToPos(value(y, kept.logY), 'y'),
      })),
    );
  }

  /** Selects from one place on the horizontal axis to another, whatever the values: what the keyboard can do. */
  span(from: number, to: number): void {
    const over = this.stage.plot()?.over;
    if (over) {
      this.pick([
        { left: from, top: -1 },
        { left: to, top: -1 },
        { left: to, top: over.clientHeight + 1 },
        { left: from, top: over.clientHeight + 1 },
      ]);
    }
  }

  clear(): void {
    if (this.region) {
      this.region = null;
      this.outline([]);
      this.stage.pick(null);
    }
  }

  private pick(trail: Point[]): void {
    const plot = this.stage.plot() as uPlot;
    const { logX, logY } = this.stage.logs();
    const corners = trail.map(({ left, top }): [number, number] => {
      const x = plot.posToVal(left, 'x');
      const y = plot.posToVal(top, 'y');
      return [logX ? Math.log10(x) : x, logY ? Math.log10(y) : y];
    });
    this.region = { corners, logX, logY };
    this.place();
    this.stage.pick(this.region);
  }

  private outline(trail: Point[]): void {
    this.line.setAttribute('points', trail.map(({ left, top }) => `${left},${top}`).join(' '));
  }

  private listen(host: HTMLElement, signal: AbortSignal): void {
    const { stage } = this;
    let drag: Drag | null = null;
    const at = (event: PointerEvent) => {
      const frame = (stage.plot() as uPlot).over.getBoundingClientRect();
      const { width, height } = frame;
      return { left: event.clientX - frame.left, top: event.clientY - frame.top, width, height };
    };
    const over = (event: Event) => stage.plot()?.over.contains(event.target as Node) ?? false;
    const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
      host.addEventListener(name, handle, { signal });

    on('pointerdown', event => {
      if (event.button !== 0 || !over(event)) {
        return;
      }
      const { left, top } = at(event);
      const chosen = stage.drag();
      // Shift pans, or zooms where panning is the rule.
      const mode = event.shiftKey ? (chosen === 'pan' ? 'zoom' : 'pan') : chosen;
      drag = { left, top, mode, ...stage.ranges(), trail: [{ left, top }] };
      host.setPointerCapture(event.pointerId);
    });
    on('pointermove', event => {
      if (!stage.plot()) {
        return;
      }
      const { left, top, width, height } = at(event);
      if (!drag) {
        stage.point(over(event) ? { left, top } : null);
        return;
      }
      if (drag.trail.length === 1 && Math.hypot(left - drag.left, top - drag.top) < DRAG) {
        return;
      }
      stage.point(null);
      if (drag.mode === 'pan') {
        const { logX, logY } = stage.logs();
        const x = shifted(drag.x, (drag.left - left) / width, logX);
        const y = shifted(drag.y, (top - drag.top) / height, logY);
        stage.move({ x, y });
      } else if (drag.mode === 'lasso') {
        drag.trail.push({ left, top });
        this.outline(drag.trail);
      } else {
        this.showBox(this.boxOf(drag, { left, top }, width, height));
      }
    });
    on('pointerup', event => {
      const begun = drag;
      drag = null;
      this.box.hidden = true;
      const plot = stage.plot();
      if (!begun || !plot) {
        return;
      }
      const { left, top, width, height } = at(event);
      if (begun.trail.length === 1 && Math.hypot(left - begun.left, top - begun.top) < DRAG) {
        this.clear();
        stage.point({ left, top });
      } else if (begun.mode === 'pan') {
        stage.setZoom(stage.zoom());
      } else if (begun.mode === 'lasso') {
        this.pick(begun.trail);
      } else {
        const box = this.boxOf(begun, { left, top }, width, height);
        if (begun.mode === 'select') {
          this.pick(cornersOf(box));
          return;
        }
        const value = (position: number, scale: string) => plot.posToVal(position, scale);
        if (begun.mode === 'span') {
          stage.span([value(box.left, 'x'), value(box.right, 'x')]);
          return;
        }
        const { x, y } = stage.zoom();
        stage.setZoom({
          x: box.horizontal ? [value(box.left, 'x'), value(box.right, 'x')] : x,
          y: box.vertical ? [value(box.bottom, 'y'), value(box.top, 'y')] : y,
        });
      }
    });
    on('pointercancel', () => {
      drag = null;
      this.box.hidden = true;
      this.place();
    });
    on('pointerleave', () => stage.point(null));
    on('dblclick', event => {
      if (over(event)) {
        stage.everything();
      }
    });
  }

  private boxOf(drag: Drag, to: Point, width: number, height: number): Selection {
    const box = drag.mode === 'select' ? rectangle(drag, to, width, height) : selection(drag, to, width, height);
    return drag.mode === 'span' ? { ...rectangle(drag, to, width, height), top: 0, bottom: height } : box;
  }

  private showBox(box: Selection): void {
    const { style } = this.box;
    this.box.hidden = false;
    style.left = `${box.left}px`;
    style.top = `${box.top}px`;
    style.width = `${box.right - box.left}px`;
    style.height = `${box.bottom - box.top}px`;
  }
}

export interface Selection {
  left: number;
  right: number;
  top: number;
  bottom: number;
  horizontal: boolean;
  vertical: boolean;
}

/** The box between two points. */
function rectangle(from: Point, to: Point, width: number, height: number): Selection {
  const within = (value: number, size: number) => Math.min(Math.max(value, 0), size);
  return {
    left: within(Math.min(from.left, to.left), width),
    right: within(Math.max(from.left, to.left), width),
    top: within(Math.min(from.top, to.top), height),
    bottom: within(Math.max(from.top, to.top), height),
    horizontal: true,
    vertical: true,
  };
}

/** The box between two points; one that is thin in a direction spans all of it. */
export function selection(from: Point, to: Point, width: number, height: number): Selection {
  const dx = Math.abs(from.left - to.left);
  const dy = Math.abs(from.top - to.top);
  const horizontal = dx >= THIN || dx >= dy;
  const vertical = dy >= THIN || dy > dx;
  const box = rectangle(from, to, width, height);
  return {
    left: horizontal ? box.left : 0,
    right: horizontal ? box.right : width,
    top: vertical ? box.top : 0,
    bottom: vertical ? box.bottom : height,
    horizontal,
    vertical,
  };
}

function cornersOf({ left, right, top, bottom }: Selection): Point[] {
  return [
    { left, top },
    { left: right, top },
    { left: right, top: bottom },
    { left, top: bottom },
  ];
}
