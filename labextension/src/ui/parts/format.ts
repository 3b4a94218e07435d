// Numbers, sizes and times as people read them.

import type { Num } from '../protocol';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function integer(value: number): string {
  return grouped.format(value);
}

/** Four significant digits; the full value belongs into the tooltip. */
export function short(value: Num | null | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value === 'string' || !Number.isFinite(value)) {
    return String(value).replace('Infinity', '∞').replace('-', '−');
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) {
    return grouped.format(value).replace('-', '−');
  }
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e7) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
  return text
    .replace(/\.?0+(?=e)/, '')
    .replace('e+', 'e')
    .replaceAll('-', '−');
}

export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) {
    return '–';
  }
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Milliseconds of a time that is ISO 8601 text or unix seconds; null when there is none. */
export function milliseconds(time: string | number | null | undefined): number | null {
  if (time === null || time === undefined || time === '') {
    return null;
  }
  const value = typeof time === 'number' ? time * 1000 : Date.parse(time);
  return Number.isNaN(value) ? null : value;
}

// Made once: a table has hundreds of times, and a format costs a hundred times what its use does.
const DAY = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function relative(ms: number, now: number): string {
  const seconds = Math.round((now - ms) / 1000);
  if (seconds < 5) {
    return 'just now';
  }
  const steps: [number, string][] = [
    [60, 's'],
    [60, 'min'],
    [24, 'h'],
    [7, 'd'],
  ];
  let value = seconds;
  for (const [size, unit] of steps) {
    if (value < size) {
      return `${value} ${unit} ago`;
    }
    value = Math.floor(value / size);
  }
  return DAY.format(ms);
}

export function exact(ms: number): string {
  return EXACT.format(ms);
}

/** A time of day in unix seconds, as exactly as a span of so many seconds asks for; with its date where that is not today. */
export function moment(seconds: number, span: number): string {
  const date = new Date(1000 * seconds);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, {
    ...(today ? {} : { month: 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(span < 10 && { fractionalSecondDigits: span < 0.1 ? 3 : span < 1 ? 2 : 1 }),
  } as Intl.DateTimeFormatOptions);
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h} h ${min} min` : min > 0 ? `${min} min ${s} s` : `${s} s`;
}

/** "cpu_cores" -> "Cpu cores": for names nobody gave a label to. */
export function sentence(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
