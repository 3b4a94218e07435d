// The numbers of a line chart as a table: one row for each place on the axis, of which only those in sight are made.

import type { ReadonlySignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { useVirtual } from '../parts/virtual';
import { formatCount, formatValue, formatWall } from './format';
import type { LineModel } from './model';
import { axisName } from './summary';
import '../styles/picked.css';

const ROW = 24;

export interface Numbers {
  head: string[];
  /** Places on the axis, ascending, none twice. */
  x: Float64Array;
  /** For each line the value at each place; undefined where it has none. */
  values: (number | undefined)[][];
}

/** The lines of a chart side by side. */
export function numbersOf(model: LineModel, hidden: ReadonlySet<string>): Numbers {
  const shown = model.series.filter(series => !hidden.has(series.id));
  const x = Float64Array.from(new Set(shown.flatMap(series => Array.from(series.columns.x)))).sort();
  const at = new Map(Array.from(x, (place, row) => [place, row]));
  const values = shown.map(({ columns, nonfinite }) => {
    const kinds = new Map(nonfinite.map(([place, kind]) => [place, Number(kind)]));
    const column: (number | undefined)[] = new Array(x.length);
    columns.x.forEach((place, row) => {
      const value = columns.y[row] as number;
      column[at.get(place) as number] = Number.isNaN(value) ? (kinds.get(place) ?? value) : value;
    });
    return column;
  });
  return { head: [axisName(model), ...shown.map(series => series.name)], x, values };
}

interface TableProps {
  model: ReadonlySignal<LineModel | null>;
  hidden: ReadonlySignal<ReadonlySet<string>>;
}

export function SeriesTable({ model, hidden }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const chart = model.value;
  const off = hidden.value;
  const { head, x, values } = useMemo(
    () => (chart ? numbersOf(chart, off) : { head: [], x: new Float64Array(), values: [] }),
    [chart, off],
  );
  const { rows, height } = useVirtual({ count: x.length, scroller, rowHeight: ROW });
  const first = rows[0]?.start ?? 0;
  const last = rows[rows.length - 1]?.end ?? 0;
  const place = (value: number) =>
    chart?.x.kind === 'wall'
      ? formatWall(value)
      : chart?.x.kind === 'iterations'
        ? formatCount(value)
        : formatValue(value);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by the arrow keys
    <div class="tk-series-scroll" ref={scroller} tabIndex={0}>
      <table class="tk-table tk-series" aria-rowcount={x.length + 1} aria-label={`${chart?.title ?? ''} as numbers`}>
        <thead>
          <tr>
            {head.map((name, column) => (
              <th key={`${column} ${name}`} scope="col" class="tk-number" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr class="tk-space" style={{ height: `${first}px` }} />
          {rows.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2}>
              <th scope="row" class="tk-number">
                {place(x[index] as number)}
              </th>
              {values.map((column, at) => {
                const value = column[index];
                return (
                  <td key={at} class="tk-number" title={value === undefined ? undefined : String(value)}>
                    {value === undefined ? '' : formatValue(value)}
                  </td>
                );
              })}
            </tr>
          ))}
          <tr class="tk-space" style={{ height: `${Math.max(0, height - last)}px` }} />
        </tbody>
      </table>
    </div>
  );
}
