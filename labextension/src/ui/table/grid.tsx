// The rows and heads of the table: only what is in sight is made; all of it by keyboard.

import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Pin, PinOff } from 'lucide';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { integer } from '../parts/format';
import { Icon } from '../parts/icon';
import { Status } from '../parts/status';
import { tagSlot } from '../parts/tagbook';
import { RelativeTime } from '../parts/time';
import { useVirtual } from '../parts/virtual';
import type { Group, Status as StatusName, TableRow } from '../protocol';
import { type Cell, type Column, cellOf, metricOfTrend, shownOf, shownOfGroup, titleOf } from './columns';
import { Grouped } from './grouped';
import { isGroup, type Rows } from './rows';
import { type Courses, Sparkline } from './sparkline';

export const ROW = 28;
const CHECK = 36;
const NARROWEST = 48;
const STEP = 16;

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
  /** What can be done with a row is asked for, at a place in the window; without it, the host's menu comes. */
  onMenu?: ((row: TableRow, x: number, y: number) => void) | undefined;
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
  useLayoutEffect(() => rows.want(first, last), [first, last, rows, grouped && version]);
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
    } else if (props.onMenu && (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))) {
      const row = rows.row(cursor);
      const box = scroller.current?.querySelector(`#tk-row-${cursor}`)?.getBoundingClientRect();
      if (row && box) {
        props.onMenu(row, box.left + CHECK, box.bottom);
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

interface Placed {
  column: Column;
  width: number;
  /** Distance from the left edge, of a column that stays in place. */
  left: number | null;
}

function placeColumns(columns: Column[], widths: Record<string, number>, pinned: number): Placed[] {
  let left = CHECK;
  return columns.map((column, at) => {
    const width = widths[column.key] ?? column.width;
    const one = { column, width, left: at < pinned ? left : null };
    left += width;
    return one;
  });
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

function placeOf({ width, left }: Placed): Record<string, string> {
  return left === null ? { width: `${width}px` } : { width: `${width}px`, left: `${left}px` };
}

function Head({ at, column, width, left, ...props }: Placed & GridProps & { at: number }) {
  const { key, title, kind, sortable } = column;
  const { order, pinned, columns } = props;
  const sorted = order === key ? 'ascending' : order === `-${key}` ? 'descending' : 'none';
  const dragged = useRef(false);
  const sort = () => {
    // Numbers and times begin with the greatest, names with the first.
    const downFirst = kind === 'number' || kind === 'time';
    const [one, other] = downFirst ? [`-${key}`, key] : [key, `-${key}`];
    props.onOrder(order === one ? other : one);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && event.altKey) {
      props.onMove(key, Math.max(0, Math.min(columns.length - 1, at + by)));
    } else if (by && event.shiftKey) {
      props.onWidth(key, Math.max(NARROWEST, width + by * STEP));
    } else if (by) {
      const heads = [
        ...((event.currentTarget as HTMLElement).closest('tr')?.querySelectorAll('.tk-experiments-sort') ?? []),
      ];
      (heads[heads.indexOf(event.currentTarget as HTMLElement) + by] as HTMLElement | undefined)?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const resize = (event: PointerEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget as HTMLElement;
    const from = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const stop = new AbortController();
    handle.addEventListener(
      'pointermove',
      moved => props.onWidth(key, Math.max(NARROWEST, width + moved.clientX - from)),
      stop,
    );
    handle.addEventListener('lostpointercapture', () => stop.abort(), stop);
  };
  return (
    <th
      scope="col"
      aria-sort={sorted}
      aria-colindex={at + 2}
      class={`tk-experiments-cell ${kind === 'number' ? 'tk-right' : ''} ${left === null ? '' : 'tk-pinned'}`}
      style={placeOf({ column, width, left })}
      draggable
      onDragStart={event => {
        dragged.current = true;
        event.dataTransfer?.setData('text/x-trackkit-column', key);
        event.stopPropagation();
      }}
      onDragEnd={() => {
        dragged.current = false;
      }}
      onDragOver={event => {
        if (event.dataTransfer?.types.includes('text/x-trackkit-column')) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
      onDrop={event => {
        const from = event.dataTransfer?.getData('text/x-trackkit-column');
        if (from) {
          event.preventDefault();
          event.stopPropagation();
          props.onMove(from, at);
        }
      }}
    >
      <button
        type="button"
        class="tk-experiments-sort"
        aria-disabled={!sortable}
        title={`${sortable ? `Sort by ${title}. ` : ''}Drag or Alt ← → moves, Shift ← → widens\n${key}`}
        onClick={() => sortable && sort()}
        onKeyDown={onKeyDown}
      >
        <span class="tk-cut">{title}</span>
        {sorted !== 'none' && <Icon of={sorted === 'descending' ? ArrowDown : ArrowUp} size={12} />}
      </button>
      <button
        type="button"
        class="tk-experiments-pin"
        tabIndex={-1}
        aria-label={at < pinned ? `Unpin ${title}` : `Pin ${title}`}
        title={at < pinned ? 'Unpin' : 'Pin at the left'}
        onClick={() => props.onPin(key)}
      >
        <Icon of={at < pinned ? PinOff : Pin} size={12} />
      </button>
      <span
        class="tk-experiments-resize"
        aria-hidden="true"
        onPointerDown={resize}
        onDblClick={() => props.onWidth(key, column.width)}
      />
    </th>
  );
}

function Line({ index, top, placed, ...props }: GridProps & { index: number; top: number; placed: Placed[] }) {
  const { rows, cursor, opened, selected } = props;
  const slot = rows.slot(index);
  if (isGroup(slot)) {
    return <GroupLine index={index} top={top} placed={placed} group={slot} {...props} />;
  }
  const row = typeof slot === 'string' || slot.problem ? null : slot;
  const chosen = row !== null && selected.has(row.id);
  const state = `${index === cursor ? ' tk-cursor' : ''}${chosen ? ' tk-chosen' : ''}${row && row.id === opened ? ' tk-opened' : ''}`;
  const onClick = (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest('input, a')) {
      return;
    }
    if (event.shiftKey) {
      props.onRange(index);
      props.onCursor(index, false);
    } else if (event.ctrlKey || event.metaKey) {
      props.onToggle(index);
      props.onCursor(index, false);
    } else {
      props.onCursor(index, row !== null);
    }
  };
  const onContextMenu = (event: MouseEvent) => {
    // With the shift key, the browser's own menu is meant.
    if (row && props.onMenu && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      props.onCursor(index, false);
      props.onMenu(row, event.clientX, event.clientY);
    }
  };
  return (
    <tr
      id={`tk-row-${index}`}
      class={`tk-experiments-row${state}`}
      data-cell={row ? props.cellOf?.(row) : undefined}
      data-label={row?.name}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      aria-busy={slot === 'waiting'}
      {...(rows instanceof Grouped ? { 'aria-level': 2 } : {})}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
      onContextMenu={onContextMenu}
    >
      <td class="tk-experiments-check tk-pinned" style={{ left: 0 }}>
        {row && (
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select ${row.name}`}
            checked={chosen}
            onClick={event => {
              if (event.shiftKey) {
                props.onRange(index);
              } else {
                props.onToggle(index);
              }
              props.onCursor(index, false);
            }}
          />
        )}
      </td>
      {row ? (
        placed.map(one => <Entry key={one.column.key} row={row} one={one} {...props} />)
      ) : (
        <td class="tk-experiments-cell" style={{ width: '420px' }}>
          {slot === 'waiting' ? (
            <span class="tk-bone" style={{ width: `${120 + ((index * 53) % 140)}px` }} />
          ) : (
            <span class="tk-problem-inline">
              {typeof slot === 'string' ? `This ${props.noun} cannot be read.` : slot.problem}
            </span>
          )}
        </td>
      )}
    </tr>
  );
}

interface GroupLineProps extends GridProps {
  index: number;
  top: number;
  placed: Placed[];
  group: Group;
}

/** What a group shares, how many are in it, and what its members have in each column. */
function GroupLine({ index, top, placed, group, ...props }: GroupLineProps) {
  const rows = props.rows as Grouped;
  const open = rows.isOpen(group);
  const value = titleOf(group, rows.by, rows.summed);
  const onClick = (event: MouseEvent) => {
    if (!(event.target as HTMLElement).closest('input')) {
      rows.toggle(group);
      props.onCursor(index, false);
    }
  };
  return (
    <tr
      id={`tk-row-${index}`}
      class={`tk-experiments-row tk-experiments-group${index === props.cursor ? ' tk-cursor' : ''}`}
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={open}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
    >
      <td class="tk-experiments-check tk-pinned" style={{ left: 0 }}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select group ${value}`}
          title="Select the members (1,000 at most)"
          checked={false}
          onClick={event => {
            event.preventDefault();
            props.onToggle(index);
            props.onCursor(index, false);
          }}
        />
      </td>
      {placed.map((one, at) => {
        if (at === 0) {
          return (
            <td key={one.column.key} class={cellClass(one, 'tk-experiments-value')} style={placeOf(one)} title={value}>
              <Icon of={open ? ChevronDown : ChevronRight} size={14} />
              <span class={group.value === null ? 'tk-cut tk-faint' : 'tk-cut'}>{value}</span>
              <span class="tk-faint tk-number">
                {integer(group.count)}
                {rows.by === 'cell' && group.value !== null && (group.count === 1 ? ' attempt' : ' attempts')}
              </span>
            </td>
          );
        }
        const cell = group.cells[rows.summed.indexOf(one.column.key)] ?? null;
        const { text, whole, time } = shownOfGroup(one.column, cell);
        const number = cell !== null && (typeof cell.low === 'number' || cell.mean !== null);
        return (
          <td
            key={one.column.key}
            class={cellClass(one, number ? 'tk-right tk-number' : '')}
            style={placeOf(one)}
            title={whole}
          >
            {time ? (
              <RelativeTime time={time} />
            ) : one.column.kind === 'status' && cell?.low === cell?.high ? (
              cell && <Status status={cell.low as StatusName} />
            ) : (
              <span class="tk-cut">{text}</span>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function cellClass({ left }: Placed, more: string): string {
  return `tk-experiments-cell ${more}${left === null ? '' : ' tk-pinned'}`;
}

function Entry({ row, one, rows, courses }: GridProps & { row: TableRow; one: Placed }) {
  const { column } = one;
  const place = placeOf(one);
  if (column.kind === 'trend') {
    courses.version.value; // drawn again when courses came in
    return (
      <td class={cellClass(one, '')} style={place}>
        <Sparkline course={courses.get(metricOfTrend(column.key), row.id)} title={column.title} />
      </td>
    );
  }
  const cell = cellOf(row, column.key, rows.columns);
  const { text, whole } = shownOf(column, cell);
  const number = typeof cell === 'number' || (column.kind === 'number' && isNumber(cell));
  return (
    <td class={cellClass(one, number ? 'tk-right tk-number' : '')} style={place} title={whole}>
      {column.kind === 'status' ? (
        <Status status={row.status} />
      ) : column.key === 'aliases' ? (
        row.aliases?.map(alias => (
          <span key={alias} class="tk-badge tk-cut">
            @{alias}
          </span>
        ))
      ) : column.kind === 'tags' ? (
        row.tags.map(tag => (
          <span key={tag} class="tk-tag" data-hue={tagSlot(tag)}>
            <span class="tk-tag-name">{tag}</span>
          </span>
        ))
      ) : column.kind === 'time' ? (
        <RelativeTime time={typeof cell === 'string' ? cell : null} />
      ) : (
        <span class={text === '–' ? 'tk-cut tk-faint' : 'tk-cut'}>{text}</span>
      )}
    </td>
  );
}

function isNumber(cell: Cell): boolean {
  return (
    typeof cell === 'string' && cell !== '' && (Number.isFinite(Number(cell)) || /^(nan|-?inf(inity)?)$/i.test(cell))
  );
}
