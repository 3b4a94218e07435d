// Where values stand on an axis, what is written beside it, and what a brush takes: the same as in `charts/parallel.py`.

import { formatValue, logSplits, logTicks, numberTicks } from '../charts/format';
import { short } from '../parts/format';
import type { ParallelAxis } from './answers';

type Scale = Pick<ParallelAxis, 'kind' | 'low' | 'high' | 'positive' | 'categories'> &
  Partial<Pick<ParallelAxis, 'values'>>;
/** So few values are marked themselves, where they stand so far apart. */
const FEW = 6;
const APART = 0.04;

/** From 0, the bottom, to 1; null where a value has no place. */
export function placeOf(axis: Scale, value: number | null, log = false): number | null {
  if (value === null) {
    return null;
  }
  if (axis.kind === 'category') {
    return axis.categories.length < 2 ? 0.5 : value / (axis.categories.length - 1);
  }
  let { low, high } = axis;
  let at = value;
  if (low === null || high === null) {
    return null;
  }
  if (log && axis.positive) {
    if (at <= 0) {
      return null;
    }
    [low, high, at] = [Math.log(low), Math.log(high), Math.log(at)];
  }
  return high === low ? 0.5 : (at - low) / (high - low);
}

/** A word that is no key: none is logarithmic, which an empty list would not say. */
const NONE = 'none';

/** Whether an axis is logarithmic: as was chosen, without a choice as suits its values. */
export function isLogarithmic(
  axis: Pick<ParallelAxis, 'key' | 'positive' | 'log'>,
  chosen: readonly string[],
): boolean {
  return axis.positive && (chosen.length > 0 ? chosen.includes(axis.key) : axis.log);
}

/** The keys of the logarithmic axes when one is made so, or is no longer; those that are not shown stay as they were. */
export function withLogarithmic(
  axes: readonly ParallelAxis[],
  chosen: readonly string[],
  { key }: Pick<ParallelAxis, 'key'>,
  on: boolean,
): string[] {
  const shown = new Set(axes.map(axis => axis.key));
  const before = [
    ...chosen.filter(one => one !== NONE && !shown.has(one)),
    ...axes.filter(axis => isLogarithmic(axis, chosen)).map(axis => axis.key),
  ];
  const next = [...before.filter(one => one !== key), ...(on ? [key] : [])];
  return next.length > 0 ? next : [NONE];
}

/** Why an axis cannot be logarithmic; nothing where it can. */
export function whyLinear({ kind, low, positive, label }: ParallelAxis): string {
  if (positive) {
    return '';
  }
  return kind === 'category' || low === null
    ? `${label} has no numbers: it has no logarithm`
    : `${label} has values that are not above zero, down to ${short(low)}: they have no logarithm`;
}

/** The number that stands at a place. */
export function valueAt(axis: Scale, place: number, log = false): number {
  const { low, high } = axis;
  if (low === null || high === null || axis.kind === 'category') {
    return Number.NaN;
  }
  return log && axis.positive ? low * (high / low) ** place : low + (high - low) * place;
}

function steps(low: number, high: number, most: number): { values: number[]; step: number } {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find(lead => lead * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const values: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) {
    values.push(at * step);
  }
  return { values, step };
}

/** Marks of an axis: place and label. At most so many categories are named. */
export function marksOf(axis: Scale, log: boolean, most = 5, named = 14): [place: number, label: string][] {
  if (axis.kind === 'category') {
    const every = Math.max(1, Math.ceil(axis.categories.length / named));
    return axis.categories.flatMap((text, at): [number, string][] =>
      at % every === 0 ? [[placeOf(axis, at) as number, text]] : [],
    );
  }
  const { low, high } = axis;
  if (low === null || high === null) {
    return [];
  }
  if (low === high) {
    return [[0.5, formatValue(low)]];
  }
  const isLog = log && axis.positive;
  const own = [...new Set(axis.values)].filter(value => value !== null).sort((one, other) => one - other);
  const places = own.map(value => placeOf(axis, value, isLog) ?? 0);
  if (own.length > 1 && own.length <= FEW && places.every((at, n) => n === 0 || at - (places[n - 1] ?? 0) >= APART)) {
    return own.map((value, n): [number, string] => [places[n] ?? 0, String(Number(value.toPrecision(4)))]);
  }
  const { values, step } = isLog ? { values: logSplits(low, high), step: 0 } : steps(low, high, most);
  const labels = isLog ? logTicks(values) : numberTicks(values, step);
  return values.map((value, at): [number, string] => [placeOf(axis, value, isLog) ?? 0, labels[at] ?? '']);
}

/** So near its end a brush means the end. */
const END = 0.012;

/** A part of an axis: numbers from and to, or some of its texts. */
export type Brush = { key: string; low: number; high: number } | { key: string; texts: string[] };

export function readBrush(text: string): Brush | null {
  try {
    const [key, first, second] = JSON.parse(text) as unknown[];
    if (typeof key !== 'string') {
      return null;
    }
    if (Array.isArray(first)) {
      return { key, texts: first.map(String) };
    }
    return typeof first === 'number' && typeof second === 'number' ? { key, low: first, high: second } : null;
  } catch {
    return null;
  }
}

export function writeBrush(brush: Brush): string {
  return JSON.stringify('texts' in brush ? [brush.key, brush.texts] : [brush.key, brush.low, brush.high]);
}

/** The part of an axis between two places; null where it holds nothing. */
export function brushOf(axis: ParallelAxis, from: number, to: number, log: boolean): Brush | null {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  if (axis.kind === 'category') {
    const half = axis.categories.length < 2 ? 1 : 0.5 / (axis.categories.length - 1);
    const texts = axis.categories.filter((_, at) => {
      const place = placeOf(axis, at) as number;
      return place >= low - half * 0.98 && place <= high + half * 0.98;
    });
    return texts.length > 0 ? { key: axis.key, texts } : null;
  }
  // Ends near the last value take it: nobody hits it to the pixel.
  const ends = [
    low <= END ? axis.low : valueAt(axis, low, log),
    high >= 1 - END ? axis.high : valueAt(axis, high, log),
  ];
  return ends[0] === null || ends[1] === null
    ? null
    : { key: axis.key, low: ends[0] as number, high: ends[1] as number };
}

/** Where a brush lies on its axis. */
export function spanOf(axis: ParallelAxis, brush: Brush, log: boolean): [from: number, to: number] | null {
  if ('texts' in brush) {
    const places = brush.texts.flatMap(text => {
      const at = axis.categories.indexOf(text);
      return at < 0 ? [] : [placeOf(axis, at) as number];
    });
    if (places.length === 0) {
      return null;
    }
    const half = axis.categories.length < 2 ? 0.5 : 0.5 / (axis.categories.length - 1);
    return [Math.max(-0.03, Math.min(...places) - half), Math.min(1.03, Math.max(...places) + half)];
  }
  const clamp = (value: number) => Math.min(axis.high ?? value, Math.max(axis.low ?? value, value));
  const [from, to] = [placeOf(axis, clamp(brush.low), log), placeOf(axis, clamp(brush.high), log)];
  return from === null || to === null ? null : [from, to];
}

/** Which experiments all brushes take; null where nothing is brushed. */
export function taken(axes: readonly ParallelAxis[], brushes: readonly Brush[], count: number): Set<number> | null {
  const known = brushes.flatMap(brush => {
    const axis = axes.find(one => one.key === brush.key);
    return axis ? [[axis, brush] as const] : [];
  });
  if (known.length === 0) {
    return null;
  }
  const fits = ([axis, brush]: (typeof known)[number], at: number) => {
    const value = axis.values[at];
    if (value === null || value === undefined) {
      return false;
    }
    if ('texts' in brush) {
      return brush.texts.includes(axis.categories[value] ?? '');
    }
    return axis.kind === 'number' && value >= brush.low && value <= brush.high;
  };
  return new Set(Array.from({ length: count }, (_, at) => at).filter(at => known.every(one => fits(one, at))));
}

/** Brushes as a query finds the same; null where one of them is of a single value, which no query knows. */
export function queryOf(brushes: readonly Brush[]): string | null {
  const parts = brushes.map(brush => {
    if (brush.key.startsWith('single/')) {
      return null;
    }
    if ('texts' in brush) {
      const one = brush.texts.map(text => `${brush.key} == "${text.replace(/[\\"]/g, '\\$&')}"`);
      return one.length > 1 ? `(${one.join(' or ')})` : (one[0] ?? null);
    }
    return `${brush.key} >= ${brush.low} and ${brush.key} <= ${brush.high}`;
  });
  return parts.some(part => part === null) || parts.length === 0 ? null : parts.join(' and ');
}
