// Figures drawn by plotly.js, which is fetched once per page, when the first of them is shown.

import type { Figure } from '../protocol';
import { type Chart, type ChartAction, type ChartModel, type ChartOptions, DEFAULTS } from './chart';
import { checkFigure, type FigureTheme, knownTraces, localFigure, themedLayout } from './figure';
import { drawnHere } from './generated';
import { paintOf, plainColor } from './paint';
import type { Picked } from './region';

interface Axis {
  _name: string;
  type: string;
  range: unknown[];
  fixedrange?: boolean;
  r2l(value: unknown): number;
  l2r(value: number): unknown;
}

type Graph = HTMLElement & {
  layout?: Record<string, unknown>;
  _fullLayout?: Record<string, unknown>;
  on?(event: string, handle: (event: Selected | undefined) => void): void;
};

interface Selected {
  points?: { x?: unknown; y?: unknown; data?: { name?: unknown } }[];
}

interface Plotly {
  react(el: Graph, data: unknown[], layout: unknown, config: unknown): Promise<unknown>;
  relayout(el: Graph, patch: Record<string, unknown>): Promise<unknown>;
  toImage(figure: Graph | { data: unknown[]; layout: unknown }, options: Record<string, unknown>): Promise<string>;
  purge(el: Graph): void;
  Plots: { resize(el: Graph): Promise<unknown> };
  PlotSchema: { get(): { traces: Record<string, unknown> } };
}

const CONFIG = {
  showSendToCloud: false,
  displaylogo: false,
  typesetMath: false,
  displayModeBar: false,
  responsive: false,
  scrollZoom: false,
  plotlyServerURL: '',
  // Outlines of countries: an address that leaves the page for nowhere.
  topojsonURL: 'data:,',
};

const KEY = Symbol.for('trackkit.plotly');
const held = globalThis as unknown as { Plotly?: Plotly } & Record<symbol, Promise<Plotly> | undefined>;

/** plotly.js: one copy for the page, whoever asks first. */
export function loadPlotly(url: () => Promise<string>): Promise<Plotly> {
  const loading =
    held[KEY] ??
    (async () => {
      // A variable, so that no bundler follows it.
      const address = await url();
      await import(/* webpackIgnore: true */ address);
      if (!held.Plotly) {
        throw new Error('plotly.js was loaded but did not announce itself.');
      }
      return held.Plotly;
    })();
  held[KEY] = loading;
  loading.catch(() => {
    // The next figure tries again.
    held[KEY] = undefined;
  });
  return loading;
}

export interface FigureEvents {
  /** A box or lasso selection was drawn, or taken back. */
  onSelect?(points: Picked[] | null): void;
  /** Something of the figure was left out, because it would have been fetched from the network. */
  onReduced?(reduced: boolean): void;
  /** Traces of these kinds were left out: plotly.js does not have them. */
  onUnknown?(kinds: string[]): void;
  /** The figure is on the screen. */
  onDrawn?(figure: Figure): void;
  onError?(reason: unknown): void;
}

export class PlotlyChart implements Chart {
  private figure: Figure | null = null;
  private options: ChartOptions = DEFAULTS;
  private drawn: Figure | null = null;
  private readonly graph: Graph;
  private queue: Promise<unknown> = Promise.resolve();
  private plotly: Plotly | null = null;
  private gone = false;
  private listening = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly url: () => Promise<string>,
    private readonly events: FigureEvents = {},
  ) {
    this.graph = document.createElement('div');
    this.graph.className = 'tk-figure';
    host.append(this.graph);
  }

  draw(model: ChartModel): void {
    if (model.kind !== 'figure') {
      throw new TypeError('This draws figures only.');
    }
    this.drawn = null;
    try {
      const { figure, reduced } = localFigure(checkFigure(model.figure));
      this.figure = figure;
      this.events.onReduced?.(reduced);
    } catch (reason) {
      this.figure = null;
      this.events.onError?.(reason);
      return;
    }
    this.later(() => this.render());
  }

  setOptions(patch: Partial<ChartOptions>): void {
    const before = this.options;
    this.options = { ...before, ...patch };
    const changed = (Object.keys(patch) as (keyof ChartOptions)[]).filter(key => this.options[key] !== before[key]);
    if (changed.length && this.drawn) {
      this.later(plotly => plotly.relayout(this.graph, this.relayoutFor(new Set(changed))));
    }
  }

  act(action: ChartAction): void {
    if (action === 'reset') {
      this.drawn = null;
      this.later(() => this.render(true));
      return;
    }
    this.later(plotly => {
      const patch: Record<string, unknown> = {};
      for (const axis of this.axes()) {
        if (action === 'autoscale') {
          patch[`${axis._name}.autorange`] = true;
        } else {
          const [from, to] = axis.range.map(value => axis.r2l(value)) as [number, number];
          const half = ((to - from) / 2) * (action === 'zoom-in' ? 0.5 : 2);
          const middle = (from + to) / 2;
          patch[`${axis._name}.range`] = [axis.l2r(middle - half), axis.l2r(middle + half)];
        }
      }
      return plotly.relayout(this.graph, patch);
    });
  }

  resize(): void {
    if (this.host.clientWidth === 0 || this.host.clientHeight === 0) {
      return;
    }
    this.later(plotly => (this.drawn ? plotly.Plots.resize(this.graph) : this.render()));
  }

  async toPng(): Promise<Blob> {
    const url = await this.image('png', 3);
    const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), letter => letter.charCodeAt(0));
    return new Blob([bytes], { type: 'image/png' });
  }

  async toSvg(): Promise<Blob> {
    const url = await this.image('svg', 1);
    return new Blob([decodeURIComponent(url.slice(url.indexOf(',') + 1))], { type: 'image/svg+xml' });
  }

  /** The figure as a data address. */
  private async image(format: 'png' | 'svg', scale: number): Promise<string> {
    await this.queue;
    if (!this.plotly || !this.drawn) {
      throw new Error('There is nothing drawn yet.');
    }
    const { clientWidth: width, clientHeight: height } = this.host;
    return this.plotly.toImage(this.graph, { format, width, height, scale });
  }

  destroy(): void {
    this.gone = true;
    this.plotly?.purge(this.graph);
    this.graph.remove();
  }

  /** One thing after another: plotly works in promises. */
  private later(work: (plotly: Plotly) => unknown): void {
    this.queue = this.queue
      .then(async () => {
        if (!this.gone && this.host.clientWidth > 0 && this.host.clientHeight > 0) {
          this.plotly ??= await loadPlotly(this.url);
          await (this.gone ? undefined : work(this.plotly));
        }
      })
      .catch(reason => this.events.onError?.(reason));
  }

  /** Draw the figure; as a `fresh` graph, which forgets zoom and camera. */
  private async render(fresh = false): Promise<void> {
    const { figure, plotly } = this;
    if (!figure || !plotly || this.drawn === figure) {
      return;
    }
    const possible = drawnHere(figure);
    const { figure: known, unknown } = knownTraces(possible, kind =>
      Object.hasOwn(plotly.PlotSchema.get().traces, kind),
    );
    this.events.onUnknown?.(unknown);
    const layout = themedLayout(known, themeOf(this.host));
    const { clientWidth: width, clientHeight: height } = this.host;
    const patch = this.relayoutFor(new Set(), key => !key.includes('.'));
    // The camera and what was zoomed survive a change of theme and a newer figure.
    const whole = { uirevision: 'kept', ...layout, ...patch, width, height };
    if (fresh) {
      // Not before all else is known: nobody sees it empty.
      plotly.purge(this.graph);
      this.listening = false;
    }
    await plotly.react(this.graph, known.data, whole, CONFIG);
    // Axes are known only now.
    const axes = this.relayoutFor(new Set(), key => key.includes('.'));
    if (Object.keys(axes).length > 0) {
      await plotly.relayout(this.graph, axes);
    }
    this.drawn = figure;
    this.events.onDrawn?.(figure);
    if (!this.listening) {
      this.listening = true;
      this.graph.on?.('plotly_selected', event => this.events.onSelect?.(selectedPoints(event)));
      this.graph.on?.('plotly_deselect', () => this.events.onSelect?.(null));
    }
  }

  private axes(): Axis[] {
    const full = this.graph._fullLayout ?? {};
    return Object.entries(full)
      .filter(([name]) => /^[xy]axis\d*$/.test(name))
      .map(([, axis]) => axis as Axis)
      .filter(axis => !axis.fixedrange && Array.isArray(axis.range));
  }

  /** What of the options differs from what the figure itself says; only what a person touched is changed. */
  private relayoutFor(
    changed: ReadonlySet<keyof ChartOptions>,
    wanted: (key: string) => boolean = () => true,
  ): Record<string, unknown> {
    const { drag, hover, spikes, legend, logY } = this.options;
    const patch: Record<string, unknown> = {};
    const touched = (key: keyof ChartOptions) => changed.has(key) || this.options[key] !== DEFAULTS[key];
    if (touched('drag')) {
      patch.dragmode = drag;
    }
    if (touched('hover')) {
      patch.hovermode = hover === 'compare' ? 'x' : 'closest';
    }
    if (touched('legend')) {
      patch.showlegend = legend;
    }
    if (touched('logY')) {
      for (const axis of this.axes().filter(
        ({ _name, type }) => _name.startsWith('y') && /^(linear|log)$/.test(type),
      )) {
        patch[`${axis._name}.type`] = logY ? 'log' : 'linear';
        patch[`${axis._name}.autorange`] = true;
      }
    }
    if (touched('spikes')) {
      for (const axis of this.axes()) {
        patch[`${axis._name}.showspikes`] = spikes;
      }
    }
    return Object.fromEntries(Object.entries(patch).filter(([key]) => wanted(key)));
  }
}

/** What the tokens say at `element`, in the syntax of plotly.js. */
export function themeOf(element: Element): FigureTheme {
  const { paper, ink, muted, grid, border, font, series } = paintOf(element);
  const low = getComputedStyle(element).getPropertyValue('--tk-scale-low').trim();
  const hues = series.map(plainColor);
  return {
    paper: plainColor(paper),
    ink: plainColor(ink),
    muted: plainColor(muted),
    grid: plainColor(grid),
    border: plainColor(border),
    font,
    series: hues,
    low: plainColor(low || paper),
    high: hues[0] as string,
  };
}

function selectedPoints(event: Selected | undefined): Picked[] | null {
  return (
    event?.points?.flatMap(({ x, y, data }) =>
      typeof y === 'number'
        ? [{ series: String(data?.name ?? ''), x: typeof x === 'number' ? x : String(x ?? ''), y }]
        : [],
    ) ?? null
  );
}
