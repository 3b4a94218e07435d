// What a box or lasso holds, under its plot: how many points, what they span, and the points themselves as CSV.

import { X } from 'lucide';
import { copyText } from '../parts/copy';
import { downloadBlob } from '../parts/download';
import { Button } from '../parts/icon';
import { formatCount, formatValue } from './format';
import type { Picked } from './region';
import '../styles/picked.css';

/** What of the points is said: their count, least, greatest, mean and standard deviation (of the population). */
export interface Statistics {
  count: number;
  min: number;
  max: number;
  mean: number;
  deviation: number;
}

export function statisticsOf(points: readonly Picked[]): Statistics | null {
  const values = points.map(point => point.y).filter(Number.isFinite);
  if (values.length === 0) {
    return null;
  }
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  // Welford's recurrence: exact where a sum of squares is not.
  let mean = 0;
  let squares = 0;
  values.forEach((value, at) => {
    min = Math.min(min, value);
    max = Math.max(max, value);
    const before = value - mean;
    mean += before / (at + 1);
    squares += before * (value - mean);
  });
  return { count: points.length, min, max, mean, deviation: Math.sqrt(squares / values.length) };
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The points as a table with a head, numbers in full. */
export function csvOf(points: readonly Picked[], x: string): string {
  const deep = points.some(point => point.z !== undefined);
  const rows = points.map(point => [point.series, point.x, point.y, ...(deep ? [point.z ?? ''] : [])]);
  return [['series', x, 'value', ...(deep ? ['z'] : [])], ...rows].map(row => `${row.map(cell).join(',')}\n`).join('');
}

interface PickedBarProps {
  points: readonly Picked[];
  /** What the horizontal axis is called in a file. */
  x: string;
  /** Of the file, without an ending. */
  name: string;
  say: (text: string) => void;
  onClear: () => void;
}

export function PickedBar({ points, x, name, say, onClear }: PickedBarProps) {
  const found = statisticsOf(points);
  const count = `${formatCount(points.length)} point${points.length === 1 ? '' : 's'}`;
  const copy = () => {
    copyText(csvOf(points, x)).then(
      () => say(`${count} copied as CSV`),
      () => say('The browser did not let the points be copied.'),
    );
  };
  return (
    <section class="tk-picked" aria-label="Selection">
      <span class="tk-picked-text" role="status">
        {found
          ? `${count}: min ${formatValue(found.min)}, max ${formatValue(found.max)}, mean ${formatValue(found.mean)}, std ${formatValue(found.deviation)}`
          : 'Nothing selected'}
      </span>
      <span class="tk-picked-tools">
        {found && (
          <>
            <button type="button" class="tk-button tk-quiet" onClick={copy}>
              Copy CSV
            </button>
            <button
              type="button"
              class="tk-button tk-quiet"
              onClick={() => downloadBlob(new Blob([csvOf(points, x)], { type: 'text/csv' }), `${name}-selection.csv`)}
            >
              Download CSV
            </button>
          </>
        )}
        <Button label="Clear selection" icon={X} onClick={onClear} />
      </span>
    </section>
  );
}
