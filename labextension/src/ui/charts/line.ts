// Scalar curves: uPlot lays out the axes, the curves are drawn over them.

import type uPlot from 'uplot';
import { axesOf, ticksOf } from './axes';
import { type Chart, type ChartAction, type ChartModel, type ChartOptions, DEFAULTS, type Size } from './chart';
import { ClockMarks, type Marks } from './clockmarks';
import { bounded, margin, type Range, roomy, scaled, typicalExtent, xExtent, yExtent } from './extent';
import { Gestures, type Zoom } from './gestures';
import { Keyboard } from './keyboard';
import type { Point } from './layer';
import type { Marker } from './marker';
import type { LineModel } from './model';
import { type Paint, paintOf } from './paint';
import type { Region } from './region';
import { paintCurves, paintMarks, type Scene } from './strokes';
import { CanvasSurface } from './surface';

const PNG_SCALE = 3;
const NOWHERE: Zoom = { x: null, y: null };

export interface LineEvents {
  /** What is in view at first. */
  zoom?: Zoom;
  onZoom?(zoom: Zoom): void;
  /** The line pointed at. */
  onPoint?(id: string | null): void;
  onPick?(region: Region | null): void;
  /** A span of the horizontal axis was marked; both ends are the same where it is a moment. */
  onSpan?: ((span: Range) => void) | undefined;
  /** Lies over the drawing, for what can be reached by key. */
  over?: HTMLElement | null;
}

function nothingOf(model: LineModel, hidden: ReadonlySet<string>, log: boolean): string {
  const shown = model.series.filter(series => !hidden.has(series.id));
  const some = (holds: (value: number) => boolean) => shown.some(({ columns }) => columns.y.some(holds));
  if (shown.length === 0) {
    return model.series.length > 0 ? 'Every line is hidden' : '';
  }
  if (!some(() => true)) {
    return 'No points on this axis';
  }
  if (!some(Number.isFinite)) {
    return 'No finite values';
  }
  return log && !some(value => value > 0) ? 'Nothing above zero' : 'Nothing in this range';
}

export class LineChart implements Chart {
  private model: LineModel | null = null;
  private options: ChartOptions = DEFAULTS;
  private plot: uPlot | null = null;
  private paint: Paint | null = null;
  private zoom: Zoom;
  private x: Range = [0, 1];
  private y: Range = [0, 1];
  /** Why there is no line to be seen, where there is none. */
  private none = '';
  private built = '';
  /** What follows the pointer: a chart is seen before it is pointed at. */
  private marker: Marker | null = null;
  private readonly gestures: Gestures;
  private readonly marks: ClockMarks;
  private readonly keyboard: Keyboard;
  private pointer: Point | null = null;
  private pointed: string | null = null;
  private frame = 0;
  /** Of the element, as it was told: to ask for it would lay out the page in the middle of a drawing. */
  private room: Size = { width: 0, height: 0 };
  private readonly off = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    private readonly events: LineEvents = {},
    private readonly fixed: { scale: number; width: number; height: number; paint: Paint } | null = null,
  ) {
    this.zoom = events.zoom ?? NOWHERE;
    host.classList.add('tk-line');
    const stage = {
      plot: () => this.plot,
      drag: () => this.options.drag,
      logs: () => this.logs(),
      ranges: () => ({ x: this.x, y: this.y }),
      zoom: () => this.zoom,
      move: (zoom: Zoom) => {
        this.zoom = zoom;
        this.refresh();
      },
      setZoom: (zoom: Zoom) => {
        this.setZoom(zoom);
        this.refresh();
      },
      point: (at: Point | null) => this.point(at),
      pick: (region: Region | null) => this.events.onPick?.(region),
      span: (span: Range) => this.events.onSpan?.(span),
      everything: () => this.act('autoscale'),
    };
    this.gestures = new Gestures(host, stage, this.off.signal);
    const timed = () => this.model?.x.kind !== 'metric';
    const { onSpan, over = null } = fixed ? {} : events;
    this.marks = new ClockMarks(host, () => this.plot, timed, onSpan, over, this.off.signal);
    const keyed = {
      ...stage,
      model: () => this.model,
      options: () => this.options,
      act: (action: ChartAction) => this.act(action),
      pointer: () => this.pointer,
      walkTo: (at: Point) => {
        this.pointer = at;
        this.hover();
      },
      span: events.onSpan,
    };
    this.keyboard = new Keyboard(host, keyed, this.gestures, this.off.signal);
    host.addEventListener('blur', () => this.point(null), { signal: this.off.signal });
  }

  draw(model: ChartModel): void {
    if (model.kind !== 'line') {
      throw new TypeError('A line chart draws curves only.');
    }
    if (this.model && this.model.x.kind !== model.x.kind) {
      this.setZoom(NOWHERE);
      this.gestures.clear();
    }
    this.model = model;
    this.refresh();
  }

  setOptions(options: Partial<ChartOptions>): void {
    const before = this.options;
    this.options = { ...before, ...options };
    const { logX, logY, bounds, drag } = this.options;
    const x = logX === before.logX && bounds.x === before.bounds.x ? this.zoom.x : null;
    const y = logY === before.logY && bounds.y === before.bounds.y ? this.zoom.y : null;
    if (x !== this.zoom.x || y !== this.zoom.y || bounds !== before.bounds) {
      this.setZoom({ x, y });
    }
    this.host.classList.toggle('tk-pan', drag === 'pan');
    this.refresh();
  }

  /** Shows a part that was chosen elsewhere. */
  zoomTo(zoom: Zoom): void {
    if (zoom.x !== this.zoom.x || zoom.y !== this.zoom.y || zoom.all !== this.zoom.all) {
      this.zoom = zoom;
      this.refresh();
    }
  }

  /** Shows what is marked on the clock. */
  mark(marks: Marks): void {
    this.marks.show(marks);
  }

  /** Takes back the region that is drawn. */
  unpick(): void {
    this.keyboard.unpick();
  }

  act(action: ChartAction): void {
    if (action === 'zoom-in' || action === 'zoom-out') {
      const factor = action === 'zoom-in' ? 0.5 : 2;
      const { logX, logY } = this.logs();
      this.setZoom({ x: scaled(this.x, factor, logX), y: scaled(this.y, factor, logY) });
    } else {
      this.built = '';
      this.setZoom(action === 'autoscale' ? { ...NOWHERE, all: true } : NOWHERE);
    }
    this.refresh();
  }

  resize(size: Size): void {
    this.room = { width: Math.round(size.width), height: Math.round(size.height) };
    const { width, height } = this.room;
    if (width > 0 && height > 0) {
      if (this.plot && (this.plot.width !== width || this.plot.height !== height)) {
        this.plot.setSize({ width, height });
      }
      // While it had no size, what came to be drawn was put off.
      this.refresh();
    }
  }

  async toPng(): Promise<Blob> {
    const { composePng } = await import('./png');
    const { model, paint } = this.drawn();
    return this.copied(PNG_SCALE, copy => {
      const canvas = (copy.plot as uPlot).ctx.canvas;
      return composePng(canvas, model, this.options, paint, PNG_SCALE);
    });
  }

  async toSvg(): Promise<Blob> {
    const { composeSvg } = await import('./svg');
    const { width, height } = this.size();
    // At one pixel to one, whatever the screen: numbers in the file are CSS pixels.
    return this.copied(1, copy => {
      const plot = copy.plot as uPlot;
      return composeSvg(copy.scene(plot), { width, height }, { x: ticksOf(plot, 0), y: ticksOf(plot, 1) });
    });
  }

  destroy(): void {
    this.off.abort();
    cancelAnimationFrame(this.frame);
    this.plot?.destroy();
    this.plot = null;
    this.host.replaceChildren();
  }

  private drawn(): { model: LineModel; paint: Paint } {
    const { model, paint } = this;
    if (!model || !paint) {
      throw new Error('There is nothing drawn yet.');
    }
    return { model, paint };
  }

  /** The same drawing at another scale, nothing standing out, for a picture. */
  private async copied<T>(scale: number, take: (copy: LineChart) => T | Promise<T>): Promise<T> {
    const { model, paint } = this.drawn();
    const fixed = { scale, ...this.size(), paint };
    const copy = new LineChart(document.createElement('div'), { zoom: this.zoom }, fixed);
    copy.options = { ...this.options, highlight: null };
    copy.draw(model);
    // uPlot draws in a microtask.
    await new Promise(resolve => setTimeout(resolve));
    try {
      return await take(copy);
    } finally {
      copy.destroy();
    }
  }

  private size() {
    const { width, height } = this.fixed ?? this.room;
    return { width, height };
  }

  /** CSS pixels of the layout for one CSS pixel of the screen: above one in the copy made for a picture. */
  private get unit(): number {
    return this.fixed ? this.fixed.scale / devicePixelRatio : 1;
  }

  /** Which axes are logarithmic: that of dates never is. */
  private logs(): { logX: boolean; logY: boolean } {
    return { logX: this.options.logX && this.model?.x.kind !== 'wall', logY: this.options.logY };
  }

  private setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    this.events.onZoom?.(zoom);
  }

  /** What is in view: the part zoomed to, else what was typed, else the data. */
  private ranges(model: LineModel): { x: Range; y: Range; none: string } {
    const { hidden, bounds, ignoreOutliers } = this.options;
    const { logX, logY } = this.logs();
    const { zoom } = this;
    const data = roomy(xExtent(model, hidden, logX) ?? [logX ? 0.1 : 0, 1], model.x.kind, logX);
    const x = zoom.x ?? (zoom.all ? data : bounded(data, bounds.x, logX));
    if (zoom.y) {
      return { x, y: zoom.y, none: '' };
    }
    const whole = () => yExtent(model, hidden, x, logY);
    const values = ignoreOutliers && !zoom.all ? (typicalExtent(model, hidden, logY) ?? whole()) : whole();
    const y = margin(values ?? [logY ? 0.1 : 0, 1], logY);
    return { x, y: zoom.all ? y : bounded(y, bounds.y, logY), none: values ? '' : nothingOf(model, hidden, logY) };
  }

  private refresh(): void {
    const { model } = this;
    const { width, height } = this.size();
    if (!model || width === 0 || height === 0) {
      return;
    }
    this.paint = this.fixed?.paint ?? paintOf(this.host);
    const ranges = this.ranges(model);
    this.x = ranges.x;
    this.y = ranges.y;
    this.none = ranges.none;
    this.host.dataset.none = ranges.none;
    // What is in view, for those who cannot read a canvas.
    this.host.dataset.x = ranges.x.join(' ');
    this.host.dataset.y = ranges.y.join(' ');
    const { logX, logY } = this.logs();
    const build = `${model.x.kind} ${logX} ${logY}`;
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
    const { width, height } = this.size();
    const laid = () => {
      this.gestures.place();
      this.marks.place();
      this.hover();
    };
    this.plot = axesOf(
      {
        width,
        height,
        unit: this.unit,
        kind: (this.model as LineModel).x.kind,
        options: this.options,
        paint: () => this.paint as Paint,
        x: () => this.x,
        y: () => this.y,
        none: () => this.none !== '',
        hooks: { draw: [plot => this.paintOn(plot)], ready: [laid], setSize: [laid] },
      },
      this.host,
    );
    this.built = build;
    if (!this.fixed) {
      this.gestures.attach(this.plot.over);
      this.marker?.attach(this.plot.over);
      void this.follow();
      this.marks.attach(this.plot.over);
    }
  }

  private async follow(): Promise<void> {
    if (this.marker) {
      return;
    }
    const found = await import('./marker').catch(() => null);
    if (!found || this.marker || this.off.signal.aborted) {
      return;
    }
    this.marker = new found.Marker(this.host);
    if (this.plot) {
      this.marker.attach(this.plot.over);
    }
    this.hover();
  }

  private scene(plot: uPlot): Scene {
    const { x, y } = this;
    const { logX, logY } = this.logs();
    const { left, top, width, height } = plot.bbox;
    const place = (value: number, log: boolean) => (log ? Math.log10(value) : value);
    const share = (value: number, [from, to]: Range, log: boolean) =>
      (place(value, log) - place(from, log)) / (place(to, log) - place(from, log));
    const map = {
      from: x[0],
      to: x[1],
      toX: (value: number) => left + share(value, x, logX) * width,
      toY: (value: number) => top + (1 - share(value, y, logY)) * height,
      log: logY,
      logX,
      width,
    };
    const { model, paint } = this.drawn();
    const px = this.unit * devicePixelRatio;
    return { model, options: { ...this.options, logX, logY }, paint, map, box: { left, top, width, height }, px };
  }

  private paintOn(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const scene = this.scene(plot);
    const { px } = scene;
    const surface = new CanvasSurface(ctx);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - 2 * px, bbox.top - 2 * px, bbox.width + 4 * px, bbox.height + 4 * px);
    ctx.clip();
    ctx.lineCap = 'butt';
    paintCurves(surface, scene);
    ctx.restore();
    ctx.save();
    paintMarks(surface, scene);
    ctx.restore();
    this.gestures.place();
    this.marks.place();
  }

  private hover(): void {
    const { model, plot, paint, pointer, options } = this;
    if (!model || !plot || !paint || !pointer || this.fixed) {
      this.marker?.hide();
      this.tell(null);
      return;
    }
    this.tell(this.marker?.show(plot, model, options, paint, pointer) ?? null);
  }

  private tell(pointed: string | null): void {
    if (pointed !== this.pointed) {
      this.pointed = pointed;
      this.events.onPoint?.(pointed);
    }
  }

  private point(at: Point | null): void {
    this.pointer = at;
    this.keyboard.pointed();
    void this.follow();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.hover());
  }
}
