// The table as a grid, or as the tree that groups make of it: only what is in sight is made; all of it by keyboard.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useVirtual } from '../parts/virtual';
import type { Group, TableRow } from '../protocol';
import type { Column } from './columns';
import { Grouped } from './grouped';
import { Head } from './heads';
import { Line } from './lines';
import { CHECK, placeColumns } from './places';
import { isGroup, lineOf, type Rows } from './rows';
import type { Courses } from './sparkline';

const ROW = 28;

export interface GridProps {
  label: string;
  /** What a row is called. */
  noun: string;
  rows: Rows;
  courses: Courses;
  columns: Column[];
  widths: Record<string, number>;
  pinned: number;
  order: string;
  cursor: number;
  opened: string | null;
  selected: ReadonlyMap<string, TableRow>;
  onOrder: (order: string) => void;
  onWidth: (key: string, width: number) => void;
  onMove: (key: string, to: number) => void;
  onPin: (key: string) => void;
  /** The cursor goes to a row; `open`: it is shown beside the table. */
  onCursor: (index: number, open: boolean) => void;
  onFull: (index: number) => void;
  onToggle: (index: number) => void;
  onRange: (index: number) => void;
  onAll: (on: boolean) => void;
  onClose: () => void;
  /** What can be done with a line is asked for, at a place in the window. */
  onMenu: (of: TableRow | Group, x: number, y: number) => void;
  /** The code of a cell that shows a row, where there are notebooks that it can be dragged into. */
  cellOf?: ((row: TableRow) => string) | undefined;
  /** Told which rows are in sight. */
  onSight: (first: number, last: number) => void;
}

export function Grid(props: GridProps) {
  const { rows, columns, widths, pinned, cursor, selected } = props;
  const scroller = useRef<HTMLTableElement>(null);
  const total = rows.total.value ?? 0;
  const found = Math.min(rows.found.value ?? 0, 1_000);
  const lines = useVirtual({ count: total, scroller, rowHeight: ROW });
  const first = lines.rows[0]?.index ?? 0;
  const last = lines.rows.at(-1)?.index ?? 0;
  const grouped = rows instanceof Grouped ? rows : null;
  const version = rows.version.value;
  const want = () => scroller.current && rows.want(...inSight(scroller.current, total));
  useLayoutEffect(() => void want(), [first, last, rows, grouped && version]);
  useEffect(() => props.onSight(first, last), [first, last, rows, version, columns]);
  useLayoutEffect(() => keepInSight(scroller.current, cursor), [cursor]);
  const placed = placeColumns(columns, widths, pinned);
  const width = placed.reduce((sum, one) => sum + one.width, CHECK);
  /** Arrows and Enter on a group open and close it; from a member, the left arrow leads to its group. */
  const folds = (groups: Grouped, key: string): boolean => {
    const slot = groups.slot(cursor);
    if (!isGroup(slot)) {
      const leaves = key === 'ArrowLeft' && props.opened === null;
      if (leaves) {
        props.onCursor(groups.headOf(cursor), false);
      }
      return leaves;
    }
    if (key === 'Enter' || key === (groups.isOpen(slot) ? 'ArrowLeft' : 'ArrowRight')) {
      groups.toggle(slot);
      return true;
    }
    return key === 'ArrowRight' || key === 'ArrowLeft';
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 2);
    const to = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor - 1,
      PageDown: cursor + page,
      PageUp: cursor - page,
      Home: 0,
      End: total - 1,
    }[event.key];
    if (to !== undefined && total > 0) {
      const index = Math.max(0, Math.min(total - 1, to));
      if (event.shiftKey) {
        props.onRange(index);
      }
      props.onCursor(index, false);
    } else if (grouped && cursor >= 0 && folds(grouped, event.key)) {
      // Done: the keys of a tree.
    } else if (event.key === ' ' && cursor >= 0) {
      props.onToggle(cursor);
    } else if (event.key === 'Enter' && cursor >= 0) {
      props.onFull(cursor);
    } else if (event.key === 'ArrowRight' && cursor >= 0) {
      props.onCursor(cursor, true);
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const of = lineOf(rows.slot(cursor));
      const box = scroller.current?.querySelector(`#tk-row-${cursor}`)?.getBoundingClientRect();
      if (of && box) {
        props.onMenu(of, box.left + CHECK, box.bottom);
      }
    } else if (event.key === 'Escape' || event.key === 'ArrowLeft') {
      props.onClose();
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div class="tk-experiments-sheet">
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: of a grid, or of the tree that groups make of it */}
      <table
        ref={scroller}
        role={grouped ? 'treegrid' : 'grid'}
        class={rows.stale.value ? 'tk-experiments-scroll tk-stale' : 'tk-experiments-scroll'}
        tabIndex={0}
        aria-label={props.label}
        aria-busy={rows.stale.value || rows.total.value === null}
        aria-rowcount={total + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={cursor >= 0 && cursor < total ? `tk-row-${cursor}` : undefined}
        onKeyDown={onKeyDown}
        // What comes into sight is asked for before its empty lines are made.
        onScroll={want}
      >
        <thead class="tk-experiments-head" style={{ width: `${width}px` }}>
          <tr aria-rowindex={1}>
            <th class="tk-experiments-check tk-pinned" scope="col" style={{ left: 0 }}>
              <input
                type="checkbox"
                aria-label="Select all"
                title="Select all that are found (1,000 at most)"
                checked={selected.size > 0 && selected.size >= found}
                ref={box => {
                  if (box) {
                    box.indeterminate = selected.size > 0 && selected.size < found;
                  }
                }}
                onChange={event => props.onAll(event.currentTarget.checked)}
              />
            </th>
            {placed.map((one, at) => (
              <Head key={one.column.key} {...one} at={at} {...props} />
            ))}
          </tr>
        </thead>
        <tbody class="tk-experiments-rows" style={{ height: `${lines.height}px`, width: `${width}px` }}>
          {lines.rows.map(({ index, start }) => (
            <Line key={index} index={index} top={start} placed={placed} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The first and the last line that are seen below the head. */
function inSight({ scrollTop, clientHeight }: HTMLElement, total: number): [first: number, last: number] {
  const end = Math.max(0, total - 1);
  return [Math.min(end, Math.floor(scrollTop / ROW)), Math.min(end, Math.floor((scrollTop + clientHeight) / ROW) - 1)];
}

/** Scroll just so far that a row is in sight, below the head. */
function keepInSight(element: HTMLElement | null, index: number): void {
  if (!element || index < 0) {
    return;
  }
  const top = index * ROW;
  const room = element.clientHeight - ROW;
  if (top < element.scrollTop) {
    element.scrollTop = top;
  } else if (top + ROW > element.scrollTop + room) {
    element.scrollTop = top + ROW - room;
  }
}
