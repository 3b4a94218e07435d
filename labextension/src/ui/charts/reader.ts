// Keeps the curves of some experiments current: reads only the charts on screen, in pages, appending what is new.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { LiveRead } from '../parts/live';
import { type Chart, type ChartsArguments, type CurveOptions, decodeCharts, type ExperimentRecord } from '../protocol';
import type { Source, SourceError } from '../source';
import { GapError, type LineModel, mergeCharts, preview } from './model';
import type { CurveSettings } from './settings';

/** A chart that there is, whether or not its curves have been read. */
export interface Slot {
  id: string;
  title: string;
  metric: string;
  /** The only variant in it, when it is drawn for one. */
  variant: string | null;
  model: Signal<LineModel | null>;
}

type Names = [metric: string, variants: string[]][];

/** What is known of many experiments before their curves are read. */
export interface Many {
  /** Their series. */
  names: readonly (readonly [metric: string, variant: string])[];
  /** Their colours, where those of the curves are given among fewer. */
  colors: ReadonlyMap<string, number>;
}

type Answer = { question: string; charts: LineModel[]; next: string };

/** Up to so many metrics are read in one go; more are read in pages, as they come into view. */
export const PAGE = 24;
const POINTS = 2000;
/** Of many experiments at once: pages are smaller, and so are their curves. */
const MANY_PAGE = 6;
const MANY_POINTS = 30_000;
const LEAST_POINTS = 200;
/** What the server keeps of a curve beside its archive (`store/overviews.py`): of a crowd, just that is asked for. */
const OVERVIEW = { points: 300, from: 50, to: 100 };
export const ALL_POINTS = 1_000_000;
/** How often the names are looked up again where there are too many to read everything. */
const NAMES_MS = 5_000;
const MOST_RECORDS = 10;

interface Page {
  metrics: string[];
  read: LiveRead<Answer>;
  stale: boolean;
  stop: () => void;
}

function escaped(metric: string): string {
  return metric.replaceAll('%', '%25').replaceAll('/', '%2F');
}

function nameOf(metric: string, variant: string): string {
  return metric === variant ? metric : `${metric}/${variant}`;
}

/** Names of all series, in order of first appearance, monitor metrics last. */
export function namesOf(records: Pick<ExperimentRecord, 'metrics'>[]): Names {
  const names = new Map<string, Set<string>>();
  for (const { metrics } of records) {
    for (const [metric, variants] of Object.entries(metrics)) {
      const known = names.get(metric) ?? new Set();
      names.set(metric, known);
      for (const variant of Object.keys(variants)) {
        known.add(variant);
      }
    }
  }
  const sorted = [...names].map(([metric, variants]): Names[number] => [metric, [...variants]]);
  return sorted.sort(([one], [other]) => Number(one.startsWith(':')) - Number(other.startsWith(':')));
}

function namesOfPairs(pairs: Many['names']): Names {
  const names = new Map<string, string[]>();
  for (const [metric, variant] of pairs) {
    names.set(metric, [...(names.get(metric) ?? []), variant]);
  }
  return [...names];
}

export class CurveReader {
  readonly slots: ReadonlySignal<Slot[]>;
  readonly error = signal<SourceError | null>(null);
  readonly late = signal(false);
  readonly ready = signal(false);
  /** Keys of all series, as a horizontal axis is named by: what is escaped, and how it reads. */
  readonly keys = signal<readonly (readonly [key: string, name: string])[]>([]);
  private readonly held = new Map<string, Slot>();
  private readonly order = signal<string[]>([]);
  private readonly wanted = new Map<string, number>();
  private pages: Page[] = [];
  private settings: CurveSettings;
  private names: Names | null = null;
  private readonly nameRead: LiveRead<Names | null>;
  private namesAt = 0;
  private frame = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly stopNames: () => void;

  constructor(
    private readonly source: Source,
    private readonly objects: string[],
    private readonly only: { metrics?: string[] | undefined; variants?: string[] | undefined },
    settings: CurveSettings,
    private readonly more: CurveOptions = {},
    private readonly many: Many | null = null,
  ) {
    this.settings = settings;
    this.slots = computed(() => this.order.value.map(id => this.held.get(id) as Slot));
    this.nameRead = new LiveRead(async abort => {
      // Where a few metrics were asked for everything is one page anyway.
      if (only.metrics?.length) {
        return null;
      }
      if (objects.length > MOST_RECORDS) {
        return many && namesOfPairs(many.names);
      }
      this.namesAt = Date.now();
      return namesOf(await Promise.all(objects.map(id => source.read('experiment', { id }, abort))));
    });
    this.stopNames = effect(() => {
      const names = this.nameRead.value.value;
      this.error.value = this.nameRead.error.value;
      this.late.value = this.nameRead.late.value;
      if (names !== undefined) {
        this.named(names);
      }
    });
  }

  /** Something was logged: read what is on screen, now. */
  wake(): void {
    if (this.nameRead.value.peek() === undefined) {
      this.nameRead.wake();
      return;
    }
    if (this.pages.length !== 1 && Date.now() - this.namesAt > NAMES_MS) {
      this.nameRead.wake();
    }
    this.refresh(page => page.read.wake());
  }

  configure(settings: CurveSettings): void {
    const before = this.settings;
    this.settings = settings;
    const differs = (...names: (keyof CurveSettings)[]) => names.some(name => settings[name] !== before[name]);
    if (differs('groupBy')) {
      this.show();
      this.refresh(page => page.read.restart());
    } else if (differs('xaxis', 'xMetric')) {
      this.refresh(page => page.read.restart());
    } else if (differs('smoothing', 'kind', 'window', 'sigma')) {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.smooth());
    }
  }

  /** A chart came on screen, or left it. */
  want(id: string, near: boolean): void {
    const count = (this.wanted.get(id) ?? 0) + (near ? 1 : -1);
    if (count > 0) {
      this.wanted.set(id, count);
    } else {
      this.wanted.delete(id);
    }
    const page = near && this.pages.find(one => one.stale && this.inPage(one, id));
    if (page) {
      page.stale = false;
      page.read.wake();
    }
  }

  /** A chart read once more: a part of it in detail, or all its points. */
  async read(slot: Slot, more: Partial<ChartsArguments>, abort?: AbortSignal): Promise<LineModel | null> {
    const question = this.question([slot.metric], slot.variant === null ? this.only.variants : [slot.variant]);
    const answer = this.decoded(await this.source.read('charts', { ...question, ...more }, abort));
    return (answer.charts as Chart[]).find(chart => chart.id === slot.id) ?? null;
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.stopNames();
    this.nameRead.dispose();
    this.drop();
  }

  private question(metrics: string[], variants = this.only.variants): ChartsArguments {
    const { groupBy, xaxis, xMetric, smoothing, kind, window, sigma } = this.settings;
    return {
      objects: this.objects,
      ...(metrics.length ? { metrics } : {}),
      ...(variants?.length ? { variants } : {}),
      group_by: groupBy,
      xaxis: xMetric ? 'metric' : xaxis,
      ...(xMetric && { x_metric: xMetric }),
      smoothing,
      ...(kind !== 'ema' && { smoothing_kind: kind }),
      ...(kind === 'running' && { smoothing_window: window }),
      ...(kind === 'gaussian' && { smoothing_window: Math.min(window, 15), smoothing_sigma: sigma }),
      points: this.points(),
      ...this.more,
    };
  }

  private points(): number {
    const { length } = this.objects;
    if (!this.isMany) {
      return POINTS;
    }
    return length > OVERVIEW.from && length <= OVERVIEW.to
      ? OVERVIEW.points
      : Math.max(LEAST_POINTS, Math.floor(MANY_POINTS / length));
  }

  private get isMany(): boolean {
    return this.many !== null && this.objects.length > MOST_RECORDS;
  }

  private decoded(buffer: ArrayBuffer): ReturnType<typeof decodeCharts> {
    const answer = decodeCharts(buffer);
    for (const { series } of this.many ? answer.charts : []) {
      for (const line of series) {
        line.color = this.many?.colors.get(line.experiment) ?? line.color;
      }
    }
    return answer;
  }

  private drop(): void {
    for (const page of this.pages) {
      page.stop();
      page.read.dispose();
    }
    this.pages = [];
  }

  private named(names: Names | null): void {
    const first = this.names === null && this.pages.length === 0;
    this.names = names;
    if (names) {
      this.name(names);
    }
    const metrics = (names ?? []).map(([metric]) => metric);
    const size = this.isMany ? MANY_PAGE : PAGE;
    if (metrics.length <= size) {
      if (this.pages.length !== 1 || this.pages[0]?.metrics.length) {
        this.drop();
        this.pages = [this.page(this.only.metrics ?? [])];
      }
    } else {
      // Pages once begun keep their metrics: their cursors stay good.
      const paged = this.pages.filter(page => page.metrics.length > 0 && !this.only.metrics?.length);
      if (paged.length !== this.pages.length) {
        this.drop();
      }
      const known = new Set(paged.flatMap(page => page.metrics));
      const fresh = metrics.filter(metric => !known.has(metric));
      for (let at = 0; at < fresh.length; at += size) {
        this.pages.push(this.page(fresh.slice(at, at + size)));
      }
    }
    if (first || this.pages.some(page => page.stale)) {
      this.show();
      this.refresh(page => page.read.wake());
    }
  }

  private page(metrics: string[]): Page {
    const read = new LiveRead<Answer>((abort, before) => this.ask(metrics, abort, before));
    const page: Page = { metrics, read, stale: true, stop: () => {} };
    page.stop = effect(() => {
      const answer = read.value.value;
      this.error.value = read.error.value;
      if (this.pages.length <= 1) {
        this.late.value = read.late.value;
      }
      if (answer) {
        this.take(page, answer);
      }
    });
    return page;
  }

  private async ask(metrics: string[], abort: AbortSignal, before: Answer | undefined): Promise<Answer> {
    const args = this.question(metrics);
    const question = JSON.stringify(args);
    const old = before?.question === question ? before : null;
    const read = () => this.source.read('charts', { ...args, since: old?.next ?? '' }, abort);
    const answer = this.decoded(await (this.isMany ? this.inTurn(read) : read()));
    if (!old) {
      return { question, charts: answer.charts, next: answer.next };
    }
    try {
      return { question, charts: mergeCharts(old.charts, answer), next: answer.next };
    } catch (reason) {
      if (!(reason instanceof GapError)) {
        throw reason;
      }
      return this.ask(metrics, abort, undefined);
    }
  }

  /** Pages of many experiments are read one after another, the first one first: at once, all would be late. */
  private inTurn<T>(read: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(read);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private inPage(page: Page, id: string): boolean {
    const metric = this.held.get(id)?.metric;
    return page.metrics.length === 0 || (metric !== undefined && page.metrics.includes(metric));
  }

  private refresh(read: (page: Page) => void): void {
    for (const page of this.pages) {
      const needed = this.pages.length === 1 || [...this.wanted.keys()].some(id => this.inPage(page, id));
      page.stale = !needed;
      if (needed) {
        read(page);
      }
    }
  }

  /** What is on screen, smoothed at once where all points are at hand; the server's answer follows. */
  private smooth(): void {
    const previewed = this.settings.kind === 'ema' ? this.wanted.keys() : [];
    for (const id of previewed) {
      const slot = this.held.get(id);
      const model = slot?.model.peek();
      const early = model && preview(model, this.settings.smoothing);
      if (slot && early) {
        slot.model.value = early;
      }
    }
    this.refresh(page => page.read.wake());
  }

  private slot(id: string, title: string, metric: string, variant: string | null): Slot {
    const found = this.held.get(id) ?? { id, title, metric, variant, model: signal<LineModel | null>(null) };
    this.held.set(id, found);
    return found;
  }

  private name(names: Names): void {
    const keys = names.flatMap(([metric, variants]) =>
      variants.map(variant => [`${escaped(metric)}/${variant}`, nameOf(metric, variant)] as const),
    );
    if (
      keys.map(([key]) => key).join('\n') !==
      this.keys
        .peek()
        .map(([key]) => key)
        .join('\n')
    ) {
      this.keys.value = keys;
    }
  }

  /** The order of all charts, from the names where they are known, before any curve is read. */
  private show(): void {
    if (this.pages.length <= 1 || !this.names) {
      return;
    }
    const alone = this.settings.groupBy === 'none';
    const ids = this.names.flatMap(([metric, variants]) =>
      alone
        ? variants.map(variant => {
            return this.slot(`${escaped(metric)}/${variant}`, nameOf(metric, variant), metric, variant).id;
          })
        : [this.slot(metric, metric, metric, null).id],
    );
    this.order.value = ids;
    this.ready.value = true;
  }

  private take(page: Page, answer: Answer): void {
    const ids = answer.charts.map(chart => {
      const [series] = chart.series;
      const alone = JSON.parse(answer.question).group_by === 'none';
      const slot = this.slot(
        chart.id,
        chart.title,
        series?.metric ?? chart.id,
        alone ? (series?.variant ?? null) : null,
      );
      slot.model.value = chart;
      return slot.id;
    });
    if (!this.names) {
      const series = answer.charts.flatMap(chart => chart.series);
      const metrics = [...new Set(series.map(one => one.metric))];
      this.name(
        metrics.map(metric => [
          metric,
          [...new Set(series.filter(one => one.metric === metric).map(one => one.variant))],
        ]),
      );
    }
    if (page.metrics.length === 0 || this.pages.length <= 1) {
      const before = this.order.peek();
      if (ids.length !== before.length || ids.some((id, at) => id !== before[at])) {
        this.order.value = ids;
      }
      this.ready.value = true;
    }
  }
}
