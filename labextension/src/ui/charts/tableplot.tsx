// A table of any length: only the rows and columns in sight are made.

import { useSignal } from '@preact/signals';
import { ArrowDown, ArrowUp } from 'lucide';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon';
import { Search, useFilter } from '../parts/search';
import { useVirtual } from '../parts/virtual';
import '../styles/table.css';
import { formatCount } from './format';
import { type Column, type Sorting, searcher, shownOf, sorted, type Table, textOf } from './table';

const ROW = 24;
const LETTER = 7;
const PADDING = 24;
const NARROWEST = 56;
const WIDEST = 280;
/** Columns are not drawn out further than this to fill the width. */
const STRETCH = 1.6;
/** Looked at to find the width of a column. */
const SAMPLED = 200;

export interface TablePlotProps {
  table: Table;
  title: string;
  /** Told which rows are shown, in which order. */
  onRows: (rows: Uint32Array) => void;
}

function widthOf({ name, cells }: Column): number {
  const step = Math.max(1, Math.floor(cells.length / SAMPLED));
  let letters = name.length + 2;
  for (let row = 0; row < cells.length; row += step) {
    letters = Math.max(letters, shownOf(cells[row] ?? null).length);
  }
  return Math.min(Math.max(letters * LETTER + PADDING, NARROWEST), WIDEST);
}

/** Where each column begins, and where the last one ends. */
function edgesOf(widths: readonly number[], room: number): number[] {
  const wanted = widths.reduce((sum, width) => sum + width, 0);
  const stretch = Math.min(Math.max(room / (wanted || 1), 1), STRETCH);
  const edges = [0];
  for (const width of widths) {
    edges.push((edges.at(-1) ?? 0) + Math.floor(width * stretch));
  }
  return edges;
}

/** Ascending, then descending, then as it was logged. */
function nextSorting(now: Sorting | null, column: number): Sorting | null {
  if (now?.column !== column) {
    return { column, descending: false };
  }
  return now.descending ? null : { column, descending: true };
}

export function TablePlot({ table, title, onRows }: TablePlotProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const filter = useFilter();
  const sorting = useSignal<Sorting | null>(null);
  const view = useSignal({ left: 0, width: 0 });
  const text = filter.text.value;
  const find = useMemo(() => searcher(table), [table]);
  const found = useMemo(() => find(text), [find, text]);
  const rows = useMemo(() => sorted(found, table, sorting.value), [found, table, sorting.value]);
  const widths = useMemo(() => table.columns.map(widthOf), [table]);
  const { left, width } = view.value;
  const edges = useMemo(() => edgesOf(widths, width), [widths, width]);
  const lines = useVirtual({ count: rows.length, scroller, rowHeight: ROW });
  useLayoutEffect(() => onRows(rows), [rows]);
  useLayoutEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const take = () => {
      view.value = { left: element.scrollLeft, width: element.clientWidth };
    };
    const sizes = new ResizeObserver(take);
    sizes.observe(element);
    element.addEventListener('scroll', take, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', take);
    };
  }, []);
  const whole = edges.at(-1) ?? 0;
  const columns = table.columns
    .map((column, at) => ({ column, at, start: edges[at] as number, end: edges[at + 1] as number }))
    .filter(({ start, end }) => end > left - WIDEST && start < left + width + WIDEST);
  const place = ({ start, end }: { start: number; end: number }) => ({ left: `${start}px`, width: `${end - start}px` });
  const count = formatCount(table.rows);
  return (
    <div class="tk-plot tk-sheet">
      <div class="tk-sheet-bar">
        <Search text={filter.text} label={`Search ${title}`} placeholder="Search rows" />
        <span class="tk-faint tk-number" role="status">
          {text ? `${formatCount(rows.length)} of ${count}` : count} {table.rows === 1 ? 'row' : 'rows'}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div ref={scroller} class="tk-sheet-scroll" tabIndex={0}>
        <table
          aria-label={title}
          aria-rowcount={rows.length + 1}
          aria-colcount={table.columns.length}
          style={{ width: `${whole}px`, minWidth: '100%' }}
        >
          <thead class="tk-sheet-head">
            <tr aria-rowindex={1}>
              {columns.map(({ column, at, start, end }) => (
                <Heading
                  key={at}
                  column={column}
                  at={at}
                  place={place({ start, end })}
                  sorting={sorting.value}
                  onSort={() => {
                    sorting.value = nextSorting(sorting.value, at);
                  }}
                />
              ))}
            </tr>
          </thead>
          <tbody class="tk-sheet-rows" style={{ height: `${lines.height}px` }}>
            {lines.rows.map(({ index, start: top }) => (
              <tr
                key={index}
                class="tk-sheet-row"
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${top}px)` }}
              >
                {columns.map(({ column, at, start, end }) => (
                  <Entry key={at} column={column} row={rows[index] as number} place={place({ start, end })} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && (
          <p class="tk-nothing tk-sheet-none">{table.rows === 0 ? 'This table has no rows.' : 'No row has that.'}</p>
        )}
      </div>
    </div>
  );
}

interface HeadingProps {
  column: Column;
  at: number;
  place: { left: string; width: string };
  sorting: Sorting | null;
  onSort: () => void;
}

function Heading({ column: { name, numeric }, at, place, sorting, onSort }: HeadingProps) {
  const own = sorting?.column === at ? sorting : null;
  const order = own ? (own.descending ? 'descending' : 'ascending') : 'none';
  return (
    <th
      scope="col"
      aria-sort={order}
      aria-colindex={at + 1}
      class={numeric ? 'tk-sheet-cell tk-sheet-number' : 'tk-sheet-cell'}
      style={place}
    >
      <button type="button" class="tk-sheet-sort" title={`Sort by ${name}`} onClick={onSort}>
        <span class="tk-cut">{name}</span>
        {own && <Icon of={own.descending ? ArrowDown : ArrowUp} size={12} />}
      </button>
    </th>
  );
}

function Entry({ column, row, place }: { column: Column; row: number; place: { left: string; width: string } }) {
  const cell = column.cells[row] ?? null;
  return (
    <td class={column.numeric ? 'tk-sheet-cell tk-sheet-number' : 'tk-sheet-cell'} style={place} title={textOf(cell)}>
      {shownOf(cell)}
    </td>
  );
}
