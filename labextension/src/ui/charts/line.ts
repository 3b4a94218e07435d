// Scalar curves: uPlot lays out the axes, the curves are drawn here, so that every series keeps its own x and its gaps.

import uPlot from 'uplot';
import { type Chart, type ChartAction, type ChartModel, type ChartOptions, DEFAULTS } from './chart';
import { margin, type Range, roomy, scaled, shifted, xExtent, yExtent } from './extent';
import { logSplits, logTicks, numberTicks, RELATIVE_STEPS, relativeTicks, wallTicks } from './format';
import { closestAt, compareAt, type Hit, type Place } from './hover';
import type { LineModel } from './model';
import { dashOf, type Paint, paintOf, seriesColor } from './paint';
import { composePng } from './png';
import { Tooltip } from './tooltip';
import { bandPath, lowerBound, type Mapping, nearestIndex, tracePath } from './trace';

const STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map(lead => lead * 10 ** power)).flat();
/** Shorter drags are clicks, and a box thinner than this means one direction only. */
const DRAG = 5;
const THIN = 24;
/** More dots than this under the pointer are noise. */
const DOTS = 12;
const PNG_SCALE = 3;
/** Lines with fewer points than this have round joins. */
const JOINED = 500;
/** Opacity of the band of a group. */
const BAND = 0.15;

/** The ranges in view; null follows the data. */
export interface Zoom {
  x: Range | null;
  y: Range | null;
}

export interface LineEvents {
  /** What is in view at first. */
  zoom?: Zoom;
  onZoom?(zoom: Zoom): void;
}

export class LineChart implements Chart {
  private model: LineModel | null = null;
  private options: ChartOptions = DEFAULTS;
  private plot: uPlot | null = null;
  private paint: Paint | null = null;
  private zoom: Zoom;
  private x: Range = [0, 1];
  private y: Range = [0, 1];
  private built = '';
  private axisWidth = 0;
  private readonly tooltip: Tooltip;
  private readonly select: HTMLElement;
  private readonly spikeX: HTMLElement;
  private readonly spikeY: HTMLElement;
  private readonly dots: HTMLElement[] = [];
  private pointer: { left: number; top: number } | null = null;
  private frame = 0;
  private readonly off = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    private readonly events: LineEvents = {},
    private readonly fixed: { scale: number; width: number; height: number; paint: Paint } | null = null,
  ) {
    this.zoom = events.zoom ?? { x: null, y: null };
    host.classList.add('tk-line');
    this.tooltip = new Tooltip(host);
    this.select = this.layer('tk-zoombox');
    this.spikeX = this.layer('tk-spike tk-spike-x');
    this.spikeY = this.layer('tk-spike tk-spike-y');
    if (!fixed) {
      this.listen();
    }
  }

  draw(model: ChartModel): void {
    if (model.kind !== 'line') {
      throw new TypeError('A line chart draws curves only.');
    }
    if (this.model && this.model.x.kind !== model.x.kind) {
      this.setZoom({ x: null, y: null });
    }
    this.model = model;
    this.refresh();
  }

  setOptions(options: Partial<ChartOptions>): void {
    const before = this.options;
    this.options = { ...before, ...options };
    if (this.options.logY !== before.logY) {
      this.zoom = { ...this.zoom, y: null };
    }
    this.host.classList.toggle('tk-pan', this.options.drag === 'pan');
    this.refresh();
  }

  act(action: ChartAction): void {
    if (action === 'zoom-in' || action === 'zoom-out') {
      const factor = action === 'zoom-in' ? 0.5 : 2;
      this.setZoom({ x: scaled(this.x, factor), y: scaled(this.y, factor, this.options.logY) });
    } else {
      this.axisWidth = 0;
      this.setZoom({ x: null, y: null });
    }
    this.refresh();
  }

  resize(): void {
    const { width, height } = this.size();
    if (width > 0 && height > 0) {
      if (this.plot && (this.plot.width !== width || this.plot.height !== height)) {
        this.plot.setSize({ width, height });
      }
      // While it had no size, what came to be drawn was put off.
      this.refresh();
    }
  }

  async toPng(): Promise<Blob> {
    const { model, paint } = this;
    if (!model || !paint) {
      throw new Error('There is nothing drawn yet.');
    }
    const { width, height } = this.size();
    const fixed = { scale: PNG_SCALE, width, height, paint };
    const copy = new LineChart(document.createElement('div'), { zoom: this.zoom }, fixed);
    copy.options = { ...this.options, highlight: null };
    copy.draw(model);
    // uPlot draws in a microtask.
    await new Promise(resolve => setTimeout(resolve));
    try {
      const canvas = (copy.plot as uPlot).ctx.canvas;
      return await composePng(canvas, model, this.options, paint, PNG_SCALE);
    } finally {
      copy.destroy();
    }
  }

  destroy(): void {
    this.off.abort();
    cancelAnimationFrame(this.frame);
    this.plot?.destroy();
    this.plot = null;
    this.host.replaceChildren();
  }

  private size() {
    return this.fixed ?? { width: this.host.clientWidth, height: this.host.clientHeight };
  }

  /** CSS pixels of the layout for one CSS pixel of the screen: above one in the copy made for a picture. */
  private get unit(): number {
    return this.fixed ? this.fixed.scale / devicePixelRatio : 1;
  }

  private layer(className: string): HTMLElement {
    const made = document.createElement('div');
    made.className = className;
    made.hidden = true;
    this.host.append(made);
    return made;
  }

  private setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    this.events.onZoom?.(zoom);
  }

  private refresh(): void {
    const { model, options } = this;
    const { width, height } = this.size();
    if (!model || width === 0 || height === 0) {
      return;
    }
    this.paint = this.fixed?.paint ?? paintOf(this.host);
    this.x = this.zoom.x ?? roomy(xExtent(model, options.hidden) ?? [0, 1], model.x.kind);
    const fallback: Range = options.logY ? [0.1, 1] : [0, 1];
    this.y = this.zoom.y ?? margin(yExtent(model, options.hidden, this.x, options.logY) ?? fallback, options.logY);
    const build = `${model.x.kind} ${options.logY}`;
    if (!this.plot || this.built !== build) {
      this.build(build);
      return;
    }
    const plot = this.plot;
    plot.batch(() => {
      plot.setScale('x', { min: this.x[0], max: this.x[1] });
      plot.setScale('y', { min: this.y[0], max: this.y[1] });
      plot.redraw(false, true);
    });
    this.hover();
  }

  private build(build: string): void {
    this.plot?.destroy();
    this.axisWidth = 0;
    const { unit } = this;
    const { width, height } = this.size();
    const kind = (this.model as LineModel).x.kind;
    const font = () => `${11 * unit}px ${(this.paint as Paint).font}`;
    const axis = {
      stroke: () => (this.paint as Paint).muted,
      font: font(),
      ticks: { show: false },
      gap: 5 * unit,
    };
    const grid = { stroke: () => (this.paint as Paint).grid, width: unit };
    const options: uPlot.Options = {
      width: Math.round(width * unit),
      height: Math.round(height * unit),
      padding: [8 * unit, 14 * unit, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      series: [{}, { show: false }],
      scales: {
        x: { time: kind === 'wall', auto: false, range: () => this.x },
        y: { distr: this.options.logY ? 3 : 1, auto: false, range: () => this.y },
      },
      axes: [
        {
          ...axis,
          size: 22 * unit,
          space: (kind === 'iterations' ? 56 : 74) * unit,
          ...(kind === 'iterations' ? { incrs: STEPS } : kind === 'relative' ? { incrs: RELATIVE_STEPS } : {}),
          values: (_, splits, __, ___, increment) => this.xTicks(splits, increment),
          grid: { show: false },
          border: { show: true, stroke: () => (this.paint as Paint).border, width: unit },
        },
        {
          ...axis,
          space: 34 * unit,
          size: (plot, values) => this.measure(plot, values),
          ...(this.options.logY ? { splits: () => logSplits(...this.y), filter: (_, splits) => splits } : {}),
          values: (_, splits, __, ___, increment) =>
            this.options.logY ? logTicks(splits) : numberTicks(splits, increment),
          grid,
        },
      ],
      hooks: { draw: [plot => this.paintSeries(plot)], ready: [() => this.hover()], setSize: [() => this.hover()] },
    };
    this.plot = new uPlot(options, [[...this.x], [null, null]], this.host);
    this.built = build;
    if (!this.fixed) {
      this.plot.over.append(this.select, this.spikeX, this.spikeY, ...this.dots);
    }
  }

  private xTicks(splits: number[], increment: number): string[] {
    const kind = (this.model as LineModel).x.kind;
    return kind === 'wall'
      ? wallTicks(splits, increment)
      : kind === 'relative'
        ? relativeTicks(splits, increment)
        : numberTicks(splits, increment);
  }

  /** Room for the longest label; never less than before, so that a live chart does not twitch. */
  private measure(plot: uPlot, values: string[] | null): number {
    if (values) {
      plot.ctx.save();
      plot.ctx.font = `${11 * this.unit}px ${(this.paint as Paint).font}`;
      const widest = Math.max(0, ...values.map(value => plot.ctx.measureText(value ?? '').width));
      plot.ctx.restore();
      this.axisWidth = Math.max(this.axisWidth, Math.ceil(widest / 4) * 4 + 14 * this.unit);
    }
    return this.axisWidth || 40 * this.unit;
  }

  private paintSeries(plot: uPlot): void {
    const { model, options, x, y } = this;
    const paint = this.paint as Paint;
    if (!model) {
      return;
    }
    const { ctx, bbox } = plot;
    const px = this.unit * devicePixelRatio;
    const [low, high] = options.logY ? [Math.log10(y[0]), Math.log10(y[1])] : y;
    const map: Mapping = {
      from: x[0],
      to: x[1],
      toX: value => bbox.left + ((value - x[0]) / (x[1] - x[0])) * bbox.width,
      toY: value => bbox.top + (1 - ((options.logY ? Math.log10(value) : value) - low) / (high - low)) * bbox.height,
      log: options.logY,
      width: bbox.width,
    };
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - 2 * px, bbox.top - 2 * px, bbox.width + 4 * px, bbox.height + 4 * px);
    ctx.clip();
    ctx.lineCap = 'butt';
    const shown = model.series.filter(series => !options.hidden.has(series.id));
    // What stands out is drawn last, above the others.
    shown.sort((one, other) => Number(one.id === options.highlight) - Number(other.id === options.highlight));
    for (const { id, color, dash, columns } of shown) {
      const strength = options.highlight && id !== options.highlight ? 0.18 : 1;
      const stroke = (xs: Float64Array, ys: Float64Array, width: number, alpha: number, dashes: readonly number[]) => {
        const { line, lone } = tracePath(xs, ys, map);
        // Round joins cost most where they are seen least.
        ctx.lineJoin = xs.length < JOINED ? 'round' : 'bevel';
        ctx.globalAlpha = alpha * strength;
        ctx.strokeStyle = seriesColor(paint, color);
        ctx.fillStyle = seriesColor(paint, color);
        ctx.lineWidth = width * px;
        ctx.setLineDash(dashes.map(length => length * px));
        ctx.stroke(line);
        const radius = (xs.length === 1 ? 3 : width) * px;
        for (let at = 0; at < lone.length; at += 2) {
          ctx.beginPath();
          ctx.arc(lone[at] as number, lone[at + 1] as number, radius, 0, 2 * Math.PI);
          ctx.fill();
        }
      };
      const smoothed = columns.raw_x && columns.raw_y;
      if (columns.low && columns.high) {
        ctx.globalAlpha = BAND * strength;
        ctx.fillStyle = seriesColor(paint, color);
        ctx.fill(bandPath(columns.x, columns.low, columns.high, map, bbox.top + bbox.height));
      }
      if (columns.raw_x && columns.raw_y) {
        stroke(columns.raw_x, columns.raw_y, 1, 0.25, []);
      }
      stroke(columns.x, columns.y, smoothed ? 2 : 1.5, 1, dashOf(dash));
    }
    ctx.restore();
    this.paintMarks(plot, map, px);
  }

  /** Small hollow marks on the frame where a value has no place on the axis. */
  private paintMarks(plot: uPlot, map: Mapping, px: number): void {
    const { model, options } = this;
    const paint = this.paint as Paint;
    const { ctx, bbox } = plot;
    const bottom = bbox.top + bbox.height;
    const mark = (x: number, y: number, color: number, sides: 'circle' | 'up' | 'down' | 'diamond') => {
      if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) {
        return;
      }
      const r = 3.5 * px;
      ctx.beginPath();
      if (sides === 'circle') {
        ctx.arc(x, y, r, 0, 2 * Math.PI);
      } else {
        const tip = sides === 'down' ? r : -r;
        ctx.moveTo(x, y + tip);
        ctx.lineTo(x + r, sides === 'diamond' ? y : y - tip);
        if (sides === 'diamond') {
          ctx.lineTo(x, y - tip);
        }
        ctx.lineTo(x - r, sides === 'diamond' ? y : y - tip);
        ctx.closePath();
      }
      ctx.fillStyle = paint.paper;
      ctx.strokeStyle = seriesColor(paint, color);
      ctx.fill();
      ctx.stroke();
    };
    ctx.save();
    ctx.lineWidth = 1.25 * px;
    ctx.setLineDash([]);
    for (const { id, color, columns, nonfinite } of (model as LineModel).series) {
      if (options.hidden.has(id)) {
        continue;
      }
      for (const [x, kind] of nonfinite) {
        const up = kind === 'Infinity';
        const shape = up ? 'up' : kind === '-Infinity' ? 'down' : 'circle';
        mark(map.toX(x), up ? bbox.top + 4 * px : bottom, color, shape);
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
    ctx.restore();
  }

  private place(): Place {
    const plot = this.plot as uPlot;
    return {
      toLeft: value => plot.valToPos(value, 'x'),
      toTop: value => plot.valToPos(value, 'y'),
      toX: left => plot.posToVal(left, 'x'),
      log: this.options.logY,
    };
  }

  private hover(): void {
    const { model, plot, pointer, options } = this;
    if (!model || !plot || !pointer || this.fixed) {
      this.unhover();
      return;
    }
    const find = options.hover === 'closest' ? closestAt : compareAt;
    const hits = find(model, options.hidden, pointer.left, pointer.top, this.place());
    const nearest = hits.find(hit => hit.nearest) ?? hits[0];
    if (!nearest) {
      this.unhover();
      return;
    }
    this.mark(hits, nearest);
    const { offsetLeft, offsetTop } = plot.over;
    this.tooltip.show(model, hits, offsetLeft + pointer.left, offsetTop + pointer.top);
  }

  private mark(hits: Hit[], nearest: Hit): void {
    const plot = this.plot as uPlot;
    const paint = this.paint as Paint;
    const marked = hits.length > DOTS ? [nearest] : hits;
    const width = plot.over.clientWidth;
    const height = plot.over.clientHeight;
    const inside = (hit: Hit) => hit.top !== null && hit.left >= -1 && hit.left <= width + 1 && hit.top >= -1;
    const visible = marked.filter(hit => inside(hit) && (hit.top as number) <= height + 1);
    for (let index = 0; index < Math.max(visible.length, this.dots.length); index += 1) {
      const hit = visible[index];
      let dot = this.dots[index];
      if (!dot) {
        dot = document.createElement('div');
        dot.className = 'tk-dot';
        this.dots.push(dot);
        plot.over.append(dot);
      }
      dot.hidden = !hit;
      if (hit) {
        dot.style.color = seriesColor(paint, hit.series.color);
        dot.style.transform = `translate(${hit.left}px, ${hit.top}px)`;
        dot.classList.toggle('tk-nearest', hit.nearest);
      }
    }
    this.spikeX.hidden = !(this.options.spikes || this.options.hover === 'compare');
    this.spikeX.style.transform = `translateX(${Math.round(nearest.left)}px)`;
    this.spikeX.classList.toggle('tk-strong', this.options.spikes);
    this.spikeY.hidden = !this.options.spikes || nearest.top === null;
    this.spikeY.style.transform = `translateY(${Math.round(nearest.top ?? 0)}px)`;
  }

  private unhover(): void {
    this.tooltip.hide();
    this.spikeX.hidden = true;
    this.spikeY.hidden = true;
    for (const dot of this.dots) {
      dot.hidden = true;
    }
  }

  private later(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.hover());
  }

  private listen(): void {
    const { host } = this;
    const { signal } = this.off;
    let drag: { left: number; top: number; pan: boolean; x: Range; y: Range } | null = null;
    const at = (event: PointerEvent) => {
      const box = (this.plot as uPlot).over.getBoundingClientRect();
      return { left: event.clientX - box.left, top: event.clientY - box.top, width: box.width, height: box.height };
    };
    const over = (event: Event) => this.plot?.over.contains(event.target as Node) ?? false;
    const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
      host.addEventListener(name, handle, { signal });

    on('pointerdown', event => {
      if (event.button !== 0 || !over(event)) {
        return;
      }
      const { left, top } = at(event);
      drag = { left, top, pan: event.shiftKey !== (this.options.drag === 'pan'), x: this.x, y: this.y };
      host.setPointerCapture(event.pointerId);
    });
    on('pointermove', event => {
      if (!this.plot) {
        return;
      }
      const { left, top, width, height } = at(event);
      if (!drag) {
        this.pointer = over(event) ? { left, top } : null;
        this.later();
        return;
      }
      if (Math.hypot(left - drag.left, top - drag.top) < DRAG) {
        return;
      }
      this.pointer = null;
      this.unhover();
      if (drag.pan) {
        const moved = { x: (drag.left - left) / width, y: (top - drag.top) / height };
        this.zoom = { x: shifted(drag.x, moved.x), y: shifted(drag.y, moved.y, this.options.logY) };
        this.refresh();
      } else {
        this.showSelection(selection(drag, { left, top }, width, height));
      }
    });
    const finish = (event: PointerEvent) => {
      const begun = drag;
      drag = null;
      this.select.hidden = true;
      if (!begun || !this.plot) {
        return;
      }
      const { left, top, width, height } = at(event);
      if (Math.hypot(left - begun.left, top - begun.top) < DRAG) {
        this.pointer = { left, top };
        this.later();
        return;
      }
      if (begun.pan) {
        this.setZoom(this.zoom);
        return;
      }
      const box = selection(begun, { left, top }, width, height);
      const value = (position: number, scale: string) => (this.plot as uPlot).posToVal(position, scale);
      this.setZoom({
        x: box.horizontal ? [value(box.left, 'x'), value(box.right, 'x')] : this.zoom.x,
        y: box.vertical ? [value(box.bottom, 'y'), value(box.top, 'y')] : this.zoom.y,
      });
      this.refresh();
    };
    on('pointerup', finish);
    on('pointercancel', () => {
      drag = null;
      this.select.hidden = true;
    });
    on('pointerleave', () => {
      this.pointer = null;
      this.later();
    });
    on('dblclick', event => {
      if (over(event)) {
        this.act('autoscale');
      }
    });
    on('keydown', event => this.key(event));
    on('blur', () => {
      this.pointer = null;
      this.unhover();
    });
  }

  private showSelection(box: Selection): void {
    const { style } = this.select;
    this.select.hidden = false;
    style.left = `${box.left}px`;
    style.top = `${box.top}px`;
    style.width = `${box.right - box.left}px`;
    style.height = `${box.bottom - box.top}px`;
  }

  private key(event: KeyboardEvent): void {
    const actions: Record<string, ChartAction> = { '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', '0': 'reset' };
    const action = actions[event.key];
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (event.target !== this.host || event.ctrlKey || event.metaKey || event.altKey || !(action || step)) {
      return;
    }
    event.preventDefault();
    if (action) {
      this.act(action);
    } else {
      this.walk(step);
    }
  }

  /** Moves the pointer to the next point of the longest series in view. */
  private walk(step: number): void {
    const { model, plot, options } = this;
    const series = model?.series
      .filter(({ id, columns }) => !options.hidden.has(id) && columns.x.length > 0)
      .reduce<LineModel['series'][number] | null>(
        (best, one) => (best && best.columns.x.length >= one.columns.x.length ? best : one),
        null,
      );
    if (!plot || !series) {
      return;
    }
    const { x, y } = series.columns;
    const from = lowerBound(x, this.x[0]);
    const to = Math.max(from, nearestIndex(x, this.x[1]));
    const now = this.pointer ? nearestIndex(x, plot.posToVal(this.pointer.left, 'x')) + step : step > 0 ? from : to;
    const index = Math.min(Math.max(now, from), to);
    const top = plot.valToPos(y[index] as number, 'y');
    this.pointer = { left: plot.valToPos(x[index] as number, 'x'), top: Number.isFinite(top) ? top : 0 };
    this.hover();
  }
}

interface Selection {
  left: number;
  right: number;
  top: number;
  bottom: number;
  horizontal: boolean;
  vertical: boolean;
}

/** The box between two points; one that is thin in a direction spans all of it. */
export function selection(
  from: { left: number; top: number },
  to: { left: number; top: number },
  width: number,
  height: number,
): Selection {
  const dx = Math.abs(from.left - to.left);
  const dy = Math.abs(from.top - to.top);
  const horizontal = dx >= THIN || dx >= dy;
  const vertical = dy >= THIN || dy > dx;
  const within = (value: number, size: number) => Math.min(Math.max(value, 0), size);
  return {
    left: horizontal ? within(Math.min(from.left, to.left), width) : 0,
    right: horizontal ? within(Math.max(from.left, to.left), width) : width,
    top: vertical ? within(Math.min(from.top, to.top), height) : 0,
    bottom: vertical ? within(Math.max(from.top, to.top), height) : height,
    horizontal,
    vertical,
  };
}
