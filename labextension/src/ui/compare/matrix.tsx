// A table of any number of rows and columns of which only what is in sight is made; its heads stay in place.

import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface MatrixProps {
  label: string;
  rows: number;
  columns: number;
  /** CSS pixels. */
  headWidth: number;
  /** The least, and what a column takes where there is room. */
  columnWidth: readonly [least: number, whole: number];
  headHeight?: number;
  corner: ComponentChildren;
  columnHead: (column: number) => ComponentChildren;
  rowHead: (row: number) => ComponentChildren;
  cell: (row: number, column: number) => ComponentChildren;
  cellClass?: (row: number, column: number) => string;
  /** Of a row that is the title of those below it; it has no cells. */
  title?: (row: number) => ComponentChildren | null;
  /** The row that is brought into sight when it changes, and marked. */
  marked?: Signal<number>;
  columnKey?: (column: number) => string;
  /** The column pointed at, and told when that changes. */
  lit?: number;
  onLit?: (column: number | null) => void;
}

export const ROW = 28;
const OVER_ROWS = 6;
const OVER_COLUMNS = 2;
/** Columns that have room end before what scrolls them. */
const EDGE = 1;

interface Window {
  top: number;
  left: number;
  height: number;
  width: number;
}

export function Matrix(props: MatrixProps) {
  const { label, rows, columns, headHeight = 44, title, marked } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const seen = useSignal<Window>({ top: 0, left: 0, height: 600, width: 1200 });
  const look = () => {
    const {
      scrollTop: top,
      scrollLeft: left,
      clientHeight: height,
      clientWidth: width,
    } = scroller.current as HTMLElement;
    const before = seen.peek();
    if (
      height > 0 &&
      (top !== before.top || left !== before.left || height !== before.height || width !== before.width)
    ) {
      seen.value = { top, left, height, width };
    }
  };
  useLayoutEffect(() => {
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(scroller.current as HTMLElement);
    return () => sizes.disconnect();
  }, []);
  const at = marked?.value ?? -1;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && at >= 0) {
      const place = at * ROW;
      const room = element.clientHeight - headHeight - ROW;
      if (place < element.scrollTop || place > element.scrollTop + room) {
        element.scrollTop = Math.max(0, place - room / 2);
      }
    }
  }, [at]);
  const { top, left, height, width } = seen.value;
  // On a narrow screen neither names nor a single column take all of it.
  const headWidth = Math.min(props.headWidth, Math.max(140, Math.round(width * 0.45)));
  const room = width - headWidth;
  const [least, whole] = props.columnWidth;
  const wide = Math.max(least, Math.min(whole, Math.floor((room - EDGE) / Math.max(1, columns))));
  const columnWidth = Math.min(wide, Math.max(120, room));
  const firstRow = Math.max(0, Math.floor(top / ROW) - OVER_ROWS);
  const lastRow = Math.min(rows, Math.ceil((top + height) / ROW) + OVER_ROWS);
  const firstColumn = Math.max(0, Math.floor(left / columnWidth) - OVER_COLUMNS);
  const lastColumn = Math.min(columns, Math.ceil((left + width - headWidth) / columnWidth) + OVER_COLUMNS);
  const shownRows = Array.from({ length: Math.max(0, lastRow - firstRow) }, (_, index) => firstRow + index);
  const shownColumns = Array.from({ length: Math.max(0, lastColumn - firstColumn) }, (_, index) => firstColumn + index);
  const key = props.columnKey ?? String;
  const total = headWidth + columns * columnWidth;
  const place = (column: number) => ({ left: `${headWidth + column * columnWidth}px`, width: `${columnWidth}px` });
  const onPointerOver = (event: PointerEvent) => {
    const column = (event.target as HTMLElement).closest<HTMLElement>('[data-column]')?.dataset.column;
    props.onLit?.(column === undefined ? null : Number(column));
  };
  return (
    <div
      ref={scroller}
      class="tk-matrix"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onScroll={look}
      onPointerOver={onPointerOver}
      onPointerLeave={() => props.onLit?.(null)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: rows and columns are placed, which a table element does not allow */}
      <div
        role="table"
        aria-label={label}
        aria-rowcount={rows + 1}
        aria-colcount={columns + 1}
        class="tk-matrix-table"
        style={{ width: `${total}px`, height: `${headHeight + rows * ROW}px`, '--tk-head': `${headWidth}px` }}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: a table is read, not operated */}
        <div role="row" aria-rowindex={1} class="tk-matrix-heads" style={{ height: `${headHeight}px` }}>
          {/* biome-ignore lint/a11y/useSemanticElements: see above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
          <div role="columnheader" class="tk-matrix-corner">
            {props.corner}
          </div>
          {shownColumns.map(column => (
            // biome-ignore lint/a11y/useSemanticElements: see above
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            <div
              key={key(column)}
              role="columnheader"
              aria-colindex={column + 2}
              data-column={column}
              class={column === props.lit ? 'tk-matrix-column tk-lit' : 'tk-matrix-column'}
              style={place(column)}
            >
              {props.columnHead(column)}
            </div>
          ))}
        </div>
        {shownRows.map(row => {
          const name = title?.(row) ?? null;
          const style = { top: `${headHeight + row * ROW}px` };
          return name === null ? (
            // biome-ignore lint/a11y/useSemanticElements: see above
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            <div
              key={row}
              role="row"
              aria-rowindex={row + 2}
              class={row === at ? 'tk-matrix-row tk-marked' : 'tk-matrix-row'}
              style={style}
            >
              {/* biome-ignore lint/a11y/useSemanticElements: see above */}
              {/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
              <div role="rowheader" class="tk-matrix-name">
                {props.rowHead(row)}
              </div>
              {shownColumns.map(column => (
                // biome-ignore lint/a11y/useSemanticElements: see above
                <div
                  key={key(column)}
                  role="cell"
                  aria-colindex={column + 2}
                  data-column={column}
                  class={`tk-matrix-cell ${props.cellClass?.(row, column) ?? ''}`}
                  style={place(column)}
                >
                  {props.cell(row, column)}
                </div>
              ))}
            </div>
          ) : (
            <div key={row} class="tk-matrix-row tk-matrix-title" style={style}>
              <h3>{name}</h3>
            </div>
          );
        })}
      </div>
    </div>
  );
}
