// What a person chose for the curves of some experiments, kept in this browser; a project's beginning is kept by the store.

import type { Axis, GroupBy, SmoothingKind, ViewOptions } from '../protocol';
import { type Bounds, type ChartOptions, DEFAULTS } from './chart';

/** What the curves are asked for with. */
export interface CurveSettings {
  groupBy: GroupBy;
  xaxis: Axis;
  /** Key of the series that is the horizontal axis instead; empty for none. */
  xMetric: string;
  smoothing: number;
  kind: SmoothingKind;
  window: number;
  sigma: number;
}

export type Look = Pick<ChartOptions, 'logX' | 'logY' | 'ignoreOutliers' | 'bounds' | 'originals'>;

export interface Settings extends CurveSettings, Look {
  /** A zoom is that of all charts. */
  linked: boolean;
}

export interface Kept extends Settings {
  /** Ids of the charts that are hidden. */
  hidden: string[];
}

export const PLAIN: Settings = {
  groupBy: 'metric',
  xaxis: 'iterations',
  xMetric: '',
  smoothing: 0,
  kind: 'ema',
  window: 5,
  sigma: 1,
  logX: DEFAULTS.logX,
  logY: DEFAULTS.logY,
  ignoreOutliers: DEFAULTS.ignoreOutliers,
  bounds: DEFAULTS.bounds,
  originals: DEFAULTS.originals,
  linked: false,
};

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const PREFIX = 'trackkit:curves:';

/** The browser's storage, or nothing where it is switched off. */
export function shelf(): Shelf | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function read(key: string, from: Shelf | null): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(from?.getItem(key) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function write(key: string, value: object, on: Shelf | null): void {
  try {
    on?.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage: the choice lasts as long as the page.
  }
}

const one =
  <T>(...allowed: T[]) =>
  (value: unknown) =>
    allowed.includes(value as T) ? (value as T) : undefined;
const flag = one(true, false);
const number = (least: number, most: number) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most ? value : undefined;
const end = (value: unknown) => value === null || (typeof value === 'number' && Number.isFinite(value));
const ends = (value: unknown): value is Bounds => Array.isArray(value) && value.length === 2 && value.every(end);

/** What each setting may be: what was kept by another version, or by hand, is passed over. */
const ALLOWED: { [Name in keyof Kept]: (value: unknown) => Kept[Name] | undefined } = {
  groupBy: one('metric', 'none'),
  xaxis: one('iterations', 'relative', 'wall'),
  xMetric: value => (typeof value === 'string' ? value : undefined),
  smoothing: value => (typeof value === 'number' ? clampSmoothing(value) : undefined),
  kind: one('none', 'ema', 'time_weighted', 'running', 'gaussian'),
  window: number(3, 35),
  sigma: number(0.5, 3),
  logX: flag,
  logY: flag,
  ignoreOutliers: flag,
  originals: flag,
  linked: flag,
  bounds: value => {
    const { x, y } = (value ?? {}) as { x?: unknown; y?: unknown };
    return ends(x) && ends(y) ? { x, y } : undefined;
  },
  hidden: value => (Array.isArray(value) ? value.filter(id => typeof id === 'string') : undefined),
};

/** What of it this version knows, and may be. */
export function checked(found: Record<string, unknown>): Partial<Kept> {
  return Object.fromEntries(
    Object.entries(ALLOWED).flatMap(([name, allow]) => {
      const value = allow(found[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function recall(objects: readonly string[], from: Shelf | null): Partial<Kept> {
  return checked(read(PREFIX + objects.join(), from));
}

export function remember(objects: readonly string[], kept: Kept, on: Shelf | null): void {
  write(PREFIX + objects.join(), kept, on);
}

/** Smoothing as the server takes it: 0 to 0.999 in thousandths. */
export function clampSmoothing(value: number): number {
  return Number.isFinite(value) ? Math.round(Math.min(0.999, Math.max(0, value)) * 1000) / 1000 : 0;
}

/** An odd number of points, from 3 to what a kind allows. */
export function clampWindow(value: number, kind: SmoothingKind): number {
  const most = kind === 'gaussian' ? 15 : 35;
  return Number.isFinite(value) ? Math.min(most, Math.max(3, 2 * Math.floor(value / 2) + 1)) : 5;
}

/** What a view itself says about the settings. */
export function askedBy(options: ViewOptions): Partial<Settings> {
  const { group_by, xaxis, x_metric, smoothing, smoothing_kind, smoothing_window, smoothing_sigma } = options;
  const { log_x, log_y, ignore_outliers, originals, linked, x_range, y_range } = options;
  const bounds = (x_range || y_range) && { x: x_range ?? [null, null], y: y_range ?? [null, null] };
  return {
    ...(group_by && { groupBy: group_by }),
    ...(xaxis && { xaxis }),
    ...(x_metric !== undefined && { xMetric: x_metric }),
    ...(smoothing !== undefined && { smoothing: clampSmoothing(smoothing) }),
    ...(smoothing_kind && { kind: smoothing_kind }),
    ...(smoothing_window !== undefined && { window: smoothing_window }),
    ...(smoothing_sigma !== undefined && { sigma: smoothing_sigma }),
    ...checked({ logX: log_x, logY: log_y, ignoreOutliers: ignore_outliers, originals, linked, bounds }),
  };
}

/** The settings as options of a view. */
export function asOptions(settings: Settings): Partial<ViewOptions> {
  const { groupBy, xaxis, xMetric, smoothing, kind, window, sigma } = settings;
  const { logX, logY, ignoreOutliers, originals, linked, bounds } = settings;
  return {
    group_by: groupBy,
    xaxis,
    x_metric: xMetric,
    smoothing,
    smoothing_kind: kind,
    smoothing_window: window,
    smoothing_sigma: sigma,
    log_x: logX,
    log_y: logY,
    ignore_outliers: ignoreOutliers,
    originals,
    linked,
    x_range: [...bounds.x],
    y_range: [...bounds.y],
  };
}
